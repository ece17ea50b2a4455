package org.streamfanout.core.internal.delivery;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many records and bytes a target may be sent: what it did not get within the last second it
 * may get at once, and no more. One message that is larger than that goes when nothing went for a
 * second, and is paid for afterwards. Thread-safe; never blocks.
 */
final class RateLimit {
  /**
   * A call waits until there is room for this share of a second, so that a limit does not make many
   * small calls of few large ones.
   */
  private static final double LEAST_SHARE = 0.1;

  /** What is lost by counting with doubles. */
  private static final double NOTHING = 1e-6;

  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Bucket records;
  private final @Nullable Bucket bytes;

  RateLimit(@Nullable Long recordsPerSecond, @Nullable Long bytesPerSecond, long now) {
    this.records = recordsPerSecond == null ? null : new Bucket(recordsPerSecond, now);
    this.bytes = bytesPerSecond == null ? null : new Bucket(bytesPerSecond, now);
  }

  /** Returns how long it is until a call is worth its while, in nanoseconds; 0 if it is now. */
  long nanosUntilCall(long now) {
    lock.lock();
    try {
      return Math.max(
          records == null ? 0 : records.nanosUntil(records.least(), now),
          bytes == null ? 0 : bytes.nanosUntil(bytes.least(), now));
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many records a call may carry now, at least 1. */
  long records(long now) {
    lock.lock();
    try {
      return records == null ? Long.MAX_VALUE : records.room(now);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes a call may carry now, at least 1. */
  long bytes(long now) {
    lock.lock();
    try {
      return bytes == null ? Long.MAX_VALUE : bytes.room(now);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what a call carries, if it may go now.
   *
   * @return 0 if it may; otherwise how long it has to wait, in nanoseconds, and nothing is taken
   */
  long tryTake(long recordCount, long byteCount, long now) {
    lock.lock();
    try {
      long wait =
          Math.max(
              records == null ? 0 : records.nanosUntil(recordCount, now),
              bytes == null ? 0 : bytes.nanosUntil(byteCount, now));
      if (wait == 0) {
        if (records != null) {
          records.tokens -= recordCount;
        }
        if (bytes != null) {
          bytes.tokens -= byteCount;
        }
      }
      return wait;
    } finally {
      lock.unlock();
    }
  }

  private static final class Bucket {
    private final double perSecond;
    private double tokens;
    private long at;

    Bucket(long perSecond, long now) {
      this.perSecond = perSecond;
      this.tokens = perSecond;
      this.at = now;
    }

    double least() {
      return Math.max(1, perSecond * LEAST_SHARE);
    }

    long room(long now) {
      fill(now);
      return Math.max(1, (long) Math.min(Long.MAX_VALUE, tokens + NOTHING));
    }

    long nanosUntil(double wanted, long now) {
      fill(now);
      double missing = Math.min(wanted, perSecond) - tokens;
      return missing <= NOTHING ? 0 : Math.max(1, (long) Math.ceil(missing * 1e9 / perSecond));
    }

    private void fill(long now) {
      long passed = now - at;
      if (passed > 0) {
        tokens = Math.min(perSecond, tokens + passed * (perSecond / 1e9));
        at = now;
      }
    }
  }
}
