package org.streamfanout.admin;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Asks a service again until something is so, for a bounded time. Thread-safe. */
public final class Polling {
  /** Lets time go by between two questions. */
  @FunctionalInterface
  public interface Pause {
    /** Returns after a time. */
    void take(Duration time) throws InterruptedException;
  }

  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final LongSupplier nanoTime;
  private final Pause pause;
  private final Duration limit;

  private Polling(LongSupplier nanoTime, Pause pause, Duration limit) {
    this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
    this.pause = Objects.requireNonNull(pause, "pause");
    this.limit = Objects.requireNonNull(limit, "limit");
  }

  /**
   * Returns one by the system's clock.
   *
   * @param limit how long each wait may take
   */
  public static Polling system(Duration limit) {
    return of(System::nanoTime, Polling::pass, limit);
  }

  private static void pass(Duration time) throws InterruptedException {
    // Nobody counts it down.
    boolean ignored = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns one by another clock. */
  public static Polling of(LongSupplier nanoTime, Pause pause, Duration limit) {
    return new Polling(nanoTime, pause, limit);
  }

  /** Returns one by the same clock whose waits take no longer than this. */
  Polling atMost(Duration longest) {
    return longest.compareTo(limit) < 0 ? new Polling(nanoTime, pause, longest) : this;
  }

  /**
   * Returns the first answer that is good.
   *
   * @param what is waited for, such as {@code the function 'fanout' to be active}
   * @throws AdminException if there is none in time, or the thread is interrupted, whose flag stays
   *     set then
   */
  <T> T until(String what, Supplier<T> ask, Predicate<T> isGood) {
    long start = nanoTime.getAsLong();
    Duration next = FIRST;
    while (true) {
      T answer = ask.get();
      if (isGood.test(answer)) {
        return answer;
      }
      if (nanoTime.getAsLong() - start + next.toNanos() > limit.toNanos()) {
        throw new AdminException(
            "waited for "
                + what
                + " for "
                + limit.toSeconds()
                + " s; run it again, which goes on from there");
      }
      try {
        pause.take(next);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AdminException(
            "interrupted while waiting for " + what + "; run it again, which goes on from there",
            e);
      }
      next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
    }
  }

  /**
   * Lets a time go by, however long it is.
   *
   * @throws AdminException if the thread is interrupted, whose flag stays set then
   */
  void pass(String what, Duration time) {
    try {
      pause.take(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException(
          "interrupted while waiting for " + what + "; run it again, which goes on from there", e);
    }
  }
}
