package org.streamfanout.simulator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The wall clock of a simulation, which may jump. */
final class SimulatedClock extends Clock {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Scheduler scheduler;
  private Duration jumped = Duration.ZERO;
  private Instant latest = START;

  /** When it last went forward, by the scheduler; before the beginning if it never did. */
  private long forwardAt = -1;

  SimulatedClock(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void jump(Duration by) {
    latest = latest();
    jumped = jumped.plus(by);
    if (!by.isNegative()) {
      forwardAt = scheduler.elapsed();
    }
  }

  /** Returns the latest time that it has shown. */
  Instant latest() {
    Instant now = instant();
    return now.isAfter(latest) ? now : latest;
  }

  /** Returns whether it may have counted more than a time, since one of the scheduler's. */
  boolean mayHaveCounted(Duration time, long since) {
    return forwardAt >= since || scheduler.elapsed() - since > time.toNanos();
  }

  @Override
  public Instant instant() {
    return START.plusNanos(scheduler.elapsed()).plus(jumped);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
