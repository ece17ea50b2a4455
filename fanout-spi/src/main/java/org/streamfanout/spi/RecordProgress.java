package org.streamfanout.spi;

/**
 * How far a record has come at one target.
 *
 * @param isSettled whether it needs nothing more
 * @param isDone whether the other targets need nothing more of it, either: a settled record that is
 *     kept only until later ones of its target are done, too
 * @param attempts how many attempts have failed, where it is not settled
 */
public record RecordProgress(boolean isSettled, boolean isDone, int attempts) {
  /** It needs nothing more. */
  public static final RecordProgress SETTLED = new RecordProgress(true, false, 0);

  /** It is settled for every target. */
  public static final RecordProgress DONE = new RecordProgress(true, true, 0);

  /** Nothing worth keeping; in a change: what was kept is to go. */
  public static final RecordProgress NONE = new RecordProgress(false, false, 0);

  /**
   * Checks that there are no negative attempts, none of what is settled, and that done is settled.
   */
  public RecordProgress {
    if (attempts < 0 || (isSettled && attempts > 0) || (isDone && !isSettled)) {
      throw new IllegalArgumentException(
          attempts + " attempts, settled: " + isSettled + ", done: " + isDone);
    }
  }

  /** Returns the progress of a record that is not settled after some attempts. */
  public static RecordProgress afterAttempts(int attempts) {
    return attempts == 0 ? NONE : new RecordProgress(false, false, attempts);
  }
}
