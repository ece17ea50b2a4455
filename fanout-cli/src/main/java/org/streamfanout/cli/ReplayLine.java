package org.streamfanout.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** A bar on a terminal that says how far a replay is; nothing where there is no terminal. */
final class ReplayLine {
  private static final int WIDTH = 24;
  private static final long EVERY_NANOS = Duration.ofMillis(200).toNanos();

  private final PrintWriter terminal;
  private final boolean shown;
  private final LongSupplier nanoTime;
  private boolean started;
  private long shownAt;

  ReplayLine(PrintWriter terminal, boolean shown, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.shown = shown;
    this.nanoTime = nanoTime;
  }

  /** Shows the line, unless it was shown a moment ago. */
  void show(ReplayCounts counts, double progress) {
    long now = nanoTime.getAsLong();
    if (!shown || (started && now - shownAt < EVERY_NANOS)) {
      return;
    }
    started = true;
    shownAt = now;
    terminal.print(Progress.ERASE + text(counts, progress));
    terminal.flush();
  }

  static String text(ReplayCounts counts, double progress) {
    String numbers =
        String.format(
            Locale.ROOT,
            "%,d read, %,d accepted, %,d left",
            counts.read,
            counts.accepted,
            counts.left());
    if (Double.isNaN(progress)) {
      return numbers;
    }
    int full = (int) Math.round(WIDTH * progress);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3.0f%% %s",
        "#".repeat(full),
        ".".repeat(WIDTH - full),
        100 * progress,
        numbers);
  }

  void finished() {
    if (started) {
      terminal.print(Progress.ERASE);
      terminal.flush();
    }
  }
}
