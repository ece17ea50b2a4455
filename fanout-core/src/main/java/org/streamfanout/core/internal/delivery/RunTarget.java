package org.streamfanout.core.internal.delivery;

import java.time.Instant;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.TargetResult;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.TargetCounts;

/** One target of a batch: what delivers to it, or why nothing does. Guarded by the run's lock. */
final class RunTarget {
  private static final Logger LOG = LoggerFactory.getLogger(RunTarget.class);

  private final String id;
  final @Nullable TargetDelivery delivery;
  private final @Nullable Failure broken;
  boolean released;

  /** Whether the call under way delivers to it: not before its turn. */
  boolean started;

  /** Whether it was told that all of it is settled. */
  boolean settledNoted;

  private RunTarget(String id, @Nullable TargetDelivery delivery, @Nullable Failure broken) {
    this.id = id;
    this.delivery = delivery;
    this.broken = broken;
  }

  static RunTarget delivered(TargetDelivery delivery) {
    return new RunTarget(delivery.id(), delivery, null);
  }

  static RunTarget broken(String id, Failure why) {
    return new RunTarget(id, null, why);
  }

  boolean isSettled() {
    return released || (delivery != null && !delivery.ledger.hasOpen());
  }

  TargetState state(SourceBatch batch) {
    return delivery == null ? stateOfBroken(batch) : stateOf(delivery, batch);
  }

  private TargetState stateOfBroken(SourceBatch batch) {
    int total = batch.records().size();
    int held = released ? 0 : total;
    BitSet open = new BitSet();
    open.set(0, held);
    TargetCounts counts = new TargetCounts(total, 0, 0, 0, 0, 0, total - held, held, 0, 0);
    Instant oldest = null;
    for (int index = 0; index < held; index++) {
      oldest = older(oldest, batch.records().get(index).arrivedAt());
    }
    return new TargetState(new TargetResult(id, "", counts, broken), open, oldest);
  }

  private TargetState stateOf(TargetDelivery delivering, SourceBatch batch) {
    TargetPlan plan = delivering.plan;
    BitSet open = new BitSet();
    Instant oldest = null;
    for (int item = 0; item < plan.size(); item++) {
      if (delivering.ledger.isOpen(item)) {
        open.set(plan.sourceIndex(item));
        oldest = older(oldest, plan.record(item).arrivedAt());
      }
    }
    Failure failure = delivering.firstFailure();
    if (!delivering.ledger.isConserved()) {
      LOG.error("target '{}' lost count of its records; all of them are held", id);
      open.set(0, batch.records().size());
      failure = Failure.fatal(Ledger.BROKEN, "the sums of the records' ends do not add up");
    }
    String type = delivering.setup.config().type();
    return new TargetState(
        new TargetResult(id, type, delivering.ledger.counts(), failure), open, oldest);
  }

  private static @Nullable Instant older(@Nullable Instant known, @Nullable Instant other) {
    return other != null && (known == null || other.isBefore(known)) ? other : known;
  }
}
