package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many sends a target may have under way, over all calls; granted in turn among the calls that
 * wait. There are fewer when the target throttles and more again, up to what the row allows, when
 * it accepts. Thread-safe; never blocks.
 */
final class Slots {
  /** Someone who wants a slot and tries again when woken. */
  interface Waiter {
    /** Tells the waiter to try again; called with locks held, so it must not take any. */
    void wake();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Waiter> waiting = new LinkedHashSet<>();
  private final int most;
  private int taken;
  private double limit;

  /** Below it the limit doubles as everything is accepted; above it, it grows by one. */
  private double threshold;

  private boolean acceptedSince = true;

  Slots(int slots) {
    this.most = slots;
    this.limit = slots;
    this.threshold = slots;
  }

  /** Takes a slot if it is this one's turn; otherwise remembers to wake it. */
  boolean tryAcquire(Waiter waiter) {
    lock.lock();
    try {
      Waiter first = first();
      if (isFree() && (first == null || first == waiter)) {
        taken++;
        waiting.remove(waiter);
        wakeFirst();
        return true;
      }
      waiting.add(waiter);
      return false;
    } finally {
      lock.unlock();
    }
  }

  void release() {
    lock.lock();
    try {
      taken--;
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Gives a slot back that cannot be used yet, and is the next again; it tries by itself. */
  void putBack(Waiter waiter) {
    lock.lock();
    try {
      taken--;
      List<Waiter> others = new ArrayList<>(waiting);
      waiting.clear();
      waiting.add(waiter);
      waiting.addAll(others);
    } finally {
      lock.unlock();
    }
  }

  /** Gives up waiting. */
  void forget(Waiter waiter) {
    lock.lock();
    try {
      if (waiting.remove(waiter)) {
        wakeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many sends may be under way now. */
  int limit() {
    lock.lock();
    try {
      return (int) limit;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends are throttled: half as many from now on, but one at least.
   *
   * @return whether the limit is another one now
   */
  boolean throttled() {
    lock.lock();
    try {
      int before = (int) limit;
      limit = Math.max(1, limit / 2);
      if (acceptedSince) {
        // A storm that throttles everything says nothing about where the limit is.
        threshold = limit;
      }
      acceptedSince = false;
      return (int) limit != before;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A send was accepted, and nothing of it throttled.
   *
   * @return whether the limit is another one now
   */
  boolean accepted() {
    lock.lock();
    try {
      acceptedSince = true;
      if (limit >= most) {
        return false;
      }
      int before = (int) limit;
      limit = Math.min(most, limit + (limit < threshold ? 1 : 1 / limit));
      wakeFirst();
      return (int) limit != before;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFree() {
    return taken < (int) limit;
  }

  private void wakeFirst() {
    Waiter first = first();
    if (isFree() && first != null) {
      first.wake();
    }
  }

  private @Nullable Waiter first() {
    return waiting.isEmpty() ? null : waiting.iterator().next();
  }
}
