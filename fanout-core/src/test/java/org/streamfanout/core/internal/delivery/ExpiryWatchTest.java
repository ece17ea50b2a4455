package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.core.TargetResult;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.ExpiryEvent;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.TestClock;

/** What is held comes near the time when its source forgets it, and that is told. */
@ExtendWith(NoLockLeft.class)
class ExpiryWatchTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");

  private final TestClock clock = new TestClock();
  private final List<ExpiryEvent> told = new ArrayList<>();
  private final Duration kept = Duration.ofHours(100);
  private final ExpiryWatch watch = watch(clock);

  private ExpiryWatch watch(Clock by) {
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void expiring(ExpiryEvent event) {
            told.add(event);
          }
        };
    return new ExpiryWatch(new Retentions(source -> kept), by, listener);
  }

  private void look(String target, long held, @Nullable Instant oldest) {
    TargetCounts counts = new TargetCounts(held, 0, 0, 0, 0, 0, 0, held, 0, 0);
    watch.look(
        SOURCE,
        "s",
        new TargetState(new TargetResult(target, "sqs", counts, null), new BitSet(), oldest));
  }

  private List<Integer> lookAfter(Duration age) {
    told.clear();
    look("t", 1, clock.instant().minus(age));
    return told.stream().map(ExpiryEvent::percent).toList();
  }

  @Test
  void expiry_isToldAtEachStep_toTheSecond() {
    assertThat(lookAfter(Duration.ofHours(50).minusSeconds(1))).isEmpty();
    assertThat(lookAfter(Duration.ofHours(50))).containsExactly(50);
    assertThat(lookAfter(Duration.ofHours(75).minusSeconds(1))).isEmpty();
    assertThat(lookAfter(Duration.ofHours(75))).containsExactly(75);
    assertThat(lookAfter(Duration.ofHours(90))).containsExactly(90);
    assertThat(lookAfter(Duration.ofHours(100).minusNanos(1))).isEmpty();
    assertThat(lookAfter(Duration.ofHours(100))).containsExactly(100);
    assertThat(lookAfter(Duration.ofHours(1_000))).isEmpty();
    assertThat(lookAfter(Duration.ofHours(1))).isEmpty();
    assertThat(lookAfter(Duration.ofHours(60))).containsExactly(50);
  }

  @Test
  void expiry_event_saysWhatItIsAbout() {
    Instant oldest = clock.instant().minus(Duration.ofHours(80));
    look("t", 1, oldest);

    assertThat(told)
        .containsExactly(new ExpiryEvent(SOURCE, "s", "t", oldest, Duration.ofHours(80), kept, 75));
  }

  @Test
  void expiry_heldNowAndThen_isNotToldEachTime() {
    look("t", 1, clock.instant().minus(Duration.ofHours(60)));
    look("t", 0, null);
    look("t", 1, clock.instant().minus(Duration.ofHours(60)));

    assertThat(told).hasSize(1);
  }

  @Test
  void expiry_sourceThatSaysNoTime_countsSinceItIsHeld_andAnewAfterwards() {
    look("t", 1, null);
    clock.advance(Duration.ofHours(49));
    look("t", 0, null);
    look("t", 1, null);
    clock.advance(Duration.ofHours(49));
    look("t", 1, null);
    assertThat(told).isEmpty();

    clock.advance(Duration.ofHours(1));
    look("t", 1, null);
    assertThat(told).extracting(ExpiryEvent::age).containsExactly(Duration.ofHours(50));
  }

  @Test
  void expiry_recordFromTheFuture_isYoung() {
    look("t", 1, clock.instant().plus(Duration.ofHours(500)));

    assertThat(told).isEmpty();
  }

  @Test
  void expiry_moreTargetsThanAreKept_theOneNotHeardOfLongestIsForgotten() {
    Instant old = clock.instant().minus(Duration.ofHours(60));
    for (int target = 0; target < ExpiryWatch.MOST; target++) {
      look("t" + target, 1, old);
    }
    told.clear();
    look("t0", 1, old);
    assertThat(told).as("known still").isEmpty();

    look("new", 1, old);
    told.clear();
    look("t0", 1, old);
    assertThat(told).as("heard of since").isEmpty();
    look("t1", 1, old);
    assertThat(told).as("forgotten").hasSize(1);
  }
}
