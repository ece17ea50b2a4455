package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class RateLimitProperties {
  private static final long SECOND = 1_000_000_000L;

  private record Taken(long at, long records, long bytes) {}

  @Property
  void tryTake_randomSchedules_neverMoreThanTheRateAndASecondOverAnyWindow(
      @ForAll @LongRange(min = 1, max = 1_000) long records,
      @ForAll @LongRange(min = 1, max = 100_000) long bytes,
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 2_000) Integer> pauseMillis,
      @ForAll @Size(min = 60, max = 60) List<@IntRange(min = 1, max = 1_000) Integer> sizes,
      @ForAll boolean nearTheGreatestLong) {
    long origin = nearTheGreatestLong ? Long.MAX_VALUE - SECOND : 0;
    RateLimit limit = new RateLimit(records, bytes, origin);
    List<Taken> all = new ArrayList<>();
    long time = 0;
    for (int index = 0; index < pauseMillis.size(); index++) {
      time += pauseMillis.get(index) * 1_000_000L;
      long wantedRecords = Math.min(sizes.get(index), limit.records(origin + time));
      long wantedBytes = Math.min(sizes.get(index) * 50L, limit.bytes(origin + time));
      long wait = limit.tryTake(wantedRecords, wantedBytes, origin + time);
      if (wait > 0) {
        time += wait;
        // Having waited for what it was told, it gets it.
        assertThat(limit.tryTake(wantedRecords, wantedBytes, origin + time)).isZero();
      }
      all.add(new Taken(time, wantedRecords, wantedBytes));
    }
    for (int from = 0; from < all.size(); from++) {
      long sumRecords = 0;
      long sumBytes = 0;
      for (int to = from; to < all.size(); to++) {
        sumRecords += all.get(to).records;
        sumBytes += all.get(to).bytes;
        double seconds = (all.get(to).at - all.get(from).at) / 1e9 + 1;
        assertThat((double) sumRecords).isLessThanOrEqualTo(records * seconds + 1e-3);
        assertThat((double) sumBytes).isLessThanOrEqualTo(bytes * seconds + 1e-3);
      }
    }
  }

  @Property
  void tryTake_oneMessageAboveTheRate_goesAfterAQuietSecond_andIsPaidFor(
      @ForAll @LongRange(min = 1, max = 1_000) long rate,
      @ForAll @IntRange(min = 2, max = 20) int times) {
    RateLimit limit = new RateLimit(null, rate, 0);

    assertThat(limit.tryTake(1, rate * times, 0)).isZero();

    // The debt, and then a full second for the next one of its kind.
    long wait = limit.tryTake(1, rate * times, 0);
    assertThat(wait).isBetween(times * SECOND, times * SECOND + 10);
    assertThat(limit.tryTake(1, rate * times, wait)).isZero();
  }

  @Property
  void nanosUntilCall_afterAllWasTaken_isATenthOfASecondOrOneRecord(
      @ForAll @LongRange(min = 1, max = 100_000) long rate) {
    RateLimit limit = new RateLimit(rate, null, 0);
    assertThat(limit.nanosUntilCall(0)).isZero();
    limit.tryTake(rate, 1, 0);

    long least = (long) (Math.max(1, rate / 10.0) * SECOND / rate);
    assertThat(limit.nanosUntilCall(0)).isBetween(least - 10, least + 10);
  }

  @Property
  void noRate_noBound(@ForAll @IntRange(min = 1) int records) {
    RateLimit limit = new RateLimit(null, null, 0);

    assertThat(limit.tryTake(records, Long.MAX_VALUE, 0)).isZero();
    assertThat(limit.records(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(limit.bytes(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(limit.nanosUntilCall(0)).isZero();
  }
}
