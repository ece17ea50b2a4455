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
    return records
        == accepted + filtered + deadLettered + dropped + alreadySettled + released + held;
  }
}
