package org.streamfanout.core.dynamodb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.streamfanout.spi.Bytes;

/**
 * Growing bytes that JSON is written to, without spaces, escaped as {@code JSON.stringify} does.
 * Not thread-safe.
 */
final class JsonBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** Per ASCII character: 0 as it is, 'u' as a code, else the letter after the backslash. */
  private static final byte[] ESCAPES = new byte[128];

  static {
    Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
    ESCAPES['\b'] = 'b';
    ESCAPES['\t'] = 't';
    ESCAPES['\n'] = 'n';
    ESCAPES['\f'] = 'f';
    ESCAPES['\r'] = 'r';
    ESCAPES['"'] = '"';
    ESCAPES['\\'] = '\\';
  }

  private byte[] array;
  private int size;

  JsonBytes(int capacity) {
    array = new byte[capacity];
  }

  Bytes toBytes() {
    return Bytes.wrap(array, 0, size);
  }

  void raw(char character) {
    reserve(1);
    array[size++] = (byte) character;
  }

  /** Appends text of ASCII characters as it is. */
  void raw(String ascii) {
    int length = ascii.length();
    reserve(length);
    byte[] to = array;
    int at = size;
    for (int index = 0; index < length; index++) {
      to[at + index] = (byte) ascii.charAt(index);
    }
    size = at + length;
  }

  void strings(List<String> texts) {
    raw('[');
    for (int index = 0; index < texts.size(); index++) {
      string(texts.get(index));
      raw(',');
    }
    close(']');
  }

  void base64(List<Bytes> binaries) {
    raw('[');
    for (int index = 0; index < binaries.size(); index++) {
      base64(binaries.get(index));
      raw(',');
    }
    close(']');
  }

  /** Appends a name and its colon. */
  void name(String name) {
    string(name);
    raw(':');
  }

  /** Ends an array or object, in place of the comma after its last element if it has any. */
  void close(char bracket) {
    if (array[size - 1] == ',') {
      size--;
    }
    raw(bracket);
  }

  void base64(Bytes bytes) {
    byte[] encoded =
        Base64.getEncoder()
            .encode(
                bytes.offset() == 0 && bytes.length() == bytes.array().length
                    ? bytes.array()
                    : bytes.toByteArray());
    reserve(encoded.length + 2);
    array[size++] = '"';
    System.arraycopy(encoded, 0, array, size, encoded.length);
    size += encoded.length;
    array[size++] = '"';
  }

  void string(String text) {
    int length = text.length();
    reserve(length + 3);
    byte[] to = array;
    int at = size;
    to[at++] = '"';
    for (int index = 0; index < length; index++) {
      char character = text.charAt(index);
      if (character < ' ' || character > '~' || character == '"' || character == '\\') {
        size = at;
        special(text, index);
        return;
      }
      to[at++] = (byte) character;
    }
    to[at++] = '"';
    size = at;
  }

  /** Appends the rest of a string from its first character that is not written as it is. */
  private void special(String text, int from) {
    int length = text.length();
    for (int index = from; index < length; index++) {
      // six bytes a character is the most that either UTF-8 or an escape takes
      reserve(length - index + 6);
      byte[] to = array;
      int at = size;
      char character = text.charAt(index);
      while (character < 128 && ESCAPES[character] == 0) {
        to[at++] = (byte) character;
        if (++index == length) {
          size = at;
          raw('"');
          return;
        }
        character = text.charAt(index);
      }
      if (character < 128) {
        size = escape(to, at, character);
      } else if (character < 0x800) {
        to[at++] = (byte) (0xC0 | (character >> 6));
        to[at++] = (byte) (0x80 | (character & 0x3F));
        size = at;
      } else if (!Character.isSurrogate(character)) {
        to[at++] = (byte) (0xE0 | (character >> 12));
        to[at++] = (byte) (0x80 | ((character >> 6) & 0x3F));
        to[at++] = (byte) (0x80 | (character & 0x3F));
        size = at;
      } else if (Character.isHighSurrogate(character)
          && index + 1 < length
          && Character.isLowSurrogate(text.charAt(index + 1))) {
        int point = Character.toCodePoint(character, text.charAt(++index));
        to[at++] = (byte) (0xF0 | (point >> 18));
        to[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
        to[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        to[at++] = (byte) (0x80 | (point & 0x3F));
        size = at;
      } else {
        size = code(to, at, character);
      }
    }
    raw('"');
  }

  private static int escape(byte[] to, int at, char character) {
    byte escape = ESCAPES[character];
    if (escape == 'u') {
      return code(to, at, character);
    }
    to[at] = '\\';
    to[at + 1] = escape;
    return at + 2;
  }

  private static int code(byte[] to, int at, char character) {
    to[at] = '\\';
    to[at + 1] = 'u';
    to[at + 2] = HEX[character >> 12];
    to[at + 3] = HEX[(character >> 8) & 0xF];
    to[at + 4] = HEX[(character >> 4) & 0xF];
    to[at + 5] = HEX[character & 0xF];
    return at + 6;
  }

  private void reserve(int count) {
    if (array.length - size < count) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, array.length + count));
    }
  }
}
