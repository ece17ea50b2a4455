package org.streamfanout.cli;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a replay in two steps: asked to stop, it sends what is in hand and reads no more; cut off,
 * it gives up what is in hand, too. Thread-safe.
 */
final class ReplayStop {
  private final ReentrantLock lock = new ReentrantLock();
  private boolean asked;
  private boolean cut;
  private @Nullable Thread sending;

  void ask() {
    lock.lock();
    try {
      asked = true;
    } finally {
      lock.unlock();
    }
  }

  /** Asks, and ends what is being sent; what is sent from now on ends at once. */
  void cutOff() {
    lock.lock();
    try {
      asked = true;
      cut = true;
      if (sending != null) {
        sending.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isAsked() {
    lock.lock();
    try {
      return asked;
    } finally {
      lock.unlock();
    }
  }

  boolean isCutOff() {
    lock.lock();
    try {
      return cut;
    } finally {
      lock.unlock();
    }
  }

  /** Runs what may be cut off: by an interrupt, which does not outlive it. */
  <T> T sending(Supplier<T> call) {
    lock.lock();
    try {
      sending = Thread.currentThread();
      if (cut) {
        sending.interrupt();
      }
    } finally {
      lock.unlock();
    }
    try {
      return call.get();
    } finally {
      lock.lock();
      try {
        sending = null;
        if (cut) {
          Thread.interrupted();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
