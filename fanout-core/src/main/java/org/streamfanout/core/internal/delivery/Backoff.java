package org.streamfanout.core.internal.delivery;

import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.streamfanout.core.RetryPolicy;

/**
 * Pauses between attempts: doubling, with jitter over the upper half. Thread-safe; the random
 * source is injected, so that a seed replays.
 */
public final class Backoff {
  private final RetryPolicy policy;
  private final RandomGenerator random;
  private final ReentrantLock lock = new ReentrantLock();

  /** Makes the pauses of a policy. */
  public Backoff(RetryPolicy policy, RandomGenerator random) {
    this.policy = policy;
    this.random = random;
  }

  /** Returns the pause after so many attempts, in nanoseconds, at least 1. */
  long nanosAfter(int attempts) {
    int doublings = Math.min(Math.max(attempts, 1) - 1, 30);
    long first = Math.max(1, policy.firstPause().toNanos());
    long longest = Math.max(1, policy.maxPause().toNanos());
    long full = first > (longest >> doublings) ? longest : first << doublings;
    return Math.max(1, full / 2 + within(full - full / 2));
  }

  /** Returns a time from 0 to below a bound, in nanoseconds. */
  long within(long nanos) {
    lock.lock();
    try {
      return (long) (random.nextDouble() * nanos);
    } finally {
      lock.unlock();
    }
  }
}
