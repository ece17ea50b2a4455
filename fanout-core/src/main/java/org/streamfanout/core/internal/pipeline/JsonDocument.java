package org.streamfanout.core.internal.pipeline;

import java.util.Arrays;
import org.streamfanout.spi.Bytes;

/**
 * Checks that bytes are exactly one JSON document (RFC 8259) in strict UTF-8, without a byte order
 * mark. Reads once, builds nothing, does not recurse.
 */
final class JsonDocument {
  /**
   * How deep arrays and objects may nest: what Jackson reads by default, so that a document which
   * passes here can be read elsewhere (StreamReadConstraints.DEFAULT_MAX_DEPTH was 1000 up to
   * Jackson 2.21, checked 2026-11).
   */
  static final int MAX_DEPTH = 1_000;

  private static final int WORD = 64;

  private final byte[] array;
  private final int end;
  private final boolean xml;
  private int at;
  private int depth;

  /** One bit a level: set for an object, clear for an array. */
  private long[] objects = new long[1];

  private JsonDocument(Bytes text, boolean xml) {
    this.array = text.array();
    this.at = text.offset();
    this.end = text.offset() + text.length();
    this.xml = xml;
  }

  /**
   * Returns the index of the first byte that does not fit, which is the length if the document ends
   * too early; -1 if the bytes are one document.
   *
   * @param xml whether every character must also be one of XML 1.0
   */
  static int firstProblem(Bytes text, boolean xml) {
    JsonDocument document = new JsonDocument(text, xml);
    return document.read() ? -1 : document.at - text.offset();
  }

  /** Returns the bytes without JSON's white space around them. */
  static Bytes trim(Bytes text) {
    byte[] array = text.array();
    int from = text.offset();
    int to = from + text.length();
    while (from < to && isSpace(array[from])) {
      from++;
    }
    while (from < to && isSpace(array[to - 1])) {
      to--;
    }
    return to - from == text.length() ? text : Bytes.wrap(array, from, to - from);
  }

  private static boolean isSpace(byte value) {
    return value == ' ' || value == '\n' || value == '\r' || value == '\t';
  }

  private boolean read() {
    while (true) {
      // at a value
      switch (peek()) {
        case '{' -> {
          if (!open(true)) {
            return false;
          }
          if (peek() != '}') {
            if (!name()) {
              return false;
            }
            continue;
          }
        }
        case '[' -> {
          if (!open(false)) {
            return false;
          }
          if (peek() != ']') {
            continue;
          }
        }
        default -> {
          if (!scalar()) {
            return false;
          }
        }
      }
      // after a value, or before the end of an empty object or array
      if (!close()) {
        return false;
      }
      if (depth == 0) {
        return peek() == -1 && at == end;
      }
    }
  }

  private boolean open(boolean object) {
    if (depth == MAX_DEPTH) {
      return false;
    }
    int word = depth / WORD;
    if (word == objects.length) {
      objects = Arrays.copyOf(objects, objects.length * 2);
    }
    long bit = 1L << (depth % WORD);
    objects[word] = object ? objects[word] | bit : objects[word] & ~bit;
    depth++;
    at++;
    return true;
  }

  /** Closes what ends here; true if a further value follows or everything is closed. */
  private boolean close() {
    while (depth > 0) {
      boolean object = (objects[(depth - 1) / WORD] & (1L << ((depth - 1) % WORD))) != 0;
      int next = peek();
      if (next == ',') {
        at++;
        return !object || name();
      }
      if (next != (object ? '}' : ']')) {
        return false;
      }
      at++;
      depth--;
    }
    return true;
  }

  private boolean name() {
    if (peek() != '"' || !string() || peek() != ':') {
      return false;
    }
    at++;
    return true;
  }

  /** Skips white space; returns the byte there, or -1 at the end. */
  private int peek() {
    while (at < end) {
      byte value = array[at];
      if (!isSpace(value)) {
        return value & 0xFF;
      }
      at++;
    }
    return -1;
  }

  private boolean scalar() {
    return switch (peek()) {
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    };
  }

  private boolean word(String word) {
    for (int index = 0; index < word.length(); index++) {
      if (at == end || array[at] != word.charAt(index)) {
        return false;
      }
      at++;
    }
    return true;
  }

  private boolean number() {
    if (at < end && array[at] == '-') {
      at++;
    }
    if (at < end && array[at] == '0') {
      at++;
    } else if (!digits()) {
      return false;
    }
    if (at < end && array[at] == '.') {
      at++;
      if (!digits()) {
        return false;
      }
    }
    if (at < end && (array[at] | 0x20) == 'e') {
      at++;
      if (at < end && (array[at] == '+' || array[at] == '-')) {
        at++;
      }
      return digits();
    }
    return true;
  }

  private boolean digits() {
    int start = at;
    while (at < end && array[at] >= '0' && array[at] <= '9') {
      at++;
    }
    return at > start;
  }

  private boolean string() {
    byte[] bytes = array;
    int last = end;
    int index = at + 1;
    while (index < last) {
      byte value = bytes[index];
      if (value == '"') {
        at = index + 1;
        return true;
      }
      int length;
      if (value >= ' ' && value != '\\') {
        length = 1;
      } else if (value == '\\') {
        length = escape(index);
      } else {
        length = value >= 0 ? 0 : Utf8.sequence(bytes, index, last, xml);
      }
      if (length == 0) {
        break;
      }
      index += length;
    }
    at = index;
    return false;
  }

  private int escape(int index) {
    if (index + 1 >= end) {
      return 0;
    }
    switch (array[index + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return 2;
      }
      case 'u' -> {
        if (end - index < 6) {
          return 0;
        }
        for (int digit = index + 2; digit < index + 6; digit++) {
          if (array[digit] < 0 || Character.digit(array[digit], 16) < 0) {
            return 0;
          }
        }
        return 6;
      }
      default -> {
        return 0;
      }
    }
  }
}
