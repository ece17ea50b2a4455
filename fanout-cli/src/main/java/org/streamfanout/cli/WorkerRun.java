package org.streamfanout.cli;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A worker at work, from its start to its end. Thread-safe; {@link #await} and {@link #end} are for
 * one thread.
 */
final class WorkerRun {
  /** What a worker needs after its limit to hand over what it has; far less, if nothing hangs. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private final Worker worker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private State state = State.RUNNING;
  private boolean ended;
  private @Nullable Throwable reason;
  private @Nullable Boolean handedOver;

  private enum State {
    RUNNING,
    STOPPING
  }

  /** How it ended. */
  enum End {
    /** As asked. */
    STOPPED,
    /** As asked, but later than asked, or not at all. */
    LATE,
    /** By itself. */
    DIED
  }

  WorkerRun(Worker worker) {
    this.worker = worker;
  }

  /** Lets the worker work, on a thread of its own. */
  void start() {
    onThread("fanout-worker", this::work);
  }

  private static void onThread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    Throwable why = null;
    try {
      worker.run();
    } catch (RuntimeException | Error e) {
      why = e;
    }
    lock.lock();
    try {
      ended = true;
      reason = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns what the worker is at. */
  Worker.Status status() {
    return worker.status();
  }

  /** Asks for the end; returns at once. */
  void askToStop() {
    lock.lock();
    try {
      state = State.STOPPING;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isStopping() {
    lock.lock();
    try {
      return state == State.STOPPING;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the worker has ended, as asked or not. */
  boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Returns why the worker ended by itself; null if it did not, or did not say. */
  @Nullable Throwable reason() {
    lock.lock();
    try {
      return reason;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the worker is asked to stop, or ends.
   *
   * @param atMost how long; null for as long as it takes
   * @return whether either has happened
   */
  boolean await(@Nullable Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long left = atMost == null ? 0 : atMost.toNanos();
      while (state == State.RUNNING && !ended) {
        if (atMost == null) {
          changed.await();
        } else if (left <= 0) {
          return false;
        } else {
          left = changed.awaitNanos(left);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Stops the worker if it was asked for, and returns how it ended. */
  End end(Duration limit) throws InterruptedException {
    lock.lock();
    try {
      if (ended && (state == State.RUNNING || reason != null)) {
        return End.DIED;
      }
    } finally {
      lock.unlock();
    }
    onThread("fanout-stop", () -> stop(limit));
    boolean inTime = awaitStop(limit.plus(GRACE));
    return reason() != null ? End.DIED : inTime ? End.STOPPED : End.LATE;
  }

  private void stop(Duration limit) {
    boolean inTime = false;
    try {
      inTime = worker.stop(limit);
    } finally {
      lock.lock();
      try {
        handedOver = inTime;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits for the answer, then for the worker's own end, which may take a little longer. */
  private boolean awaitStop(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (left > 0 && !(ended && handedOver != null)) {
        left = changed.awaitNanos(left);
      }
      return Boolean.TRUE.equals(handedOver);
    } finally {
      lock.unlock();
    }
  }
}
