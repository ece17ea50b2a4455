package org.streamfanout.admin;

import java.util.List;
import org.streamfanout.spi.FanoutException;

/** Something cannot be done as it was asked for; carries every problem that was found. */
public final class AdminException extends FanoutException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of strings
  private final List<String> problems;

  /** Makes an exception of one problem. */
  public AdminException(String problem) {
    this(List.of(problem));
  }

  /** Makes an exception of every problem, of which there is at least one. */
  public AdminException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  AdminException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /** Returns what is wrong, each with what to do; never empty. */
  public List<String> problems() {
    return problems;
  }
}
