package org.streamfanout.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A terminal, and one line on it that changes. */
final class Terminal {
  /** Clears to the end of the line, in every terminal since the VT100. */
  private static final String ERASE = "\r\u001b[K";

  /** Have a line cut off at the edge, not go on below, where it could not be erased; and not. */
  private static final String CUT = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";

  /** What the script knows and Java cannot ask: whether standard error is a terminal. */
  private static final String PROPERTY = "fanout.terminal";

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
  private static final Pattern DEVICE = Pattern.compile("/dev/(pts/.+|tty.*|console)");

  private Terminal() {}

  /** Returns whether standard error is a terminal that a line can change on. */
  static boolean hasErrors() {
    return hasErrors(System.getProperty(PROPERTY), System.getenv("TERM"), STANDARD_ERROR);
  }

  static boolean hasErrors(@Nullable String told, @Nullable String term, Path standardError) {
    if ("dumb".equals(term)) {
      return false;
    }
    if (told != null) {
      return told.equals("true");
    }
    try {
      return DEVICE.matcher(Files.readSymbolicLink(standardError).toString()).matches();
    } catch (IOException | UnsupportedOperationException e) {
      // No Linux. A console is one of standard input and output.
      return System.console() != null;
    }
  }

  /** Shows a line in place of the last one; as much of it as there is room for. */
  static void show(PrintWriter terminal, String line) {
    // The last column shows the last character: better none.
    terminal.print(ERASE + CUT + line + " " + WRAP);
    terminal.flush();
  }

  /** Returns what shows each line it is given, an empty one by none; nothing without a terminal. */
  static Consumer<String> line(PrintWriter terminal) {
    boolean isShown = hasErrors();
    return line -> {
      if (isShown && line.isEmpty()) {
        clear(terminal);
      } else if (isShown) {
        show(terminal, line);
      }
    };
  }

  /** Takes the line away. */
  static void clear(PrintWriter terminal) {
    terminal.print(ERASE);
    terminal.flush();
  }
}
