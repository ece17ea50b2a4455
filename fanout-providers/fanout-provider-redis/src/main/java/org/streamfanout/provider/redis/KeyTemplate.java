package org.streamfanout.provider.redis;

import java.nio.charset.StandardCharsets;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;

/**
 * Makes a Redis key of a record's key: {@code {key}} stands for it, and any other text, a hash tag
 * included, for itself. A key that has bytes of its own is taken as these, so that two keys that
 * are no text never become one.
 */
final class KeyTemplate {
  static final String PLACEHOLDER = "{key}";

  private final byte[] before;
  private final byte[] after;
  private final boolean hasKey;

  private KeyTemplate(byte[] before, byte[] after, boolean hasKey) {
    this.before = before;
    this.after = after;
    this.hasKey = hasKey;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if it is empty or names the key twice
   */
  static KeyTemplate parse(String text) {
    int at = text.indexOf(PLACEHOLDER);
    if (text.isEmpty() || at != text.lastIndexOf(PLACEHOLDER)) {
      throw new IllegalArgumentException(
          "option 'key' is '" + text + "'; write some text with " + PLACEHOLDER + " in it once");
    }
    return at < 0
        ? new KeyTemplate(utf8(text), new byte[0], false)
        : new KeyTemplate(
            utf8(text.substring(0, at)), utf8(text.substring(at + PLACEHOLDER.length())), true);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns whether different records can have different keys. */
  boolean hasKey() {
    return hasKey;
  }

  /** Returns the record's own key, as it goes into the template. */
  static Bytes keyOf(Message message) {
    FanoutRecord record = message.records().get(0);
    Bytes bytes = record.keyBytes();
    return bytes != null ? bytes : Bytes.utf8(record.key());
  }

  /** Returns the Redis key of a message. */
  byte[] apply(Message message) {
    Bytes key = hasKey ? keyOf(message) : Bytes.EMPTY;
    byte[] whole = new byte[before.length + key.length() + after.length];
    System.arraycopy(before, 0, whole, 0, before.length);
    key.copyTo(whole, before.length);
    System.arraycopy(after, 0, whole, before.length + key.length(), after.length);
    return whole;
  }

  /** Returns the length of {@link #apply}. */
  int length(Message message) {
    return before.length + (hasKey ? keyOf(message).length() : 0) + after.length;
  }
}
