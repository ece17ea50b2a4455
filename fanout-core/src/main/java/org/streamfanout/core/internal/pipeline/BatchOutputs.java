package org.streamfanout.core.internal.pipeline;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/** Puts what a batch transform makes of a target's records in their place. Not thread-safe. */
final class BatchOutputs {
  private static final Logger LOG = LoggerFactory.getLogger(BatchOutputs.class);

  private final String targetId;
  private final TargetPlan whole;
  private final Function<FanoutRecord, @Nullable Failure> unfit;

  /** The transform's answer, each output with the records of the whole plan that it came from. */
  private final List<Made> made = new ArrayList<>();

  private @Nullable Failure failure;

  private record Made(FanoutRecord record, BitSet from) {}

  /** What the transform did that it must not. */
  private static final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mistake(String text) {
      super(text);
    }
  }

  /**
   * Starts with a plan that leaves no record of the batch out.
   *
   * @param unfit says why a record cannot be sent; null if it can
   */
  BatchOutputs(String targetId, TargetPlan whole, Function<FanoutRecord, @Nullable Failure> unfit) {
    this.targetId = targetId;
    this.whole = whole;
    this.unfit = unfit;
  }

  /** Asks the transform; what it throws or gets wrong is kept as the reason to reject. */
  void compute(BatchTransform transform) {
    List<FanoutRecord> given = new ArrayList<>();
    Map<FanoutRecord, BitSet> places = new IdentityHashMap<>();
    for (int item = 0; item < whole.size(); item++) {
      if (!whole.isFiltered(item) && whole.rejection(item) == null) {
        given.add(whole.record(item));
        // A host may hand over the same object twice.
        places.computeIfAbsent(whole.record(item), same -> new BitSet()).set(item);
      }
    }
    if (given.isEmpty()) {
      return;
    }
    try {
      for (Output output : transform.apply(List.copyOf(given))) {
        made.add(new Made(output.record(), from(output, places)));
      }
    } catch (Mistake e) {
      fail("the batch transform failed: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.debug("the batch transform of target '{}' failed", targetId, e);
      fail("the batch transform failed with " + e.getClass().getName());
    }
  }

  private void fail(String detail) {
    made.clear();
    failure = Failure.rejected(Planner.TRANSFORM_FAILED, detail);
  }

  private static BitSet from(Output output, Map<FanoutRecord, BitSet> places) {
    BitSet from = new BitSet();
    for (FanoutRecord each : output.from()) {
      BitSet known = places.get(each);
      if (known == null) {
        throw new Mistake("an output names " + each + ", which is none of the records given");
      }
      from.or(known);
    }
    return from;
  }

  /**
   * Returns the plan: the records of these sources, counted, and every output that names one of
   * them. What names only others was sent for good before.
   *
   * @param sources the indexes of the source records; null for all
   */
  TargetPlan plan(@Nullable BitSet sources) {
    BitSet named = new BitSet();
    made.forEach(output -> named.or(output.from()));
    TargetPlan plan = new TargetPlan();
    int[] itemOf = new int[whole.size()];
    BitSet rejected = new BitSet();
    for (int at = 0; at < itemOf.length; at++) {
      int source = whole.sourceIndex(at);
      itemOf[at] = -1;
      if (sources != null && !sources.get(source)) {
        continue;
      }
      itemOf[at] = plan.size();
      Failure own = whole.rejection(at);
      Failure rejection = own != null ? own : failure;
      if (whole.isFiltered(at)) {
        plan.addFiltered(source, whole.record(at));
      } else if (rejection != null) {
        plan.addRejected(
            source,
            whole.record(at),
            rejection,
            own != null ? whole.progress(at) : TargetPlan.Progress.DECODED);
        rejected.set(at);
      } else if (named.get(at)) {
        plan.add(source, whole.record(at));
      } else {
        plan.addFiltered(source, whole.record(at));
      }
    }
    plan.sendInstead(outputs(plan, itemOf, rejected));
    return plan;
  }

  /** A record that was rejected goes before the first output that a later record is part of. */
  private List<PlannedOutput> outputs(TargetPlan plan, int[] itemOf, BitSet rejected) {
    List<PlannedOutput> outputs = new ArrayList<>();
    Map<BitSet, Integer> before = new HashMap<>();
    int next = 0;
    for (Made each : made) {
      int ordinal = before.merge(each.from(), 1, Integer::sum) - 1;
      List<Integer> items =
          each.from().stream().map(at -> itemOf[at]).filter(item -> item >= 0).boxed().toList();
      if (items.isEmpty()) {
        continue;
      }
      next = addRejected(outputs, plan, itemOf, rejected, next, each.from().length());
      List<FanoutRecord> madeOf = each.from().stream().mapToObj(whole::record).toList();
      FanoutRecord record = OutputIds.identified(each.record(), madeOf, ordinal);
      outputs.add(
          new PlannedOutput(record, items, madeOf, unfit.apply(record), TargetPlan.Progress.READY));
    }
    addRejected(outputs, plan, itemOf, rejected, next, itemOf.length);
    return outputs;
  }

  private static int addRejected(
      List<PlannedOutput> outputs,
      TargetPlan plan,
      int[] itemOf,
      BitSet rejected,
      int from,
      int to) {
    int at = rejected.nextSetBit(from);
    for (; at >= 0 && at < to; at = rejected.nextSetBit(at + 1)) {
      int item = itemOf[at];
      outputs.add(
          new PlannedOutput(
              plan.record(item),
              List.of(item),
              List.of(),
              plan.rejection(item),
              plan.progress(item)));
    }
    return Math.max(from, to);
  }
}
