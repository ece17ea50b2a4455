package org.streamfanout.spi;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A point in time by a monotonic clock, unmoved by changes of the wall clock. Immutable. */
public final class Deadline {
  // Far enough to mean never, near enough that no sum of nanoseconds overflows.
  private static final Duration LONGEST = Duration.ofDays(365 * 10);

  private final LongSupplier nanoTime;
  private final long at;

  private Deadline(LongSupplier nanoTime, long at) {
    this.nanoTime = nanoTime;
    this.at = at;
  }

  /** Returns the deadline that ends a time from now; a negative time has ended already. */
  public static Deadline after(Duration time) {
    return after(time, System::nanoTime);
  }

  /** Returns the deadline that ends a time from now, by a monotonic clock in nanoseconds. */
  public static Deadline after(Duration time, LongSupplier nanoTime) {
    Duration bounded = time.compareTo(LONGEST) > 0 ? LONGEST : time;
    return new Deadline(nanoTime, nanoTime.getAsLong() + bounded.toNanos());
  }

  /** Returns the time left; zero once it has ended. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /** Returns the time left in nanoseconds; zero once it has ended. */
  public long remainingNanos() {
    return Math.max(0, at - nanoTime.getAsLong());
  }

  /** Returns whether no time is left. */
  public boolean isExpired() {
    return remainingNanos() == 0;
  }

  /** Returns the deadline after this much time, or this one if that is sooner. */
  public Deadline atMost(Duration time) {
    Deadline other = after(time, nanoTime);
    return other.at - at < 0 ? other : this;
  }
}
