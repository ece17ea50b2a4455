package org.streamfanout.spi;

/**
 * How far a record has come at one target.
 *
 * @param isSettled whether it needs nothing more
 * @param attempts how many attempts have failed, where it is not settled
 */
public record RecordProgress(boolean isSettled, int attempts) {
  /** It needs nothing more. */
  public static final RecordProgress SETTLED = new RecordProgress(true, 0);

  /** Nothing worth keeping; in a change: what was kept is to go. */
  public static final RecordProgress NONE = new RecordProgress(false, 0);

  /** Checks that there are no negative attempts, and none of what is settled. */
  public RecordProgress {
    if (attempts < 0 || (isSettled && attempts > 0)) {
      throw new IllegalArgumentException(attempts + " attempts, settled: " + isSettled);
    }
  }

  /** Returns the progress of a record that is not settled after some attempts. */
  public static RecordProgress afterAttempts(int attempts) {
    return attempts == 0 ? NONE : new RecordProgress(false, attempts);
  }
}
