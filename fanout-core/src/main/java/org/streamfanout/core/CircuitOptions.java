package org.streamfanout.core;

import java.time.Duration;

/**
 * When a target's circuit breaker opens, and how it closes again. What counts is calls: one that
 * got an answer for at least one message is a success; throttling is neither success nor failure.
 *
 * @param window how many of the last calls are looked at
 * @param minimumCalls how many calls there must be before it can open
 * @param failureRatePercent from which share of failed calls on it opens
 * @param openFor how long it refuses calls before it lets a probe through
 * @param probes how many calls a half-open breaker lets through
 */
public record CircuitOptions(
    int window, int minimumCalls, int failureRatePercent, Duration openFor, int probes) {

  /** Opens when half of the last 20 calls failed, five at least; probes every 5 s. */
  public static final CircuitOptions DEFAULT =
      new CircuitOptions(20, 5, 50, Duration.ofSeconds(5), 2);
}
