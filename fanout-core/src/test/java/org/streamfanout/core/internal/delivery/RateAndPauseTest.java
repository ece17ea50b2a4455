package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.core.RetryPolicy;

/** Rates and pauses by example; their properties hold for everything else. */
@ExtendWith(NoLockLeft.class)
class RateAndPauseTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void room_isWhatWasNotTakenWithinTheLastSecond() {
    RateLimit limit = new RateLimit(10L, 1_000L, 0);
    assertThat(limit.records(0)).isEqualTo(10);
    assertThat(limit.bytes(0)).isEqualTo(1_000);

    limit.tryTake(4, 700, 0);
    assertThat(limit.records(0)).isEqualTo(6);
    assertThat(limit.bytes(0)).isEqualTo(300);

    assertThat(limit.records(SECOND / 5)).isEqualTo(8);
    assertThat(limit.bytes(SECOND / 5)).isEqualTo(500);
    assertThat(limit.records(9 * SECOND)).isEqualTo(10);
  }

  @Test
  void room_isNeverNothing() {
    RateLimit limit = new RateLimit(10L, 1_000L, 0);
    limit.tryTake(10, 1_000, 0);

    assertThat(limit.records(0)).isEqualTo(1);
    assertThat(limit.bytes(0)).isEqualTo(1);
  }

  @Test
  void tryTake_untilThereIsRoom_nothingIsTaken() {
    RateLimit limit = new RateLimit(10L, 1_000L, 0);
    limit.tryTake(10, 100, 0);

    assertThat(limit.tryTake(5, 100, 0)).isEqualTo(SECOND / 2);
    assertThat(limit.bytes(0)).isEqualTo(900);
    assertThat(limit.tryTake(5, 100, SECOND / 2)).isZero();
  }

  @Test
  void nanosUntilCall_theScarcerOfTheTwo() {
    RateLimit limit = new RateLimit(100L, 1_000L, 0);
    limit.tryTake(100, 1_000, 0);
    assertThat(limit.nanosUntilCall(0)).isEqualTo(SECOND / 10);
    limit.tryTake(1, 100, SECOND / 10);

    assertThat(limit.nanosUntilCall(SECOND / 10)).isEqualTo(SECOND / 10);
    assertThat(limit.nanosUntilCall(SECOND / 5)).isZero();
  }

  @Test
  void nanosAfter_isHalfOfThePause_andAShareOfTheOtherHalf() {
    RandomGenerator half = () -> 1L << 63;
    RetryPolicy policy =
        new RetryPolicy(8, Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofMillis(1_000));
    Backoff backoff = new Backoff(policy, half);

    assertThat(backoff.nanosAfter(1)).isEqualTo(75_000_000);
    assertThat(backoff.nanosAfter(2)).isEqualTo(150_000_000);
    assertThat(backoff.nanosAfter(4)).isEqualTo(600_000_000);
    assertThat(backoff.nanosAfter(5)).isEqualTo(750_000_000);
    assertThat(backoff.nanosAfter(0)).isEqualTo(75_000_000);
    assertThat(backoff.within(1_000)).isEqualTo(500);
  }
}
