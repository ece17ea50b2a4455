package org.streamfanout.spi;

import java.util.List;

/** A target's configuration cannot be used; carries every problem, not the first one. */
public class InvalidTargetException extends FanoutException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of strings
  private final List<String> problems;

  /**
   * Makes an exception of all problems.
   *
   * @throws IllegalArgumentException if there are none
   */
  public InvalidTargetException(List<String> problems) {
    super(String.join("; ", problems));
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("an invalid target has at least one problem");
    }
    this.problems = List.copyOf(problems);
  }

  /** Returns every problem, each a sentence that says what is wrong and what to write instead. */
  public List<String> problems() {
    return problems;
  }
}
