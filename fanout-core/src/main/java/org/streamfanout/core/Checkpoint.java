package org.streamfanout.core;

import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Position;

/**
 * How far a host may commit: the longest prefix of source records that are settled for every
 * target.
 *
 * @param settled how many source records that prefix has
 * @param total how many source records the batch has
 * @param lastSettled the last record of the prefix; null if the prefix is empty
 * @param firstUnsettled the record after the prefix; null if all are settled
 */
public record Checkpoint(
    int settled, int total, @Nullable Position lastSettled, @Nullable Position firstUnsettled) {

  /** Returns that of a batch of which nothing is settled. */
  static Checkpoint none(SourceBatch batch) {
    int total = batch.records().size();
    return new Checkpoint(0, total, null, total == 0 ? null : batch.records().get(0).position());
  }

  /** Returns whether every record is settled for every target. */
  public boolean isComplete() {
    return settled == total;
  }
}
