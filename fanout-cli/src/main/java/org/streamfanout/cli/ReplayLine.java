package org.streamfanout.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says how far a replay is: on a terminal by a bar with numbers, elsewhere by a line now and then.
 * Thread-safe.
 */
final class ReplayLine {
  private static final int WIDTH = 10;
  private static final Duration BAR_EVERY = Duration.ofMillis(200);
  private static final Duration LINE_EVERY = Duration.ofSeconds(30);

  /** What the rate and the time to go are told by. */
  private static final Duration RECENT = Duration.ofSeconds(10);

  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(1);
  private static final double NANOS_PER_SECOND = 1e9;

  private final ReentrantLock lock = new ReentrantLock();
  private final PrintWriter errors;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final Deque<State> samples = new ArrayDeque<>();
  private @Nullable State now;
  private boolean shown;
  private long shownAt;

  /** How far it was at a time. */
  private record State(long at, long done, long left, double progress) {}

  /**
   * Makes a line.
   *
   * @param terminal whether {@code errors} is one
   */
  ReplayLine(PrintWriter errors, boolean terminal, LongSupplier nanoTime) {
    this.errors = errors;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.shownAt = nanoTime.getAsLong();
    samples.add(new State(shownAt, 0, 0, 0));
  }

  /**
   * Notes how far it is.
   *
   * @param done how many letters were accepted or filtered; in a dry run, would be sent
   * @param progress from 0 to 1; NaN if nobody knows
   */
  void at(long done, long left, double progress) {
    lock.lock();
    try {
      long at = nanoTime.getAsLong();
      State state = new State(at, done, left, progress);
      now = state;
      if (at - samples.getLast().at() >= BETWEEN_SAMPLES.toNanos()) {
        samples.add(state);
      }
      show();
    } finally {
      lock.unlock();
    }
  }

  /** Shows the line again: time goes on, even if nothing else does. */
  void tick() {
    lock.lock();
    try {
      show();
    } finally {
      lock.unlock();
    }
  }

  private void show() {
    State state = now;
    long at = nanoTime.getAsLong();
    Duration every = terminal ? BAR_EVERY : LINE_EVERY;
    if (state == null || at - shownAt < every.toNanos()) {
      return;
    }
    shownAt = at;
    // The oldest that is recent, or the newest that is not.
    while (samples.size() > 1 && at - samples.getFirst().at() > RECENT.toNanos()) {
      samples.removeFirst();
    }
    String text = text(state, samples.getFirst(), at);
    if (terminal) {
      Terminal.show(errors, text);
      shown = true;
    } else {
      errors.println("fanout: " + text);
      errors.flush();
    }
  }

  private String text(State state, State since, long at) {
    double seconds = (at - since.at()) / NANOS_PER_SECOND;
    double perSecond = seconds <= 0 ? 0 : (state.done() - since.done()) / seconds;
    String numbers =
        String.format(
            Locale.ROOT,
            "%,d done, %,d left, %s/s",
            state.done(),
            state.left(),
            perSecond < 10
                ? String.format(Locale.ROOT, "%.1f", perSecond)
                : String.format(Locale.ROOT, "%,.0f", perSecond));
    double progress = state.progress();
    if (Double.isNaN(progress)) {
      return numbers;
    }
    double perNano = (progress - since.progress()) / Math.max(1, at - since.at());
    String toGo =
        perNano > 0 && progress < 1
            ? ", ETA " + StatusLine.text(Duration.ofNanos((long) ((1 - progress) / perNano)))
            : "";
    String percent = String.format(Locale.ROOT, "%3d%%  ", (int) (100 * progress));
    int full = (int) (WIDTH * progress);
    return (terminal ? "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " : "")
        + (terminal ? percent : percent.strip() + ", ")
        + numbers
        + toGo;
  }

  /** Says something else; the line goes on below. */
  void say(String text) {
    lock.lock();
    try {
      clear();
      errors.println(text);
      errors.flush();
    } finally {
      lock.unlock();
    }
  }

  /** Takes a line that changes away. */
  void clear() {
    lock.lock();
    try {
      if (shown) {
        Terminal.clear(errors);
        shown = false;
      }
    } finally {
      lock.unlock();
    }
  }
}
