package org.streamfanout.core.internal.delivery;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A monotonic clock in nanoseconds, and how threads wait by it: the one place where the engine
 * blocks. Whoever simulates time hands an engine a ticker of this kind. Thread-safe.
 */
public interface Ticker extends LongSupplier {
  /** The system's. */
  Ticker SYSTEM = new SystemTicker();

  /**
   * Blocks the calling thread until it is unparked or interrupted or the time is over; may return
   * early for no reason. Never called with a lock held.
   *
   * @param blocker what it waits for, for thread dumps
   */
  void park(Object blocker, long nanos);

  /** Lets a thread's current or next {@link #park} return. May be called with locks held. */
  void unpark(Thread thread);

  /** Returns what hosts measure their own waits by. */
  default Ticker forHosts() {
    return this;
  }

  /** Returns a clock as a ticker; one that knows no threads is looked at every millisecond. */
  static Ticker of(LongSupplier nanoTime) {
    return nanoTime instanceof Ticker ticker ? ticker : new PolledTicker(nanoTime);
  }

  /** The system's clock and threads. */
  final class SystemTicker implements Ticker {
    private SystemTicker() {}

    @Override
    public long getAsLong() {
      return System.nanoTime();
    }

    @Override
    public void park(Object blocker, long nanos) {
      LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
      LockSupport.unpark(thread);
    }
  }

  /** Somebody else's clock, which tells nobody when it moves. */
  final class PolledTicker implements Ticker {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongSupplier nanoTime;

    private PolledTicker(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    @Override
    public long getAsLong() {
      return nanoTime.getAsLong();
    }

    @Override
    public void park(Object blocker, long nanos) {
      LockSupport.parkNanos(blocker, Math.min(nanos, POLL_NANOS));
    }

    @Override
    public void unpark(Thread thread) {
      LockSupport.unpark(thread);
    }

    @Override
    public Ticker forHosts() {
      return SYSTEM;
    }
  }
}
