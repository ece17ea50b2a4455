package org.streamfanout.cli;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Runs something again and again, on a thread of its own, until it is closed. Thread-safe. */
final class Repeating implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private boolean closed;

  private Repeating(String name, Duration every, Runnable task) {
    thread = new Thread(() -> run(every, task), name);
    thread.setDaemon(true);
  }

  /** Starts; the first time is after one pause. */
  static Repeating start(String name, Duration every, Runnable task) {
    Repeating repeating = new Repeating(name, every, task);
    repeating.thread.start();
    return repeating;
  }

  private void run(Duration every, Runnable task) {
    while (pause(every)) {
      task.run();
    }
  }

  /** Returns whether to go on. */
  private boolean pause(Duration time) {
    lock.lock();
    try {
      long left = time.toNanos();
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends it, and what it is at; returns once it has ended. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
