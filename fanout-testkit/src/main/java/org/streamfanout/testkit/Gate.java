package org.streamfanout.testkit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Holds threads until a test opens it; once open it stays open. Thread-safe. */
public final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean open;
  private int waiting;
  private int arrived;

  /** Lets everybody through, now and later. */
  public void open() {
    lock.lock();
    try {
      open = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the gate is open. */
  public void pass() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      arrive();
      try {
        while (!open) {
          changed.await();
        }
      } finally {
        leave();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the gate is open, whoever interrupts; the thread's interrupt flag is kept. */
  public void passIgnoringInterrupts() {
    lock.lock();
    try {
      arrive();
      while (!open) {
        changed.awaitUninterruptibly();
      }
      leave();
    } finally {
      lock.unlock();
    }
  }

  private void arrive() {
    waiting++;
    arrived++;
    changed.signalAll();
  }

  private void leave() {
    waiting--;
    changed.signalAll();
  }

  /** Returns how many threads wait here now. */
  public int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many threads have come to this gate, those that have left it included.
   *
   * @throws AssertionError if they have not come in time
   */
  public void awaitArrived(int threads, Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Waiting.until(
          changed,
          atMost,
          () -> arrived >= threads,
          () -> arrived + " of " + threads + " threads came to the gate");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until no thread waits here.
   *
   * @throws AssertionError if one still does when the time is over
   */
  public void awaitEmpty(Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Waiting.until(
          changed, atMost, () -> waiting == 0, () -> waiting + " threads still wait at the gate");
    } finally {
      lock.unlock();
    }
  }
}
