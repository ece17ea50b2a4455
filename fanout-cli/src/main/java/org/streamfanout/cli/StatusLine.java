package org.streamfanout.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Ledger;

/**
 * Says how a worker does: on a terminal in one line that changes, elsewhere in lines, if wanted.
 * Not thread-safe.
 */
final class StatusLine {
  private static final Duration EVERY_SECOND = Duration.ofSeconds(1);

  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintWriter out;
  private final boolean changing;
  private final @Nullable Duration interval;
  private @Nullable Instant lastAt;
  private long lastSettled;
  private boolean shown;

  private StatusLine(PrintWriter out, boolean changing, @Nullable Duration interval) {
    this.out = out;
    this.changing = changing;
    this.interval = interval;
  }

  /**
   * Makes a line.
   *
   * @param terminal whether {@code out} is one
   * @param interval how often to write a line of its own; null for the one that changes on a
   *     terminal, and for none elsewhere
   */
  static StatusLine of(PrintWriter out, boolean terminal, @Nullable Duration interval) {
    boolean changing = terminal && interval == null;
    return new StatusLine(out, changing, changing ? EVERY_SECOND : interval);
  }

  /** Returns how often to {@link #show}; null for never. */
  @Nullable Duration interval() {
    return interval;
  }

  /**
   * Writes the line.
   *
   * @param shards how many the worker has now
   */
  void show(WorkerNumbers numbers, int shards) {
    String text = text(numbers, shards);
    if (changing) {
      Terminal.show(out, text);
      shown = true;
    } else {
      out.println("fanout: " + text);
      out.flush();
    }
  }

  private String text(WorkerNumbers numbers, int shards) {
    double seconds =
        lastAt == null ? 0 : Duration.between(lastAt, numbers.at()).toNanos() / NANOS_PER_SECOND;
    double perSecond = seconds <= 0 ? 0 : (numbers.settled() - lastSettled) / seconds;
    lastAt = numbers.at();
    lastSettled = numbers.settled();
    String held =
        numbers.holding().stream()
            .map(target -> held(target, numbers.at()))
            .collect(Collectors.joining(", "));
    return String.format(
            Locale.ROOT,
            "%,d settled, %,.0f/s, %,d %s",
            numbers.settled(),
            perSecond,
            shards,
            shards == 1 ? "shard" : "shards")
        + (held.isEmpty() ? "" : "; held: " + held);
  }

  private static String held(WorkerNumbers.Target target, Instant now) {
    Ledger.Held held = target.held();
    return held == null
        ? target.id() + " 0"
        : String.format(
            Locale.ROOT, "%s %,d for %s", target.id(), held.records(), text(held.heldFor(now)));
  }

  /** Returns a time in its two largest units. */
  static String text(Duration time) {
    if (time.toHours() > 0) {
      return time.toHours() + "h" + time.toMinutesPart() + "m";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + "m" + time.toSecondsPart() + "s"
        : time.toSeconds() + "s";
  }

  /** Takes a line that changes away, so that something else can be written. */
  void clear() {
    if (shown) {
      Terminal.clear(out);
      shown = false;
    }
  }
}
