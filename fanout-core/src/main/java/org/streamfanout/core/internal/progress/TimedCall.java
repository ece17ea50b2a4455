package org.streamfanout.core.internal.progress;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.spi.Deadline;

/** One call of a store on another thread, waited for until its deadline and no longer. */
final class TimedCall<T> implements Runnable {
  private final StoreAccess.Call<T> call;
  private final Deadline deadline;
  private final Ticker ticker;
  private final AtomicInteger hung;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread waiting;
  private @Nullable Thread running;
  private @Nullable T value;
  private @Nullable Throwable failure;
  private boolean done;
  private boolean abandoned;

  /**
   * Makes a call.
   *
   * @param hung counts the calls that nobody waits for any more
   */
  TimedCall(StoreAccess.Call<T> call, Deadline deadline, Ticker ticker, AtomicInteger hung) {
    this.call = call;
    this.deadline = deadline;
    this.ticker = ticker;
    this.hung = hung;
  }

  /** Runs it and returns what it returns, or throws what it throws. */
  T await(Executor executor) throws Exception {
    waiting = Thread.currentThread();
    try {
      executor.execute(this);
      return await();
    } finally {
      lock.lock();
      try {
        // The thread may be anybody's now, and is not to be woken for this.
        waiting = null;
      } finally {
        lock.unlock();
      }
    }
  }

  private T await() throws Exception {
    while (true) {
      boolean interrupted = Thread.interrupted();
      long left = deadline.remainingNanos();
      lock.lock();
      try {
        if (done) {
          if (interrupted) {
            Thread.currentThread().interrupt();
          }
          return result();
        }
        if (interrupted || left == 0) {
          abandon();
          if (interrupted) {
            throw new InterruptedException("interrupted while it waited for the store");
          }
          throw new TimeoutException("the store did not answer in time");
        }
      } finally {
        lock.unlock();
      }
      ticker.park(this, left);
    }
  }

  private T result() throws Exception {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof Exception exception) {
      throw exception;
    }
    if (value == null) {
      throw new IllegalStateException("the store answered null");
    }
    return value;
  }

  private void abandon() {
    abandoned = true;
    hung.incrementAndGet();
    if (running != null) {
      running.interrupt();
    }
  }

  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    T answer = null;
    Throwable error = null;
    try {
      answer = call.run(deadline);
    } catch (Exception | Error e) {
      error = e;
    }
    end(answer, error);
  }

  private boolean begin() {
    lock.lock();
    try {
      if (abandoned) {
        hung.decrementAndGet();
        return false;
      }
      running = Thread.currentThread();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable T answer, @Nullable Throwable error) {
    lock.lock();
    try {
      running = null;
      done = true;
      value = answer;
      failure = error;
      if (abandoned) {
        hung.decrementAndGet();
        // The thread goes back to its pool, and the interrupt was for this call alone.
        Thread.interrupted();
      } else if (waiting != null) {
        ticker.unpark(waiting);
      }
    } finally {
      lock.unlock();
    }
  }
}
