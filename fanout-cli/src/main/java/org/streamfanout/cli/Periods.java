package org.streamfanout.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What is to be done again and again, each in its own period. Not thread-safe. */
final class Periods {
  private final LongSupplier nanoTime;
  private final List<Task> tasks = new ArrayList<>();

  private static final class Task {
    private final long nanos;
    private final Runnable work;
    private long due;

    Task(long nanos, Runnable work, long due) {
      this.nanos = nanos;
      this.work = work;
      this.due = due;
    }
  }

  /** Starts with nothing to do, by a clock like {@link System#nanoTime}. */
  Periods(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds something to do, first after one period; null is never. */
  void every(@Nullable Duration period, Runnable work) {
    if (period != null) {
      tasks.add(new Task(period.toNanos(), work, nanoTime.getAsLong() + period.toNanos()));
    }
  }

  /** Returns how long it is until something is due, at least zero; null if nothing ever is. */
  @Nullable Duration untilNext() {
    long now = nanoTime.getAsLong();
    return tasks.stream()
        .map(task -> Duration.ofNanos(Math.max(0, task.due - now)))
        .min(Duration::compareTo)
        .orElse(null);
  }

  /** Does what is due, each once, however late it is. */
  void run() {
    for (Task task : tasks) {
      long now = nanoTime.getAsLong();
      if (task.due - now <= 0) {
        task.due = now + task.nanos;
        task.work.run();
      }
    }
  }
}
