package org.streamfanout.core.internal.pipeline;

import org.streamfanout.spi.Bytes;

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
  private Utf8() {}

  /**
   * Returns the index of the first byte that belongs to no character of XML 1.0 (<a
   * href="https://www.w3.org/TR/xml/#charsets">production 2</a>, as known 2026-11), or -1 if the
   * bytes are text throughout.
   */
  static int firstNonText(Bytes text) {
    byte[] array = text.array();
    int start = text.offset();
    int end = start + text.length();
    int at = start;
    while (at < end) {
      byte first = array[at];
      if (first >= ' ' || first == '\n' || first == '\t' || first == '\r') {
        at++;
        continue;
      }
      int length = first >= 0 ? 0 : sequence(array, at, end, true);
      if (length == 0) {
        return at - start;
      }
      at += length;
    }
    return -1;
  }

  /**
   * Returns how many bytes the non-ASCII character at an index takes; 0 if there is none, or if it
   * is not in XML 1.0 and that was asked for.
   */
  static int sequence(byte[] array, int at, int end, boolean xml) {
    int first = array[at] & 0xFF;
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (end - at < length) {
      return 0;
    }
    int second = array[at + 1] & 0xFF;
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int index = at + 2; index < at + length; index++) {
      if ((array[index] & 0xC0) != 0x80) {
        return 0;
      }
    }
    // U+FFFE and U+FFFF
    if (xml && first == 0xEF && second == 0xBF && (array[at + 2] & 0xFF) >= 0xBE) {
      return 0;
    }
    return length;
  }
}
