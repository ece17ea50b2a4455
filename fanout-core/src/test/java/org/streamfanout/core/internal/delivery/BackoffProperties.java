package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.streamfanout.core.RetryPolicy;

class BackoffProperties {
  private static final RetryPolicy POLICY =
      new RetryPolicy(8, Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofSeconds(10));

  @Property
  void pause_doublesUpToTheLongest_withJitterOverTheUpperHalf(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 100_000) int attempts) {
    long pause = new Backoff(POLICY, new SplittableRandom(seed)).nanosAfter(attempts);

    double full = Math.min(100e6 * Math.pow(2, Math.max(0, attempts - 1)), 10e9);
    assertThat((double) pause).isBetween(full / 2 - 1, full + 1);
  }

  @Property
  void pause_sameSeed_isTheSame(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int attempt) {
    assertThat(new Backoff(POLICY, new SplittableRandom(seed)).nanosAfter(attempt))
        .isEqualTo(new Backoff(POLICY, new SplittableRandom(seed)).nanosAfter(attempt));
  }
}
