package org.streamfanout.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Lets so many through in a second, evenly: never more than a second's worth at once. */
final class RateLimit {
  private final @Nullable Integer perSecond;
  private final LongSupplier nanoTime;
  private final Sleep sleep;
  private long nextAt;
  private boolean started;

  /** Waits. */
  interface Sleep {
    void nanos(long nanos) throws InterruptedException;
  }

  /**
   * Makes a limit.
   *
   * @param perSecond null for none
   */
  RateLimit(@Nullable Integer perSecond, LongSupplier nanoTime, Sleep sleep) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.sleep = sleep;
  }

  static RateLimit of(@Nullable Integer perSecond) {
    return new RateLimit(perSecond, System::nanoTime, RateLimit::park);
  }

  /** Waits; in the process's own time. */
  static void park(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Returns how many may go at once. */
  int atOnce(int wanted) {
    return perSecond == null ? wanted : Math.max(1, Math.min(wanted, perSecond));
  }

  /** Waits until what went before is paid for, and notes that some go now. */
  void take(int count) throws InterruptedException {
    if (perSecond == null) {
      return;
    }
    long now = nanoTime.getAsLong();
    if (started && nextAt - now > 0) {
      sleep.nanos(nextAt - now);
      now = nanoTime.getAsLong();
    }
    started = true;
    nextAt = now + count * TimeUnit.SECONDS.toNanos(1) / perSecond;
  }
}
