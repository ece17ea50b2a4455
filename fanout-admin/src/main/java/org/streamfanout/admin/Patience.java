package org.streamfanout.admin;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How long an operator waits until AWS has done what was asked of it, and how often it is asked.
 * Immutable and thread-safe, as far as what it was made of is.
 */
public final class Patience {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Duration limit;
  private final LongSupplier nanoTime;
  private final Sleeper sleeper;

  /** Lets time go by. */
  @FunctionalInterface
  public interface Sleeper {
    /** Returns once the time is over. */
    void sleep(Duration time) throws InterruptedException;
  }

  private Patience(Duration limit, LongSupplier nanoTime, Sleeper sleeper) {
    this.limit = Objects.requireNonNull(limit, "limit");
    this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
    this.sleeper = Objects.requireNonNull(sleeper, "sleeper");
  }

  /** Returns patience for each thing that is waited for, by this machine's clock. */
  public static Patience of(Duration limit) {
    return of(limit, System::nanoTime, time -> Thread.sleep(time.toMillis()));
  }

  /**
   * Returns patience by another clock.
   *
   * @param nanoTime as of {@link System#nanoTime}
   * @param sleeper lets that clock go on
   */
  public static Patience of(Duration limit, LongSupplier nanoTime, Sleeper sleeper) {
    return new Patience(limit, nanoTime, sleeper);
  }

  /**
   * Asks each second until there is an answer.
   *
   * @param what is waited for, such as {@code the mapping to be enabled}
   * @throws AdminException if there is none in time, or the thread is interrupted
   */
  <T> T until(String what, Supplier<Optional<T>> question) {
    long start = nanoTime.getAsLong();
    for (; ; ) {
      Optional<T> answer = question.get();
      if (answer.isPresent()) {
        return answer.get();
      }
      if (nanoTime.getAsLong() - start >= limit.toNanos()) {
        throw new AdminException(
            "waited "
                + limit.toSeconds()
                + " s for "
                + what
                + "; the same command again goes on from here");
      }
      pass(PAUSE);
    }
  }

  /** Lets time pass, however much it is. */
  void pass(Duration time) {
    try {
      sleeper.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException("interrupted; the same command again goes on from here", e);
    }
  }
}
