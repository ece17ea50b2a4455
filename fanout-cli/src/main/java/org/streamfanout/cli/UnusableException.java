package org.streamfanout.cli;

import java.io.PrintWriter;
import java.util.List;

/** The command cannot go on as it was called or configured; carries every problem. */
final class UnusableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of strings
  private final List<String> problems;

  private final boolean sent;

  private UnusableException(List<String> problems, boolean sent) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
    this.sent = sent;
  }

  /** Makes an exception of problems that were found before anything was sent. */
  static UnusableException beforeSending(List<String> problems) {
    return new UnusableException(problems, false);
  }

  /** Makes an exception of a problem that ended a run under way. */
  static UnusableException underWay(List<String> problems) {
    return new UnusableException(problems, true);
  }

  List<String> problems() {
    return problems;
  }

  void print(PrintWriter errors) {
    errors.println(
        "fanout: "
            + (problems.size() == 1 ? "1 problem" : problems.size() + " problems")
            + (sent ? "; stopped here" : "; nothing was sent"));
    problems.forEach(problem -> errors.println("  " + problem));
  }
}
