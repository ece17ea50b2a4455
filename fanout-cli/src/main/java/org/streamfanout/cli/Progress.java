package org.streamfanout.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** One line on a terminal that says how far a run is; nothing where there is no terminal. */
final class Progress {
  private final PrintWriter terminal;
  private final boolean shown;
  private long events;
  private long records;

  Progress(PrintWriter terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Returns a line that is shown if errors go to a terminal. */
  static Progress onTerminal(PrintWriter terminal) {
    return new Progress(terminal, Terminal.hasErrors());
  }

  void started(EventInput.Event event) {
    events++;
    records += event.batches().stream().mapToLong(batch -> batch.records().size()).sum();
    if (shown) {
      Terminal.show(
          terminal, String.format(Locale.ROOT, "event %,d, %,d records in", events, records));
    }
  }

  /** Takes the line away, so that something else can be written. */
  void clear() {
    if (shown && events > 0) {
      Terminal.clear(terminal);
    }
  }
}
