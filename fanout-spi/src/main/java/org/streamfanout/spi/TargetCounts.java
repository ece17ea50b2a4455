package org.streamfanout.spi;

/**
 * What became of a batch's records at one target. Records in = accepted + filtered + dead-lettered
 * + dropped + already settled + released + held.
 *
 * <p>The unit is the record as the target decodes it; the source record where it could not be
 * decoded or was never planned.
 *
 * @param records records in
 * @param accepted taken by the destination
 * @param filtered kept out by the filter or the transform
 * @param deadLettered taken by the dead-letter target
 * @param dropped given up because {@code onFailure} says so
 * @param alreadySettled remembered as settled from an earlier call
 * @param released let go because the target was switched off or removed
 * @param held not settled
 * @param calls attempts made
 * @param retries messages that were sent again
 */
public record TargetCounts(
    long records,
    long accepted,
    long filtered,
    long deadLettered,
    long dropped,
    long alreadySettled,
    long released,
    long held,
    long calls,
    long retries) {

  /** Nothing yet. */
  public static final TargetCounts ZERO = new TargetCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Returns whether every record in has exactly one end. */
  public boolean areConserved() {
    return records == ended() + held;
  }

  /** Returns how many records came to an end: all but those that are held. */
  public long ended() {
    return accepted + filtered + deadLettered + dropped + alreadySettled + released;
  }

  /** Returns the sums of both. */
  public TargetCounts plus(TargetCounts other) {
    return new TargetCounts(
        records + other.records,
        accepted + other.accepted,
        filtered + other.filtered,
        deadLettered + other.deadLettered,
        dropped + other.dropped,
        alreadySettled + other.alreadySettled,
        released + other.released,
        held + other.held,
        calls + other.calls,
        retries + other.retries);
  }

  /** Returns what these have more than others; negative where they have less. */
  public TargetCounts minus(TargetCounts other) {
    return new TargetCounts(
        records - other.records,
        accepted - other.accepted,
        filtered - other.filtered,
        deadLettered - other.deadLettered,
        dropped - other.dropped,
        alreadySettled - other.alreadySettled,
        released - other.released,
        held - other.held,
        calls - other.calls,
        retries - other.retries);
  }

  /** Returns counts of the same ends, with others held; records in are the sum of both. */
  public TargetCounts withHeld(long nowHeld) {
    return new TargetCounts(
        ended() + nowHeld,
        accepted,
        filtered,
        deadLettered,
        dropped,
        alreadySettled,
        released,
        nowHeld,
        calls,
        retries);
  }
}
