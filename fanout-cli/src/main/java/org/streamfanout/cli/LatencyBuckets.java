package org.streamfanout.cli;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * How many calls took how long.
 *
 * @param counts how many took at most each of {@link #BOUNDS} and longer than the one before; the
 *     last is for all that took longer than any
 * @param sum the time of all
 */
record LatencyBuckets(List<Long> counts, Duration sum) {
  /** From a write to this machine to an attempt that nobody answers. */
  static final List<Duration> BOUNDS =
      List.of(
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMillis(10),
          Duration.ofMillis(25),
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofMillis(250),
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofMillis(2_500),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10));

  /** Copies the list. */
  LatencyBuckets {
    counts = List.copyOf(counts);
  }

  /** Returns how many calls there were. */
  long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  /** Counts calls; not thread-safe. */
  static final class Counter {
    private final long[] counts = new long[BOUNDS.size() + 1];
    private Duration sum = Duration.ZERO;

    void add(Duration took) {
      int bucket = 0;
      while (bucket < BOUNDS.size() && took.compareTo(BOUNDS.get(bucket)) > 0) {
        bucket++;
      }
      counts[bucket]++;
      sum = sum.plus(took);
    }

    LatencyBuckets now() {
      return new LatencyBuckets(Arrays.stream(counts).boxed().toList(), sum);
    }
  }
}
