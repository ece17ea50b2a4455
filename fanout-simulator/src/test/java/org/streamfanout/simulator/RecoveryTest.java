package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.simulator.VirtualWorld.Place;
import org.streamfanout.simulator.VirtualWorld.Trouble;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Ordering;

/** How soon a target that was repaired gets all that it can take, with every default. */
class RecoveryTest {
  private static final Duration BROKEN = Duration.ofSeconds(20);
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  /** Repairs at many points of breaker, back-off and time-outs, after long outages and short. */
  private static final List<Integer> OUTAGES_MILLIS =
      List.of(700, 4_000, 9_900, 10_100, 21_300, 30_000, 33_700, 61_900, 64_100, 67_777, 299_990);

  @ParameterizedTest
  @EnumSource(names = {"FAILS", "HANGS", "THROTTLES"})
  void throughputIsBackTenSecondsAfterTheRepair_withoutOrder(Trouble trouble) {
    assertThat(slow(trouble, Ordering.NONE, TEN_SECONDS)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILS", "HANGS", "THROTTLES"})
  void throughputIsBackTenSecondsAfterTheRepair_byKey(Trouble trouble) {
    assertThat(slow(trouble, Ordering.KEY, TEN_SECONDS)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILS", "HANGS", "THROTTLES"})
  void throughputIsBackTenSecondsAfterTheRepair_byShard(Trouble trouble) {
    assertThat(slow(trouble, Ordering.SHARD, TEN_SECONDS)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILS", "HANGS", "THROTTLES"})
  void throughputIsBackTenSecondsAfterTheRepair_aSingleLane(Trouble trouble) {
    assertThat(slow(trouble, Ordering.SHARD, TEN_SECONDS, 1)).isEmpty();
  }

  @Test
  void whatWaitsForItsNextAttempt_goesSoonAfterTheFirstThatIsAccepted() {
    CircuitOptions neverOpens = new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(5), 2);
    VirtualWorld world =
        new VirtualWorld(
            1, FanoutEngine.builder().circuit(neverOpens), VirtualWorld.target("t").build());
    Place place = world.place("t");
    place.limits = Limits.of(1, 1 << 20, 1 << 18);
    place.trouble = Trouble.FAILS;
    world.play(
        () -> {
          world.shard("s0", 20, Duration.ofSeconds(2));
          world.sleepUntil(Duration.ofSeconds(22));
          place.trouble = Trouble.NONE;
        });

    List<Duration> accepted = List.copyOf(place.accepted.values());
    assertThat(accepted).hasSize(40);
    assertThat(accepted.get(19).minus(accepted.get(0))).isLessThan(Duration.ofMillis(1_500));
  }

  @ParameterizedTest
  @EnumSource(Ordering.class)
  void failsForAMomentAgainAndAgain_isNotLeftAloneForLong(Ordering ordering) {
    Duration from = Duration.ofSeconds(20);
    Duration end = Duration.ofSeconds(80);
    List<Long> accepted = new ArrayList<>();
    long sent = 0;
    for (int failing : new int[] {0, 100}) {
      VirtualWorld world =
          new VirtualWorld(
              1, FanoutEngine.builder(), VirtualWorld.target("t").ordering(ordering).build());
      Place place = world.place("t");
      place.entry =
          (message, at) ->
              at.toMillis() % 400 < failing ? Failure.retryable("Flaky", "for a moment") : null;
      world.play(
          () -> {
            for (int shard = 0; shard < 4; shard++) {
              world.shard("s" + shard, 500, end);
            }
            world.sleepUntil(end);
            world.readNoMore = true;
            place.entry = null;
          });
      accepted.add(VirtualWorld.accepted(place, from, end));
      sent = VirtualWorld.sent(place, from, end);
    }
    assertThat(accepted.get(1)).isGreaterThan(accepted.get(0) / 3);
    assertThat(sent).isLessThan(2 * accepted.get(1));
  }

  private static List<String> slow(Trouble trouble, Ordering ordering, Duration within) {
    return slow(trouble, ordering, within, 4);
  }

  private static List<String> slow(
      Trouble trouble, Ordering ordering, Duration within, int shards) {
    List<String> slow = new ArrayList<>();
    for (int outage : OUTAGES_MILLIS) {
      VirtualWorld world =
          new VirtualWorld(
              outage, FanoutEngine.builder(), VirtualWorld.target("t").ordering(ordering).build());
      Place place = world.place("t");
      Duration repaired = BROKEN.plusMillis(outage);
      Duration end = repaired.plus(within).plusSeconds(20);
      world.play(
          () -> {
            // More than the target can take: what it gets is what it is given.
            for (int shard = 0; shard < shards; shard++) {
              world.shard("s" + shard, 500, end);
            }
            world.sleepUntil(BROKEN);
            place.trouble = trouble;
            world.sleepUntil(repaired);
            place.trouble = Trouble.NONE;
            world.sleepUntil(end);
            world.readNoMore = true;
          });
      double before = VirtualWorld.accepted(place, BROKEN.minusSeconds(10), BROKEN) / 10.0;
      for (int second = 0; second < 15; second++) {
        Duration from = repaired.plus(within).plusSeconds(second);
        // Over three seconds: a shard's own cycle ends now and then, broken target or not.
        double after = VirtualWorld.accepted(place, from, from.plusSeconds(3)) / 3.0;
        if (after < 0.9 * before) {
          slow.add(
              trouble
                  + " for "
                  + outage
                  + " ms: "
                  + after
                  + " of "
                  + before
                  + " a second, "
                  + from.minus(repaired)
                  + " after the repair");
        }
      }
    }
    return slow;
  }
}
