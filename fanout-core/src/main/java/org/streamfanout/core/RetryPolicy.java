package org.streamfanout.core;

import java.time.Duration;
import java.util.Objects;

/**
 * How often and how soon a message is sent again.
 *
 * @param maxAttempts attempts that a message gets before {@code onFailure} decides; throttling,
 *     refusals by the breaker and attempts cut off by the call's deadline do not count. A target's
 *     row may have a number of its own
 * @param attemptTimeout how long one attempt may take
 * @param firstPause the longest pause before the second attempt; it doubles with each
 * @param maxPause the longest pause of all
 */
public record RetryPolicy(
    int maxAttempts, Duration attemptTimeout, Duration firstPause, Duration maxPause) {

  /**
   * Eight attempts of eight seconds at most, with pauses from 100 ms to 10 s: a brief outage is
   * bridged within a Lambda call of the usual length, and a target that hung gets nine tenths of
   * its throughput ten seconds after the repair, one swallowed attempt included.
   */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(8, Duration.ofSeconds(8), Duration.ofMillis(100), Duration.ofSeconds(10));

  /** Checks the ranges. */
  public RetryPolicy {
    Objects.requireNonNull(attemptTimeout, "attemptTimeout");
    Objects.requireNonNull(firstPause, "firstPause");
    Objects.requireNonNull(maxPause, "maxPause");
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("maxAttempts " + maxAttempts + " is below 1");
    }
    if (attemptTimeout.isNegative() || attemptTimeout.isZero()) {
      throw new IllegalArgumentException("attemptTimeout " + attemptTimeout + " is not positive");
    }
    if (firstPause.isNegative() || maxPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses need 0 <= firstPause <= maxPause, got " + firstPause + " and " + maxPause);
    }
  }
}
