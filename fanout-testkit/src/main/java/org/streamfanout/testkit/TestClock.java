package org.streamfanout.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that moves only when a test moves it, for wall time and for monotonic time alike. Clocks
 * made of it with {@link #withZone} move with it. Thread-safe.
 */
public final class TestClock extends Clock {
  private final Instant start;
  private final ZoneId zone;
  private final AtomicLong elapsed;

  private TestClock(Instant start, ZoneId zone, AtomicLong elapsed) {
    this.start = start;
    this.zone = zone;
    this.elapsed = elapsed;
  }

  /** Makes a clock that stands at the beginning of 2026 in UTC. */
  public TestClock() {
    this(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** Makes a clock that stands at an instant, in UTC. */
  public TestClock(Instant start) {
    this(start, ZoneOffset.UTC, new AtomicLong());
  }

  /**
   * Moves the clock on.
   *
   * @throws IllegalArgumentException if the time is negative
   */
  public void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("a clock does not go back, by " + time);
    }
    elapsed.addAndGet(time.toNanos());
  }

  /** Returns the monotonic time in nanoseconds, as {@link System#nanoTime} does. */
  public long nanoTime() {
    return elapsed.get();
  }

  @Override
  public Instant instant() {
    return start.plusNanos(elapsed.get());
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId newZone) {
    return new TestClock(start, newZone, elapsed);
  }
}
