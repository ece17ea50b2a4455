package org.streamfanout.core;

import java.time.Duration;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.testkit.TestClock;

/** Time that passes at once when an engine waits: for engines that send on the caller's thread. */
final class VirtualTime implements Ticker {
  private static final Duration LONGEST = Duration.ofDays(1);

  final TestClock clock = new TestClock();

  /** Returns an engine's builder that goes by this time, on one thread. */
  FanoutEngine.Builder engine() {
    return Fixture.quick().ticker(this).clock(clock).executor(Runnable::run);
  }

  @Override
  public long getAsLong() {
    return clock.nanoTime();
  }

  @Override
  public void park(Object blocker, long nanos) {
    if (nanos > LONGEST.toNanos()) {
      throw new AssertionError("nobody is there who would end this wait");
    }
    clock.advance(Duration.ofNanos(nanos));
  }

  @Override
  public void unpark(Thread thread) {
    // Only the thread that runs could be meant.
  }
}
