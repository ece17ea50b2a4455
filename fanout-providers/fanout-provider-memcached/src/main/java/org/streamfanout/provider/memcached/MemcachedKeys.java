package org.streamfanout.provider.memcached;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;

/**
 * Makes a memcached key of a record's key, which goes in at {@code {key}}. A key that has bytes of
 * its own is taken as these.
 *
 * <p>memcached's keys are 1 to 250 bytes without spaces and control characters; here they are
 * printable ASCII. Any other key, and any that begins as an encoded one does, becomes {@code
 * sha256:} and the SHA-256 of its bytes, so that two keys never become one.
 */
final class MemcachedKeys {
  static final String PLACEHOLDER = "{key}";
  static final String ENCODED = "sha256:";

  /**
   * See <a href="https://github.com/memcached/memcached/blob/master/doc/protocol.txt">the
   * protocol</a>, "Keys" (as known 2026-11).
   */
  static final int MAX_LENGTH = 250;

  private static final int ENCODED_LENGTH = ENCODED.length() + 64;

  private final byte[] before;
  private final byte[] after;

  private MemcachedKeys(byte[] before, byte[] after) {
    this.before = before;
    this.after = after;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if it does not name the key once
   */
  static MemcachedKeys parse(String template) {
    int at = template.indexOf(PLACEHOLDER);
    if (at < 0 || at != template.lastIndexOf(PLACEHOLDER)) {
      throw new IllegalArgumentException(
          "option 'key' is '"
              + template
              + "'; write "
              + PLACEHOLDER
              + " in it once, for the record's key");
    }
    return new MemcachedKeys(
        template.substring(0, at).getBytes(StandardCharsets.UTF_8),
        template.substring(at + PLACEHOLDER.length()).getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the key of a message as the template makes it, legal or not. */
  private byte[] whole(Message message) {
    FanoutRecord record = message.records().get(0);
    Bytes own = record.keyBytes();
    Bytes key = own != null ? own : Bytes.utf8(record.key());
    byte[] whole = new byte[before.length + key.length() + after.length];
    System.arraycopy(before, 0, whole, 0, before.length);
    key.copyTo(whole, before.length);
    System.arraycopy(after, 0, whole, before.length + key.length(), after.length);
    return whole;
  }

  /** Returns whether memcached takes the key of a message as it is. */
  boolean isLegal(Message message) {
    return isLegal(whole(message));
  }

  /** Returns the memcached key of a message. */
  String apply(Message message) {
    byte[] whole = whole(message);
    return isPlain(whole) ? new String(whole, StandardCharsets.US_ASCII) : ENCODED + digest(whole);
  }

  /** Returns the length of {@link #apply}. */
  int length(Message message) {
    byte[] whole = whole(message);
    return isPlain(whole) ? whole.length : ENCODED_LENGTH;
  }

  private static boolean isPlain(byte[] key) {
    return isLegal(key) && !new String(key, StandardCharsets.US_ASCII).startsWith(ENCODED);
  }

  private static boolean isLegal(byte[] key) {
    if (key.length == 0 || key.length > MAX_LENGTH) {
      return false;
    }
    for (byte each : key) {
      if (each <= ' ' || each > '~') {
        return false;
      }
    }
    return true;
  }

  private static String digest(byte[] key) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
