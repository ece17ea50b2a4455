package org.streamfanout.core;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link ShardDelivery} goes on with what is held.
 *
 * @param cycle how long one call of the engine may take; after it the settled prefix is told, and
 *     targets are looked up again. Longer than an attempt, so that none is cut off but after a
 *     cycle full of failures
 * @param firstPause how long to wait before what is held is tried again; it doubles each time that
 *     nothing got further
 * @param maxPause the longest pause of all
 */
public record ShardOptions(Duration cycle, Duration firstPause, Duration maxPause) {

  /**
   * Cycles of 30 seconds, which is three attempts of {@link RetryPolicy#DEFAULT}; pauses from 200
   * ms to 10 s: a target that was repaired is found out soon, and one that stays down is asked
   * rarely.
   */
  public static final ShardOptions DEFAULT =
      new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(10));

  /** Checks the ranges. */
  public ShardOptions {
    Objects.requireNonNull(cycle, "cycle");
    Objects.requireNonNull(firstPause, "firstPause");
    Objects.requireNonNull(maxPause, "maxPause");
    if (cycle.isNegative() || cycle.isZero()) {
      throw new IllegalArgumentException("cycle " + cycle + " is not positive");
    }
    if (firstPause.isNegative() || firstPause.isZero() || maxPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses need 0 < firstPause <= maxPause, got " + firstPause + " and " + maxPause);
    }
  }
}
