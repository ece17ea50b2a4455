package org.streamfanout.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** One line on a terminal that says how far a run is; nothing where there is no terminal. */
final class Progress {
  /** Clears to the end of the line, in every terminal since the VT100. */
  static final String ERASE = "\r\u001b[K";

  private final PrintWriter terminal;
  private final boolean shown;
  private long events;
  private long records;

  Progress(PrintWriter terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Returns a line that is shown if the process has a terminal. */
  static Progress onTerminal(PrintWriter terminal) {
    return new Progress(terminal, isTerminal());
  }

  static boolean isTerminal() {
    return System.console() != null;
  }

  void started(EventInput.Event event) {
    events++;
    records += event.batches().stream().mapToLong(batch -> batch.records().size()).sum();
    if (shown) {
      terminal.printf(Locale.ROOT, ERASE + "event %,d, %,d records in", events, records);
      terminal.flush();
    }
  }

  void finished() {
    if (shown && events > 0) {
      terminal.print(ERASE);
      terminal.flush();
    }
  }
}
