package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In virtual time. */
class RateLimitTest {
  private long now = Long.MAX_VALUE - 5_000_000_000L;

  private record Went(long at, int count) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 5_000})
  void take_anyAmounts_neverMoreThanTheRateAndASecondsBurst(int rate) throws Exception {
    long start = now;
    RateLimit limit = new RateLimit(rate, () -> now, nanos -> now += nanos);
    Random random = new Random(rate);
    List<Went> went = new ArrayList<>();
    long sum = 0;
    long idle = 0;
    for (int step = 0; step < 500; step++) {
      int count = limit.atOnce(1 + random.nextInt(2 * rate));
      assertThat(count).isBetween(1, rate);
      limit.take(count);
      went.add(new Went(now - start, count));
      sum += count;
      int other = random.nextInt(3) == 0 ? random.nextInt(10_000_000) : 0;
      now += other;
      idle += other;
    }

    for (int from = 0; from < went.size(); from += 25) {
      long inWindow = 0;
      for (Went each : went.subList(from, went.size())) {
        inWindow += each.count();
        double seconds = (each.at() - went.get(from).at()) / 1e9;
        assertThat((double) inWindow).isLessThanOrEqualTo(rate * (seconds + 1) + 1e-3);
      }
    }
    // And no longer than that takes.
    assertThat((now - start - idle) / 1e9).isLessThanOrEqualTo((double) sum / rate + 1e-3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 500})
  void take_noRate_neverWaits(int count) throws Exception {
    RateLimit limit =
        new RateLimit(
            null,
            () -> now,
            nanos -> {
              throw new AssertionError("waited " + Duration.ofNanos(nanos));
            });

    limit.take(count);
    limit.take(limit.atOnce(count));
  }
}
