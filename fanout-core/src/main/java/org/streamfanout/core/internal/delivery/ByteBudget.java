package org.streamfanout.core.internal.delivery;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes of all sends under way, bounded for the whole engine. Thread-safe; never blocks.
 *
 * <p>A target's first batch in flight is always let through, so that one target cannot starve
 * another.
 */
public final class ByteBudget {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Slots.Waiter> waiting = new LinkedHashSet<>();
  private final long bound;
  private long used;

  /** Makes a budget of so many bytes. */
  public ByteBudget(long bound) {
    this.bound = bound;
  }

  boolean tryAcquire(long bytes, boolean first, Slots.Waiter waiter) {
    lock.lock();
    try {
      if (first || used + bytes <= bound) {
        used += bytes;
        waiting.remove(waiter);
        return true;
      }
      waiting.add(waiter);
      return false;
    } finally {
      lock.unlock();
    }
  }

  void release(long bytes) {
    lock.lock();
    try {
      used -= bytes;
      waiting.forEach(Slots.Waiter::wake);
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  void forget(Slots.Waiter waiter) {
    lock.lock();
    try {
      waiting.remove(waiter);
    } finally {
      lock.unlock();
    }
  }
}
