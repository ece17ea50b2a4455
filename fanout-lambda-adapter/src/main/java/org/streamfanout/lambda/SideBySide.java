package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs one task for each input at the same time, the first on the caller's thread. Thread-safe. */
final class SideBySide {
  /** More partitions than an event of Kafka usually has; bounds what a made-up one can start. */
  private static final int MAX_THREADS = 128;

  private final ThreadPoolExecutor threads;

  SideBySide() {
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            MAX_THREADS,
            MAX_THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "fanout-shard-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Returns the answers in the order of the inputs once every task has ended. An interrupt of the
   * caller is passed on to all tasks, which are waited for all the same; the flag is restored.
   *
   * @throws RuntimeException what the first task that failed threw; the others' are suppressed
   */
  <I, O> List<O> run(List<I> inputs, Function<I, O> task) {
    List<Running<O>> all = new ArrayList<>(inputs.size());
    for (I input : inputs) {
      all.add(new Running<>(() -> task.apply(input)));
    }
    for (int index = 1; index < all.size(); index++) {
      threads.execute(all.get(index));
    }
    if (!all.isEmpty()) {
      all.get(0).future.run();
    }
    List<O> answers = new ArrayList<>(all.size());
    Throwable failure = null;
    boolean interrupted = false;
    for (Running<O> running : all) {
      boolean ended = false;
      while (!ended) {
        try {
          answers.add(running.future.get());
          ended = true;
        } catch (ExecutionException e) {
          failure = first(failure, Objects.requireNonNullElse(e.getCause(), e));
          ended = true;
        } catch (InterruptedException e) {
          interrupted = true;
          all.forEach(Running::interrupt);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
    return answers;
  }

  private static Throwable first(@Nullable Throwable earlier, Throwable later) {
    if (earlier == null) {
      return later;
    }
    if (earlier != later) {
      earlier.addSuppressed(later);
    }
    return earlier;
  }

  /** A task that can be interrupted and still be asked for its answer. */
  private static final class Running<O> implements Runnable {
    private final FutureTask<O> future;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread thread;
    private boolean interrupted;

    Running(Supplier<O> task) {
      future = new FutureTask<>(task::get);
    }

    @Override
    public void run() {
      lock.lock();
      try {
        thread = Thread.currentThread();
        if (interrupted) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
      try {
        future.run();
      } finally {
        lock.lock();
        try {
          thread = null;
          // The thread goes back to the pool, and the interrupt was for this task alone.
          Thread.interrupted();
        } finally {
          lock.unlock();
        }
      }
    }

    void interrupt() {
      lock.lock();
      try {
        interrupted = true;
        if (thread != null) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
