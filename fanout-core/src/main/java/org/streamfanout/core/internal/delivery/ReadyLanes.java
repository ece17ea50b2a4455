package org.streamfanout.core.internal.delivery;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Lanes whose head may go out now, the one with the earliest head first. Guarded by the run's lock.
 *
 * <p>Most lanes become ready in the order of their heads, so they wait in a plain queue; only those
 * that come back out of turn cost a heap's comparisons.
 */
final class ReadyLanes {
  private final ArrayDeque<Lane> inTurn = new ArrayDeque<>();
  private final PriorityQueue<Lane> outOfTurn =
      new PriorityQueue<>(Comparator.comparingInt(ReadyLanes::order));

  private static int order(Lane lane) {
    Outbound head = lane.head;
    if (head == null) {
      throw new IllegalStateException("an empty lane is not ready");
    }
    return head.order();
  }

  void add(Lane lane) {
    Lane last = inTurn.peekLast();
    if (last == null || order(last) < order(lane)) {
      inTurn.addLast(lane);
    } else {
      outOfTurn.add(lane);
    }
  }

  void remove(Lane lane) {
    if (!inTurn.remove(lane)) {
      outOfTurn.remove(lane);
    }
  }

  boolean isEmpty() {
    return inTurn.isEmpty() && outOfTurn.isEmpty();
  }

  void forEach(Consumer<Lane> told) {
    inTurn.forEach(told);
    outOfTurn.forEach(told);
  }

  /** Returns the lane with the earliest head; there must be one. */
  Lane first() {
    Lane queued = inTurn.peekFirst();
    Lane heaped = outOfTurn.peek();
    if (queued == null) {
      return outOfTurn.element();
    }
    return heaped == null || order(queued) < order(heaped) ? queued : heaped;
  }

  void removeFirst() {
    Lane first = first();
    if (first == inTurn.peekFirst()) {
      inTurn.removeFirst();
    } else {
      outOfTurn.remove();
    }
  }
}
