package org.streamfanout.spi;

/**
 * What happens to records while their target is down: its circuit breaker is open, or every call
 * that it may have under way hangs. A probe goes through when it is due, whatever is chosen here. A
 * target that denies everything ({@link Failure.Kind#FATAL}) is not down: it holds.
 */
public enum OnOpen {
  /** They wait for the target. */
  HOLD,
  /** They go to the dead-letter target at once. */
  PARK,
  /** They are dropped at once, and counted. */
  SHED
}
