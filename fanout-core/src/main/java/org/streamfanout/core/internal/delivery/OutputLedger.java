package org.streamfanout.core.internal.delivery;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.streamfanout.core.internal.delivery.TargetLedger.End;
import org.streamfanout.core.internal.pipeline.TargetPlan;

/**
 * Which end every output of a batch transform came to, and so the records that it was made of: one
 * settles when the last output that names it does. Guarded by the run's lock.
 */
final class OutputLedger {
  private final TargetPlan plan;
  private final End[] ends;

  /** How many outputs each record still waits for. */
  private final int[] waiting;

  /** What the record comes to, by the outputs settled so far. */
  private final End[] gravest;

  private boolean released;

  /** Takes what becomes of a record. */
  @FunctionalInterface
  interface Settled {
    void settle(int item, End end);
  }

  OutputLedger(TargetPlan plan) {
    this.plan = plan;
    ends = new End[plan.outputCount()];
    waiting = new int[plan.size()];
    gravest = new End[plan.size()];
    Arrays.fill(ends, End.OPEN);
    Arrays.fill(gravest, End.OPEN);
    for (int output = 0; output < ends.length; output++) {
      plan.itemsOf(output).forEach(item -> waiting[item]++);
    }
  }

  boolean isOpen(int output) {
    return ends[output] == End.OPEN;
  }

  void settle(int output, End end, Settled settled) {
    if (ends[output] != End.OPEN) {
      return;
    }
    ends[output] = end;
    for (int item : plan.itemsOf(output)) {
      if (end.compareTo(gravest[item]) > 0) {
        gravest[item] = end;
      }
      if (--waiting[item] == 0) {
        settled.settle(item, gravest[item]);
      }
    }
  }

  /** From now on records are settled without their outputs: the target is no more. */
  void release() {
    released = true;
  }

  /** Returns whether the records that are open are those that wait for an output. */
  boolean agreesWith(IntPredicate isOpen) {
    int[] counted = new int[waiting.length];
    for (int output = 0; output < ends.length; output++) {
      if (ends[output] == End.OPEN) {
        plan.itemsOf(output).forEach(item -> counted[item]++);
      }
    }
    if (!Arrays.equals(counted, waiting)) {
      return false;
    }
    for (int item = 0; item < counted.length; item++) {
      if (isOpen.test(item) != (counted[item] > 0) && !released) {
        return false;
      }
    }
    return true;
  }
}
