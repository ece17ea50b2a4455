package org.streamfanout.core.internal.delivery;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A condition of a lock, waited for by a ticker's time. Used with the lock held, not re-entered.
 */
public final class Signal {
  private final ReentrantLock lock;
  private final Ticker ticker;
  private final Set<Thread> waiting = new LinkedHashSet<>();

  /** Makes a condition of a lock. */
  public Signal(ReentrantLock lock, Ticker ticker) {
    this.lock = lock;
    this.ticker = ticker;
  }

  /**
   * Waits, with the lock released meanwhile; may return early.
   *
   * @return how much of the time is left; not positive if it is over
   */
  public long awaitNanos(long nanos) throws InterruptedException {
    long start = ticker.getAsLong();
    Thread self = Thread.currentThread();
    waiting.add(self);
    lock.unlock();
    try {
      if (nanos > 0 && !self.isInterrupted()) {
        ticker.park(this, nanos);
      }
    } finally {
      lock.lock();
      waiting.remove(self);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return nanos - (ticker.getAsLong() - start);
  }

  /** Waits without a limit, with the lock released meanwhile; may return early. */
  public void await() throws InterruptedException {
    awaitNanos(Long.MAX_VALUE);
  }

  /** Wakes everybody who waits. */
  public void signalAll() {
    waiting.forEach(ticker::unpark);
  }
}
