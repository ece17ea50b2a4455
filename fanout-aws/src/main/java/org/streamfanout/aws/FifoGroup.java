package org.streamfanout.aws;

import java.util.regex.Pattern;

/**
 * The message group of a key, for FIFO queues and topics. Stateless.
 *
 * <p>A group id has 1 to 128 letters, digits and punctuation marks of ASCII, as <a
 * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html">
 * SendMessage</a> says (as known 2026-11). A key that is no legal id, the empty key included, is
 * replaced by its SHA-256 in 64 hexadecimal digits, so that equal keys keep one group and different
 * keys do not share one.
 */
public final class FifoGroup {
  /** The length of the longest id; ASCII, so characters and bytes alike. */
  public static final int MAX_LENGTH = 128;

  private static final Pattern LEGAL = Pattern.compile("[\\x21-\\x7e]{1," + MAX_LENGTH + "}");

  private FifoGroup() {}

  /** Returns the group id of a key. */
  public static String of(String key) {
    return LEGAL.matcher(key).matches() ? key : KeyDigest.of(key);
  }
}
