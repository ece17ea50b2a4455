package org.streamfanout.core;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.delivery.Signal;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.spi.Deadline;

/**
 * How long one shard may be worked on: until it is stopped or broken off, and then until the last
 * of its threads has noticed. Has the lock that guards all of the shard's state; the engine is
 * never called with it held. Thread-safe.
 */
final class ShardLife {
  final ReentrantLock lock = new ReentrantLock();
  final Signal changed;

  private final FanoutEngine engine;
  private final ShardOptions options;
  private final Set<Thread> inEngine = new LinkedHashSet<>();
  private int working;
  private boolean hosting;
  private @Nullable Deadline stopAt;
  private boolean broken;

  ShardLife(FanoutEngine engine, ShardOptions options) {
    this.engine = engine;
    this.options = options;
    this.changed = new Signal(lock, engine.forHosts());
  }

  /** Returns what time is measured by. */
  Ticker ticker() {
    return engine.forHosts();
  }

  // ---------------------------------------------------------------- with the lock held

  boolean isStoppedNow() {
    return stopAt != null;
  }

  boolean isBrokenNow() {
    return broken;
  }

  /** Returns whether what is under way may still be worked on. */
  boolean goesOn() {
    return !broken && (stopAt == null || !stopAt.isExpired());
  }

  /** Returns whether it is over: nothing new is taken, and nobody works on what there is. */
  boolean isOver() {
    return (broken || stopAt != null) && working == 0;
  }

  boolean isIdle() {
    return working == 0;
  }

  /** Counts a thread in that is about to work. */
  void enter() {
    working++;
  }

  /** Counts a thread out. */
  void leave() {
    working--;
    changed.signalAll();
  }

  /** Ends everything at once; what the engine does is interrupted. */
  void breakOff() {
    if (!broken) {
      broken = true;
      Thread self = Thread.currentThread();
      inEngine.stream().filter(thread -> thread != self).forEach(Thread::interrupt);
    }
    changed.signalAll();
  }

  // ---------------------------------------------------------------- without the lock

  /**
   * Begins a call of the engine by this thread.
   *
   * @param first whether nothing was sent of the batch, which then is not begun after a stop
   * @return the call's deadline; null if there is to be none
   */
  @Nullable Deadline beginCall(boolean first) {
    lock.lock();
    try {
      if (broken || (first && stopAt != null)) {
        return null;
      }
      inEngine.add(Thread.currentThread());
      Deadline cycle = Deadline.after(options.cycle(), engine.forHosts());
      return stopAt == null ? cycle : earlier(stopAt, cycle);
    } finally {
      lock.unlock();
    }
  }

  void endCall() {
    lock.lock();
    try {
      inEngine.remove(Thread.currentThread());
      if (broken) {
        // The interrupt was for the engine; what the thread does next is its owner's.
        Thread.interrupted();
      }
    } finally {
      lock.unlock();
    }
  }

  private static Deadline earlier(Deadline one, Deadline other) {
    return one.remainingNanos() < other.remainingNanos() ? one : other;
  }

  /** Waits between calls; returns false if there is to be none any more. */
  boolean pause(Duration time, BooleanSupplier cutShort) {
    lock.lock();
    try {
      long left = time.toNanos();
      while (left > 0 && stopAt == null && !broken && !cutShort.getAsBoolean()) {
        left = changed.awaitNanos(left);
      }
      Deadline end = stopAt;
      if (end != null) {
        // Until then there are still tries, but no long pauses.
        left = Math.min(options.firstPause().toNanos(), end.remainingNanos());
        while (left > 0 && !broken) {
          left = changed.awaitNanos(left);
        }
      }
      return goesOn();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      breakOff();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Begins what a host waits for. */
  void beginHosting() {
    lock.lock();
    try {
      if (hosting) {
        throw new IllegalStateException("a batch of this shard is being delivered already");
      }
      hosting = true;
    } finally {
      lock.unlock();
    }
  }

  void endHosting() {
    lock.lock();
    try {
      hosting = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void stop(Deadline deadline) {
    lock.lock();
    try {
      stopAt = stopAt == null ? deadline : earlier(stopAt, deadline);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isStopped() {
    lock.lock();
    try {
      return stopAt != null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nobody works any more, after a stop; breaks off at its deadline. */
  void awaitEnd() {
    boolean callerInterrupted = false;
    lock.lock();
    try {
      while (working > 0 || hosting) {
        Deadline end = stopAt;
        try {
          if (broken) {
            changed.await();
          } else if (end == null) {
            throw new IllegalStateException("stop the delivery before waiting for its end");
          } else if (callerInterrupted || end.isExpired()) {
            breakOff();
          } else {
            changed.awaitNanos(end.remainingNanos());
          }
        } catch (InterruptedException e) {
          callerInterrupted = true;
        }
      }
    } finally {
      lock.unlock();
    }
    if (callerInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
