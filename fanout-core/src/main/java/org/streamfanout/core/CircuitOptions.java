package org.streamfanout.core;

import java.time.Duration;
import java.util.Objects;

/**
 * When a target's circuit breaker opens, and how it closes again. What counts is calls: one that
 * got an answer for at least one message is a success; throttling is neither success nor failure.
 *
 * <p>Besides the share of failed calls, it opens when every call under way has timed out and none
 * was answered in between: such a target hangs, and gets a probe at once.
 *
 * @param window how many of the last calls are looked at; memory is taken for all of them at once
 * @param minimumCalls how many calls there must be before the share of failed ones can open it
 * @param failureRatePercent from which share of failed calls on it opens
 * @param openFor how long it refuses calls before it lets a probe through, and how much later than
 *     the last probe the next one starts while none is accepted. The first probe goes after a
 *     fiftieth of it where the first one was accepted the last time, and so were at least {@code
 *     minimumCalls} of the calls looked at. A target that throttles is not left alone for longer,
 *     either
 * @param probes how many probes in a row must be accepted before it closes, and how many may be
 *     under way at once; a probe carries one message
 */
public record CircuitOptions(
    int window, int minimumCalls, int failureRatePercent, Duration openFor, int probes) {

  /** Opens when half of the last 20 calls failed, five at least; probes every 5 s. */
  public static final CircuitOptions DEFAULT =
      new CircuitOptions(20, 5, 50, Duration.ofSeconds(5), 2);

  /** Checks the ranges. */
  public CircuitOptions {
    Objects.requireNonNull(openFor, "openFor");
    if (window < 1 || minimumCalls < 1 || minimumCalls > window || probes < 1) {
      throw new IllegalArgumentException(
          "1 <= minimumCalls <= window and 1 <= probes are needed, got minimumCalls "
              + minimumCalls
              + ", window "
              + window
              + " and probes "
              + probes);
    }
    if (failureRatePercent < 1 || failureRatePercent > 100) {
      throw new IllegalArgumentException(
          "failureRatePercent " + failureRatePercent + " is not within 1 to 100");
    }
    if (openFor.isNegative() || openFor.isZero()) {
      throw new IllegalArgumentException("openFor " + openFor + " is not positive");
    }
  }
}
