package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The calls under way in one engine, so that closing it can end them. Thread-safe. */
public final class OpenCalls {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<BatchRun> runs = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  /**
   * Counts a call in.
   *
   * @throws IllegalStateException if the engine is closed, or the same batch is under way
   */
  public void enter(BatchRun run) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the engine is closed");
      }
      if (!runs.add(run)) {
        throw new IllegalStateException("another thread is resuming this batch");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Counts a call out. */
  public void leave(BatchRun run) {
    lock.lock();
    try {
      runs.remove(run);
    } finally {
      lock.unlock();
    }
  }

  /** Lets no call in any more and ends those under way; returns false if that was done before. */
  public boolean close() {
    List<BatchRun> open;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      open = List.copyOf(runs);
    } finally {
      lock.unlock();
    }
    open.forEach(BatchRun::endNow);
    return true;
  }

  /** Returns whether no call is let in any more. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a condition; returns whether it came true. */
  public boolean await(Duration atMost, Ticker ticker, BooleanSupplier condition) {
    long end = ticker.getAsLong() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (ticker.getAsLong() - end >= 0 || Thread.currentThread().isInterrupted()) {
        return condition.getAsBoolean();
      }
      ticker.park(this, POLL_NANOS);
    }
    return true;
  }
}
