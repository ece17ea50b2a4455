package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Deadline;

class TestClockTest {
  private final TestClock clock = new TestClock(Instant.parse("2026-02-03T04:05:06Z"));

  @Test
  void advance_anyTime_movesWallAndMonotonicTime() {
    Clock elsewhere = clock.withZone(ZoneOffset.ofHours(2));
    Deadline deadline = Deadline.after(Duration.ofSeconds(10), clock::nanoTime);

    clock.advance(Duration.ofSeconds(9));

    assertThat(clock.instant()).isEqualTo("2026-02-03T04:05:15Z");
    assertThat(elsewhere.instant()).isEqualTo(clock.instant());
    assertThat(deadline.remaining()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void advance_backwards_isRefused() {
    assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
