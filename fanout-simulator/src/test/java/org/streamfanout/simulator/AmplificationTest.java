package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.simulator.VirtualWorld.Call;
import org.streamfanout.simulator.VirtualWorld.Place;
import org.streamfanout.simulator.VirtualWorld.Trouble;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.TargetConfig;

/** How much more than what the stream brings a target is sent while it is out of order. */
class AmplificationTest {
  private static final Duration BROKEN = Duration.ofSeconds(20);
  private static final int RATE = 25;
  private static final int SHARDS = 4;

  @ParameterizedTest
  @EnumSource(OnOpen.class)
  void outageOfHalfAMinute_byFailures(OnOpen onOpen) {
    outage(onOpen, Trouble.FAILS, Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @EnumSource(OnOpen.class)
  void outageOfHalfAMinute_byTimeOuts(OnOpen onOpen) {
    outage(onOpen, Trouble.HANGS, Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @EnumSource(OnOpen.class)
  void outageOfFiveMinutes_byFailures(OnOpen onOpen) {
    outage(onOpen, Trouble.FAILS, Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @EnumSource(OnOpen.class)
  void outageOfFiveMinutes_byTimeOuts(OnOpen onOpen) {
    outage(onOpen, Trouble.HANGS, Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @EnumSource(OnOpen.class)
  void outageOfAnHour_byFailures(OnOpen onOpen) {
    outage(onOpen, Trouble.FAILS, Duration.ofHours(1));
  }

  @ParameterizedTest
  @EnumSource(OnOpen.class)
  void outageOfAnHour_byTimeOuts(OnOpen onOpen) {
    outage(onOpen, Trouble.HANGS, Duration.ofHours(1));
  }

  private static TargetConfig target(OnOpen onOpen) {
    OnFailure onFailure =
        switch (onOpen) {
          case HOLD -> OnFailure.HOLD;
          case PARK -> OnFailure.DEAD_LETTER;
          case SHED -> OnFailure.DROP;
        };
    return VirtualWorld.target("t")
        .onFailure(onFailure)
        .deadLetter(onFailure == OnFailure.DEAD_LETTER ? "letters" : null)
        .delivery(DeliveryPolicy.builder().onOpen(onOpen).build())
        .build();
  }

  private static void outage(OnOpen onOpen, Trouble trouble, Duration length) {
    VirtualWorld world =
        new VirtualWorld(
            1,
            FanoutEngine.builder(),
            target(onOpen),
            VirtualWorld.target("letters").deadLetterOnly(true).build());
    Place place = world.place("t");
    Duration repaired = BROKEN.plus(length);
    world.play(
        () -> {
          for (int shard = 0; shard < SHARDS; shard++) {
            world.shard("s" + shard, RATE, repaired.plusSeconds(20));
          }
          world.sleepUntil(BROKEN);
          place.trouble = trouble;
          world.sleepUntil(repaired);
          place.trouble = Trouble.NONE;
        });

    double wanted = (double) RATE * SHARDS * length.toSeconds();
    long sent = VirtualWorld.sent(place, BROKEN, repaired);
    assertThat(sent / wanted).isLessThanOrEqualTo(1.1);
    // Something asks all the time whether it is back, or nothing would be proved.
    assertThat(sent).isGreaterThan(length.toSeconds() / 15);
    assertThat(world.shards.values())
        .allSatisfy(shard -> assertThat(shard.settled).isEqualTo(shard.brought));
    Set<String> ended = new HashSet<>(place.accepted.keySet());
    ended.addAll(letters(world));
    if (onOpen == OnOpen.SHED) {
      assertThat(ended.size()).isLessThan(world.handedOver.size());
    } else {
      assertThat(ended.equals(world.handedOver.keySet())).isTrue();
    }
    assertThat(place.repeated).isZero();
  }

  /** Returns the ids of the records that are dead-lettered. */
  private static Set<String> letters(VirtualWorld world) {
    return world.place("letters").accepted.keySet();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILS", "HANGS"})
  void breakerNeverOpens_theBudgetAloneBoundsIt(Trouble trouble) {
    CircuitOptions closed = new CircuitOptions(1_000_000, 1_000_000, 100, Duration.ofSeconds(5), 2);
    VirtualWorld world =
        new VirtualWorld(
            1,
            FanoutEngine.builder().circuit(closed),
            VirtualWorld.target("t").maxInFlight(50).onFailure(OnFailure.DROP).build());
    Place place = world.place("t");
    Duration repaired = BROKEN.plusSeconds(300);
    world.play(
        () -> {
          for (int shard = 0; shard < 20; shard++) {
            world.shard("s" + shard, RATE, repaired);
          }
          world.sleepUntil(BROKEN);
          place.trouble = trouble;
          world.sleepUntil(repaired);
          place.trouble = Trouble.NONE;
        });

    long sent = VirtualWorld.sent(place, BROKEN, repaired);
    long distinct =
        place.calls.stream()
            .filter(call -> call.at().compareTo(BROKEN) >= 0 && call.at().compareTo(repaired) < 0)
            .map(Call::messages)
            .flatMap(messages -> messages.stream().map(Message::id))
            .distinct()
            .count();
    // The reserve, and a message each five seconds when there is no budget.
    assertThat(sent).isLessThanOrEqualTo((long) (1.1 * distinct) + 100 + 300 / 5 + 1);
    assertThat(distinct).isGreaterThan(400);
  }

  @Test
  void failsNowAndThen_isRetriedAtFullSpeed() {
    VirtualWorld world = new VirtualWorld(1, FanoutEngine.builder(), target(OnOpen.HOLD));
    Place place = world.place("t");
    // Three calls in ten fail as a whole, for ever: no outage, and nothing for a budget.
    place.entry =
        (message, at) ->
            Set.of(0, 3, 7).contains(place.calls.size() % 10)
                ? Failure.retryable("Flaky", "now and then")
                : null;
    Duration end = Duration.ofSeconds(120);
    world.play(
        () -> {
          for (int shard = 0; shard < SHARDS; shard++) {
            world.shard("s" + shard, RATE, end);
          }
        });

    assertThat(VirtualWorld.accepted(place, Duration.ofSeconds(60), end))
        .isGreaterThan((long) (0.95 * RATE * SHARDS * 60));
  }

  @Test
  void takesNothingButProbes_isNotTriedSooner() {
    VirtualWorld world = new VirtualWorld(1, FanoutEngine.builder(), target(OnOpen.HOLD));
    Place place = world.place("t");
    Duration end = Duration.ofSeconds(120);
    place.entry =
        (message, at) ->
            at.compareTo(BROKEN) >= 0 && at.compareTo(end) < 0 && callOf(place, message) > 1
                ? Failure.retryable("TooMuch", "one at a time")
                : null;
    world.play(
        () -> {
          for (int shard = 0; shard < SHARDS; shard++) {
            world.shard("s" + shard, RATE, end);
          }
        });

    // A breaker that is closed by two probes is opened by five calls: so much each five seconds.
    long sent = VirtualWorld.sent(place, BROKEN, end);
    assertThat(sent).isBetween(100L, (long) (0.25 * RATE * SHARDS * 100));
  }

  /** Returns how many messages the call has that a message came with. */
  private static int callOf(Place place, Message message) {
    int index = place.calls.size() - 1;
    while (!place.calls.get(index).messages().contains(message)) {
      index--;
    }
    return place.calls.get(index).messages().size();
  }
}
