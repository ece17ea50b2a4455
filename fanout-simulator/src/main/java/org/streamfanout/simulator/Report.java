package org.streamfanout.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What came of one schedule. Immutable.
 *
 * @param schedule what was played
 * @param made every decision that was taken; played again, it does the same
 * @param violations what must never happen and did; empty if all is well
 * @param trace what happened, line by line; empty unless it was asked for
 * @param numbers how much it was
 * @param played how often each fault was played
 */
public record Report(
    Schedule schedule,
    Schedule made,
    List<Violation> violations,
    List<String> trace,
    Numbers numbers,
    Map<Fault, Integer> played) {
  /**
   * How much a schedule was.
   *
   * @param steps how often somebody was told to run
   * @param time how long it took in simulated time
   * @param records how many records the source had
   * @param sends how many attempts reached destinations
   * @param effects how many records took effect
   * @param repeated how many of those were repetitions
   * @param digest a number that two runs of one schedule have in common
   */
  public record Numbers(
      int steps, Duration time, int records, int sends, int effects, int repeated, long digest) {}

  /** Copies the collections. */
  public Report {
    violations = List.copyOf(violations);
    trace = List.copyOf(trace);
    played = Map.copyOf(played);
  }

  /** Returns whether nothing was found. */
  public boolean isSound() {
    return violations.isEmpty();
  }
}
