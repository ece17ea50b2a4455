package org.streamfanout.core.internal.delivery;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.TargetCounts;

/**
 * Which end every record of a target came to. Guarded by the run's lock.
 *
 * <p>Counts are kept twice, by end as records come to it and in the records' own states, so that
 * {@link #counts} can prove that no record was lost or settled twice.
 */
final class TargetLedger {
  /**
   * What became of a record. Where a batch transform made several outputs of one, which came to
   * different ends, the later of these constants counts.
   */
  enum End {
    OPEN,
    ACCEPTED,
    FILTERED,
    ALREADY_SETTLED,
    DEAD_LETTERED,
    DROPPED,
    RELEASED
  }

  private final End[] ends;
  private final long[] sums = new long[End.values().length];
  private final @Nullable OutputLedger outputs;
  private long calls;
  private long retries;

  TargetLedger(TargetPlan plan) {
    outputs = plan.hasOutputs() ? new OutputLedger(plan) : null;
    ends = new End[plan.size()];
    for (int item = 0; item < ends.length; item++) {
      ends[item] =
          plan.isFiltered(item)
              ? End.FILTERED
              : plan.isAlreadySettled(item) ? End.ALREADY_SETTLED : End.OPEN;
      sums[ends[item].ordinal()]++;
    }
  }

  boolean isOpen(int item) {
    return ends[item] == End.OPEN;
  }

  boolean hasOpen() {
    return sum(End.OPEN) > 0;
  }

  End end(int item) {
    return ends[item];
  }

  boolean isOutputOpen(int output) {
    return outputs == null ? isOpen(output) : outputs.isOpen(output);
  }

  /** Settles an output, and the records that wait for no other; one that is settled stays so. */
  void settle(int output, End end) {
    if (outputs == null) {
      settleItem(output, end);
    } else {
      outputs.settle(output, end, this::settleItem);
    }
  }

  private void settleItem(int item, End end) {
    if (ends[item] == End.OPEN) {
      ends[item] = end;
      sums[End.OPEN.ordinal()]--;
      sums[end.ordinal()]++;
    }
  }

  void releaseOpen() {
    if (outputs != null) {
      outputs.release();
    }
    for (int item = 0; item < ends.length; item++) {
      settleItem(item, End.RELEASED);
    }
  }

  void called(int messagesAgain) {
    calls++;
    retries += messagesAgain;
  }

  TargetCounts counts() {
    return new TargetCounts(
        ends.length,
        sum(End.ACCEPTED),
        sum(End.FILTERED),
        sum(End.DEAD_LETTERED),
        sum(End.DROPPED),
        sum(End.ALREADY_SETTLED),
        sum(End.RELEASED),
        sum(End.OPEN),
        calls,
        retries);
  }

  private long sum(End end) {
    return sums[end.ordinal()];
  }

  /**
   * Returns whether the sums are those of the records' states, and no record is settled before the
   * outputs that were made of it.
   */
  boolean isConserved() {
    long[] counted = new long[sums.length];
    for (End end : ends) {
      counted[end.ordinal()]++;
    }
    return Arrays.equals(counted, sums)
        && counts().areConserved()
        && (outputs == null || outputs.agreesWith(this::isOpen));
  }
}
