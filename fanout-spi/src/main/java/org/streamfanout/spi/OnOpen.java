package org.streamfanout.spi;

/**
 * What happens to records while their target is down: its circuit breaker is open, or every call
 * that it may have under way hangs. A probe goes through when it is due, whatever is chosen here. A
 * target that denies everything ({@link Failure.Kind#FATAL}) is not down: it holds.
 *
 * <p>Where a row does not choose, its {@link OnFailure} does, as {@link #following} says, unless it
 * has a {@code maxRecordAge} for which records may wait; and they wait for a moment: until calls
 * have failed in a row for as long as the breaker waits between probes, or a probe has had no
 * answer for as long. So a blip costs no record its next attempt.
 */
public enum OnOpen {
  /** They wait for the target. */
  HOLD,
  /** They go to the dead-letter target at once. */
  PARK,
  /** They are dropped at once, and counted. */
  SHED;

  /**
   * Returns what becomes of records where a row says nothing but what happens to failed ones. What
   * is parked can be replayed; what is shed is gone, so that no row sheds without saying so.
   */
  public static OnOpen following(OnFailure onFailure) {
    return switch (onFailure) {
      case HOLD, DROP -> HOLD;
      case DEAD_LETTER -> PARK;
    };
  }
}
