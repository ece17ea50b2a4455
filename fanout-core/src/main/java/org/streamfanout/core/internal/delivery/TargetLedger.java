package org.streamfanout.core.internal.delivery;

import java.util.Arrays;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.TargetCounts;

/**
 * Which end every record of a target came to. Guarded by the run's lock.
 *
 * <p>Counts are kept twice, by end as records come to it and in the records' own states, so that
 * {@link #counts} can prove that no record was lost or settled twice.
 */
final class TargetLedger {
  /** What became of a record. */
  enum End {
    OPEN,
    ACCEPTED,
    FILTERED,
    DEAD_LETTERED,
    DROPPED,
    RELEASED
  }

  private final End[] ends;
  private final long[] sums = new long[End.values().length];
  private long calls;
  private long retries;

  TargetLedger(TargetPlan plan) {
    ends = new End[plan.size()];
    for (int item = 0; item < ends.length; item++) {
      ends[item] = plan.isFiltered(item) ? End.FILTERED : End.OPEN;
      sums[ends[item].ordinal()]++;
    }
  }

  End end(int item) {
    return ends[item];
  }

  boolean isOpen(int item) {
    return ends[item] == End.OPEN;
  }

  /** Settles a record; one that is settled already stays as it is. */
  void settle(int item, End end) {
    if (ends[item] == End.OPEN) {
      ends[item] = end;
      sums[End.OPEN.ordinal()]--;
      sums[end.ordinal()]++;
    }
  }

  void releaseOpen() {
    for (int item = 0; item < ends.length; item++) {
      settle(item, End.RELEASED);
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
        0,
        sum(End.RELEASED),
        sum(End.OPEN),
        calls,
        retries);
  }

  private long sum(End end) {
    return sums[end.ordinal()];
  }

  /** Returns whether the sums are those of the records' states. */
  boolean isConserved() {
    long[] counted = new long[sums.length];
    for (End end : ends) {
      counted[end.ordinal()]++;
    }
    return Arrays.equals(counted, sums) && counts().areConserved();
  }
}
