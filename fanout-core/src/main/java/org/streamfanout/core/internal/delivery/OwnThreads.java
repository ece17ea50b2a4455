package org.streamfanout.core.internal.delivery;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Threads that an engine has by itself, made when they are first asked for. Thread-safe. */
public final class OwnThreads implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ExecutorService threads;
  private boolean closed;

  /** Returns an executor without a bound; one that refuses all tasks after {@link #close}. */
  public Executor get() {
    lock.lock();
    try {
      if (threads == null) {
        if (closed) {
          return task -> {
            throw new RejectedExecutionException("the engine is closed");
          };
        }
        threads = SendThreads.create();
      }
      return threads;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no task any more; those under way go on. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (threads != null) {
        threads.shutdown();
      }
    } finally {
      lock.unlock();
    }
  }
}
