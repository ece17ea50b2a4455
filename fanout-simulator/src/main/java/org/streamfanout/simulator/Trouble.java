package org.streamfanout.simulator;

import java.util.List;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Outcome;

/**
 * What one opening of a target, in one process, has been through, as its destination knows it. What
 * a row allows while the target is down is allowed only where there was cause to take it for down.
 */
final class Trouble {
  /** With fewer calls that failed no breaker opens, by its share of the least number of calls. */
  private static final int LEAST_FAILED =
      (Plan.CIRCUIT.minimumCalls() * Plan.CIRCUIT.failureRatePercent() + 99) / 100;

  private int failed;
  private boolean answered;
  private boolean throttled;
  private boolean hung;

  /** A call was answered. */
  void answered(List<Outcome> outcomes) {
    boolean accepted = false;
    boolean slowed = false;
    boolean fails = false;
    for (Outcome outcome : outcomes) {
      if (!(outcome instanceof Outcome.Failed failure)) {
        accepted = true;
        continue;
      }
      Failure.Kind kind = failure.failure().kind();
      slowed |= kind == Failure.Kind.THROTTLED;
      fails |= kind == Failure.Kind.RETRYABLE || kind == Failure.Kind.FATAL;
      answered |= kind != Failure.Kind.FATAL && kind != Failure.Kind.NOT_SENT;
    }
    answered |= accepted;
    throttled |= slowed;
    failed += fails && !accepted && !slowed ? 1 : 0;
  }

  /**
   * A call broke off.
   *
   * @param broken whether it was the provider that is no good
   */
  void brokeOff(boolean broken) {
    answered |= !broken;
    failed++;
  }

  /** A call took as long as an attempt may; that its caller's time was over says nothing. */
  void hung() {
    hung = true;
  }

  /**
   * Returns whether its breaker may have been open, or all that it may have under way have hung. A
   * target that only denies is not down.
   */
  boolean mayHaveBeenDown() {
    return hung || (answered && failed >= LEAST_FAILED);
  }

  /** Returns whether it has been left alone for a while, since it throttled. */
  boolean hasThrottled() {
    return throttled;
  }
}
