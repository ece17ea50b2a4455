package org.streamfanout.core.internal.delivery;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.streamfanout.core.internal.pipeline.TargetPlan;

/**
 * What became of each item of a target's plan when a call ended; an item that is in none of these
 * was filtered or released. Used by one thread.
 */
public final class TargetEnds {
  private final TargetSetup setup;
  private final TargetPlan plan;
  private final boolean keepsOrder;

  final BitSet accepted = new BitSet();
  final BitSet givenUp = new BitSet();
  final BitSet alreadySettled = new BitSet();
  final Map<Integer, Integer> attempts = new HashMap<>();

  TargetEnds(TargetSetup setup, TargetPlan plan, boolean keepsOrder) {
    this.setup = setup;
    this.plan = plan;
    this.keepsOrder = keepsOrder;
  }

  /** Returns the target. */
  public TargetSetup setup() {
    return setup;
  }

  /** Returns what it was to get. */
  public TargetPlan plan() {
    return plan;
  }

  /** Returns whether something at the destination depends on what arrives last. */
  public boolean keepsOrder() {
    return keepsOrder;
  }

  /** Returns whether the destination took an item in one of this batch's calls. */
  public boolean isAccepted(int item) {
    return accepted.get(item);
  }

  /** Returns whether an item is a dead letter that was taken, or was dropped. */
  public boolean isGivenUp(int item) {
    return givenUp.get(item);
  }

  /** Returns whether an item was left out, since it had been settled before. */
  public boolean isAlreadySettled(int item) {
    return alreadySettled.get(item);
  }

  /** Returns whether an item is not settled. */
  public boolean isOpen(int item) {
    return attempts.containsKey(item);
  }

  /** Returns how many attempts that count an item has had that is not settled. */
  public int attempts(int item) {
    return attempts.getOrDefault(item, 0);
  }
}
