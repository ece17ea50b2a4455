package org.streamfanout.simulator;

/** What can go wrong in a simulation. */
public enum Fault {
  /** Some messages of a call fail: retryable, throttled, rejected or too large. */
  SOME_FAIL,
  /** The call breaks off before anything took effect. */
  BREAKS_BEFORE,
  /** The call takes effect, and its answer is lost. */
  BREAKS_AFTER,
  /** Some messages take effect, then the call breaks off. */
  BREAKS_BETWEEN,
  /** All takes effect, and the answer says that it failed. */
  DENIES_EFFECT,
  /** The call is slow. */
  SLOW,
  /** The call hangs until it is interrupted, and has no effect. */
  HANGS,
  /** The call takes effect and hangs until it is interrupted. */
  APPLIES_AND_HANGS,
  /** The call ignores interrupts for a while, and has no effect. */
  HANGS_DEAF,
  /** The call ignores interrupts, takes effect late and says so. */
  APPLIES_LATE,
  /** The call takes effect, and the answer has the wrong length. */
  WRONG_LENGTH,
  /** The provider throws an error. */
  THROWS_ERROR,
  /** Everything is throttled for a while. */
  THROTTLE_STORM,
  /** Credentials are no good for a while: everything fails as fatal. */
  CREDENTIALS_EXPIRE,
  /**
   * A target is taken out, switched off, put in, changed or made invalid, for a while or for good.
   */
  ROW_CHANGES,
  /** The registry cannot be read, or has no rows, for a while. */
  REGISTRY_FAILS,
  /**
   * A store of progress that all processes share cannot be read, or not be written, now and then.
   */
  PROGRESS_FAILS,
  /** The wall clock jumps. */
  CLOCK_JUMPS,
  /** A process is killed, at any step. */
  KILL,
  /** What the host does to its readers: leases lost, partitions moved, invocations timed out. */
  HOST
}
