package org.streamfanout.core.internal.delivery;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many sends a target may have under way, over all calls; granted in turn among the calls that
 * wait. Thread-safe; never blocks.
 */
final class Slots {
  /** Someone who wants a slot and tries again when woken. */
  interface Waiter {
    /** Tells the waiter to try again; called with locks held, so it must not take any. */
    void wake();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Waiter> waiting = new LinkedHashSet<>();
  private int free;

  Slots(int slots) {
    this.free = slots;
  }

  /** Takes a slot if it is this one's turn; otherwise remembers to wake it. */
  boolean tryAcquire(Waiter waiter) {
    lock.lock();
    try {
      Waiter first = first();
      if (free > 0 && (first == null || first == waiter)) {
        free--;
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
      free++;
      wakeFirst();
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

  private void wakeFirst() {
    Waiter first = first();
    if (free > 0 && first != null) {
      first.wake();
    }
  }

  private @Nullable Waiter first() {
    return waiting.isEmpty() ? null : waiting.iterator().next();
  }
}
