package org.streamfanout.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one call to a destination may carry. Immutable. Bytes are as {@link
 * TargetSender#sizeInBytes} counts them.
 */
public final class Limits {
  private final int maxMessages;
  private final long maxBatchBytes;
  private final long maxMessageBytes;

  private Limits(int maxMessages, long maxBatchBytes, long maxMessageBytes) {
    if (maxMessages < 1 || maxMessageBytes < 1 || maxBatchBytes < maxMessageBytes) {
      throw new IllegalArgumentException(
          "limits need maxMessages >= 1 and maxBatchBytes >= maxMessageBytes >= 1, got "
              + maxMessages
              + ", "
              + maxBatchBytes
              + ", "
              + maxMessageBytes);
    }
    this.maxMessages = maxMessages;
    this.maxBatchBytes = maxBatchBytes;
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * Returns limits.
   *
   * @param maxMessages how many messages one call carries, at least 1
   * @param maxBatchBytes how many bytes one call carries, at least {@code maxMessageBytes}
   * @param maxMessageBytes how large one message may be, in bytes, at least 1
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Limits of(int maxMessages, long maxBatchBytes, long maxMessageBytes) {
    return new Limits(maxMessages, maxBatchBytes, maxMessageBytes);
  }

  /** Returns how many messages one call carries. */
  public int maxMessages() {
    return maxMessages;
  }

  /** Returns how many bytes one call carries. */
  public long maxBatchBytes() {
    return maxBatchBytes;
  }

  /** Returns how many bytes one message may have. */
  public long maxMessageBytes() {
    return maxMessageBytes;
  }

  /** Returns these limits where they are lower, else the other's: limits only ever go down. */
  public Limits lower(Limits other) {
    long batch = Math.min(maxBatchBytes, other.maxBatchBytes);
    return of(
        Math.min(maxMessages, other.maxMessages),
        batch,
        Math.min(batch, Math.min(maxMessageBytes, other.maxMessageBytes)));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Limits that
        && maxMessages == that.maxMessages
        && maxBatchBytes == that.maxBatchBytes
        && maxMessageBytes == that.maxMessageBytes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(maxMessages, maxBatchBytes, maxMessageBytes);
  }

  @Override
  public String toString() {
    return maxMessages
        + " messages, "
        + maxBatchBytes
        + " B a call, "
        + maxMessageBytes
        + " B each";
  }
}
