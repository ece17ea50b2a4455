package org.streamfanout.kcl;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.streamfanout.spi.Deadline;

/** Waits for what other processes do, which nobody signals. */
final class Polled {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Long enough for a busy machine; only a failure takes as long. */
  static final Duration PATIENCE = Duration.ofMinutes(4);

  private Polled() {}

  static void until(Callable<Boolean> reached, Supplier<String> seen) {
    until(PATIENCE, reached, seen);
  }

  static void until(Duration atMost, Callable<Boolean> reached, Supplier<String> seen) {
    Deadline end = Deadline.after(atMost);
    try {
      while (!reached.call()) {
        if (end.isExpired()) {
          throw new AssertionError("after " + atMost + ": " + seen.get());
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
