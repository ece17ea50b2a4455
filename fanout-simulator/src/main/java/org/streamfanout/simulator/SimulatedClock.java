package org.streamfanout.simulator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The wall clock of a simulation, which may jump. */
final class SimulatedClock extends Clock {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Scheduler scheduler;
  private Duration jumped = Duration.ZERO;

  SimulatedClock(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void jump(Duration by) {
    jumped = jumped.plus(by);
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
