package org.streamfanout.simulator;

import java.util.Arrays;
import java.util.function.Predicate;
import org.streamfanout.simulator.Choices.Kind;

/**
 * Makes a failing schedule smaller while it fails by the same rule: fewer shards, records, targets
 * and faults, and a plainer order. Decisions are set to 0 in halves, quarters and so on, cut out,
 * and lowered one by one.
 */
final class Shrinker {
  private final Predicate<Schedule> fails;
  private int triesLeft;
  private Schedule best;

  Shrinker(Schedule failing, int maxTries, Predicate<Schedule> fails) {
    this.best = failing;
    this.fails = fails;
    this.triesLeft = maxTries;
  }

  Schedule shrink() {
    Schedule before;
    do {
      before = best;
      for (Kind kind : Kind.values()) {
        pass(kind);
      }
    } while (triesLeft > 0 && !best.equals(before));
    return best;
  }

  private void pass(Kind kind) {
    // The tail first: what is not named is 0.
    for (int length = 0; length < best.choices(kind).length; ) {
      int[] values = best.choices(kind);
      if (attempt(kind, Arrays.copyOf(values, length))) {
        break;
      }
      length = length == 0 ? Math.max(1, values.length / 16) : length * 2;
    }
    for (int chunk = Math.max(1, best.choices(kind).length / 2); chunk > 0; chunk /= 2) {
      for (int at = 0; at < best.choices(kind).length; at += chunk) {
        int[] values = best.choices(kind);
        int to = Math.min(values.length, at + chunk);
        int[] cut = new int[values.length - (to - at)];
        System.arraycopy(values, 0, cut, 0, at);
        System.arraycopy(values, to, cut, at, values.length - to);
        if (!attempt(kind, cut)) {
          int[] zeroed = values.clone();
          Arrays.fill(zeroed, at, to, 0);
          attempt(kind, zeroed);
        }
      }
    }
    for (int at = 0; at < best.choices(kind).length; at++) {
      lower(kind, at);
    }
  }

  private void lower(Kind kind, int at) {
    int value = best.choices(kind)[at];
    for (int step = value; step > 0; step /= 2) {
      int[] values = best.choices(kind);
      if (at >= values.length) {
        return;
      }
      if (values[at] >= step) {
        values[at] -= step;
        attempt(kind, values);
      }
    }
  }

  private boolean attempt(Kind kind, int[] values) {
    Schedule candidate = best.with(kind, values);
    if (triesLeft <= 0 || candidate.equals(best) || !isSmaller(candidate)) {
      return false;
    }
    triesLeft--;
    if (!fails.test(candidate)) {
      return false;
    }
    best = candidate;
    return true;
  }

  private boolean isSmaller(Schedule candidate) {
    int size = candidate.size();
    return size < best.size() || (size == best.size() && candidate.sum() < best.sum());
  }
}
