package org.streamfanout.testkit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition and fails the test, with what was seen, if it does not come. */
final class Waiting {
  private Waiting() {}

  /** Waits; the caller holds the condition's lock. */
  static void until(
      Condition changed, Duration atMost, BooleanSupplier reached, Supplier<String> seen)
      throws InterruptedException {
    long left = atMost.toNanos();
    while (!reached.getAsBoolean()) {
      if (left <= 0) {
        throw new AssertionError("after " + atMost + ": " + seen.get());
      }
      left = changed.awaitNanos(left);
    }
  }
}
