package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeriodsTest {
  private long now = Long.MAX_VALUE - 100;
  private final List<String> done = new ArrayList<>();
  private final Periods periods = new Periods(() -> now);

  private void pass(Duration time) {
    now += time.toNanos();
    periods.run();
  }

  @Test
  void run_twoPeriods_eachInItsOwnAcrossTheClocksOverflow() {
    periods.every(Duration.ofSeconds(2), () -> done.add("two"));
    periods.every(Duration.ofSeconds(3), () -> done.add("three"));

    assertThat(periods.untilNext()).hasSeconds(2);
    pass(Duration.ofSeconds(1));
    assertThat(done).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(done).containsExactly("two");
    assertThat(periods.untilNext()).hasSeconds(1);
    pass(Duration.ofSeconds(2));
    assertThat(done).containsExactly("two", "two", "three");
  }

  @Test
  void run_farTooLate_doesItOnce() {
    periods.every(Duration.ofSeconds(2), () -> done.add("two"));

    pass(Duration.ofHours(1));

    assertThat(done).containsExactly("two");
    assertThat(periods.untilNext()).hasSeconds(2);
  }

  @Test
  void untilNext_overdue_isZeroAndNothingIsNever() {
    assertThat(periods.untilNext()).isNull();
    periods.every(null, () -> done.add("never"));
    assertThat(periods.untilNext()).isNull();
    periods.every(Duration.ofSeconds(1), () -> done.add("one"));
    now += Duration.ofSeconds(5).toNanos();

    assertThat(periods.untilNext()).isZero();
  }
}
