package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.testkit.TestClock;

/** The calls of an engine, once it is closed. */
@ExtendWith(NoLockLeft.class)
class OpenCallsTest {
  private final TestClock clock = new TestClock();

  @Test
  void openCalls_closeIsDoneOnce() {
    OpenCalls calls = new OpenCalls();
    assertThat(calls.isClosed()).isFalse();

    assertThat(calls.close()).isTrue();
    assertThat(calls.close()).isFalse();

    assertThat(calls.isClosed()).isTrue();
    assertThatThrownBy(() -> calls.enter(null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private final Ticker ticker =
      new Ticker() {
        @Override
        public long getAsLong() {
          return clock.nanoTime();
        }

        @Override
        public void park(Object blocker, long nanos) {
          clock.advance(Duration.ofNanos(nanos));
        }

        @Override
        public void unpark(Thread thread) {}
      };

  @Test
  void openCalls_await_untilTheConditionIsTrueOrTheTimeIsOver() {
    OpenCalls calls = new OpenCalls();
    Instant start = clock.instant();

    assertThat(calls.await(Duration.ofSeconds(5), ticker, () -> true)).isTrue();
    assertThat(clock.instant()).isEqualTo(start);
    Instant later = start.plusSeconds(1);
    assertThat(calls.await(Duration.ofSeconds(5), ticker, () -> !clock.instant().isBefore(later)))
        .isTrue();
    assertThat(clock.instant()).isEqualTo(later);
    assertThat(calls.await(Duration.ofSeconds(5), ticker, () -> false)).isFalse();
    assertThat(clock.instant()).isEqualTo(later.plusSeconds(5));
  }

  @Test
  void openCalls_await_interrupted_isOverAtOnce() {
    Instant start = clock.instant();
    Thread.currentThread().interrupt();

    boolean result = new OpenCalls().await(Duration.ofSeconds(5), ticker, () -> false);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(result).isFalse();
    assertThat(clock.instant()).isEqualTo(start);
  }
}
