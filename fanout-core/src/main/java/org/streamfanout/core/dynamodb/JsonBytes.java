package org.streamfanout.core.dynamodb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
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

  <T> void array(List<T> elements, Consumer<? super T> writer) {
    raw('[');
    for (int index = 0; index < elements.size(); index++) {
      writer.accept(elements.get(index));
      raw(',');
    }
    close(']');
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
    reserve(length + 2);
    byte[] to = array;
    int at = size;
    to[at++] = '"';
    int index = 0;
    while (index < length) {
      char character = text.charAt(index);
      if (character >= 128 || ESCAPES[character] != 0) {
        break;
      }
      to[at++] = (byte) character;
      index++;
    }
    size = at;
    if (index < length) {
      special(text, index);
    }
    raw('"');
  }

  private void special(String text, int from) {
    int length = text.length();
    for (int index = from; index < length; index++) {
      // six bytes a character is the most that either UTF-8 or an escape takes
      reserve(6);
      char character = text.charAt(index);
      if (character < 128) {
        ascii(character);
      } else if (character < 0x800) {
        array[size++] = (byte) (0xC0 | (character >> 6));
        array[size++] = (byte) (0x80 | (character & 0x3F));
      } else if (!Character.isSurrogate(character)) {
        array[size++] = (byte) (0xE0 | (character >> 12));
        array[size++] = (byte) (0x80 | ((character >> 6) & 0x3F));
        array[size++] = (byte) (0x80 | (character & 0x3F));
      } else if (Character.isHighSurrogate(character)
          && index + 1 < length
          && Character.isLowSurrogate(text.charAt(index + 1))) {
        int point = Character.toCodePoint(character, text.charAt(++index));
        array[size++] = (byte) (0xF0 | (point >> 18));
        array[size++] = (byte) (0x80 | ((point >> 12) & 0x3F));
        array[size++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        array[size++] = (byte) (0x80 | (point & 0x3F));
      } else {
        code(character);
      }
    }
  }

  private void ascii(char character) {
    byte escape = ESCAPES[character];
    if (escape == 0) {
      array[size++] = (byte) character;
    } else if (escape == 'u') {
      code(character);
    } else {
      array[size++] = '\\';
      array[size++] = escape;
    }
  }

  private void code(char character) {
    array[size++] = '\\';
    array[size++] = 'u';
    array[size++] = HEX[character >> 12];
    array[size++] = HEX[(character >> 8) & 0xF];
    array[size++] = HEX[(character >> 4) & 0xF];
    array[size++] = HEX[character & 0xF];
  }

  private void reserve(int count) {
    if (array.length - size < count) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, array.length + count));
    }
  }
}
