package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.simulator.VirtualWorld.Place;
import org.streamfanout.simulator.VirtualWorld.Trouble;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;

/** What becomes of every record while its target is out of order, by what its row says. */
class ParkingTest {
  private static final Duration BROKEN = Duration.ofSeconds(10);
  private static final Duration REPAIRED = Duration.ofSeconds(70);
  private static final Duration END = Duration.ofSeconds(90);
  private static final int RATE = 10;

  private final Map<String, TargetCounts> counts = new HashMap<>();
  private final List<String> opened = new ArrayList<>();

  private VirtualWorld world(TargetConfig... rows) {
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void settled(TargetEvent event) {
            TargetCounts known = counts.getOrDefault(event.targetId(), TargetCounts.ZERO);
            counts.put(event.targetId(), sum(known, event.counts(), event.before()));
          }

          @Override
          public void circuit(CircuitEvent event) {
            if (event.to() == CircuitState.OPEN) {
              opened.add(event.targetId());
            }
          }
        };
    return new VirtualWorld(5, FanoutEngine.builder().listener(listener), rows);
  }

  private static TargetCounts sum(TargetCounts known, TargetCounts now, TargetCounts before) {
    return new TargetCounts(
        known.records() + now.records() - before.records(),
        known.accepted() + now.accepted() - before.accepted(),
        0,
        known.deadLettered() + now.deadLettered() - before.deadLettered(),
        known.dropped() + now.dropped() - before.dropped(),
        0,
        0,
        known.held() + now.held() - before.held(),
        0,
        0);
  }

  private static TargetConfig target(
      String id, OnFailure onFailure, DeliveryPolicy policy, Ordering ordering) {
    return VirtualWorld.target(id)
        .onFailure(onFailure)
        .deadLetter(onFailure == OnFailure.DEAD_LETTER ? "letters" : null)
        .ordering(ordering)
        .delivery(policy)
        .build();
  }

  private static TargetConfig letters() {
    return VirtualWorld.target("letters").deadLetterOnly(true).build();
  }

  static Stream<Arguments> everything() {
    List<Arguments> all = new ArrayList<>();
    for (OnFailure onFailure : OnFailure.values()) {
      for (OnOpen onOpen : OnOpen.values()) {
        boolean fits =
            switch (onOpen) {
              case HOLD -> true;
              case PARK -> onFailure == OnFailure.DEAD_LETTER;
              case SHED -> onFailure != OnFailure.HOLD;
            };
        for (Ordering ordering : fits ? Ordering.values() : new Ordering[0]) {
          for (Trouble trouble : Trouble.values()) {
            all.add(Arguments.of(onFailure, onOpen, ordering, trouble));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("everything")
  void everyRecordHasOneEnd_andOrderIsKept(
      OnFailure onFailure, OnOpen onOpen, Ordering ordering, Trouble trouble) {
    DeliveryPolicy policy = DeliveryPolicy.builder().onOpen(onOpen).build();
    VirtualWorld world = world(target("t", onFailure, policy, ordering), letters());
    breakAndRepair(world, trouble);

    Place place = world.place("t");
    Place letters = world.place("letters");
    int brought = world.handedOver.size();
    Set<String> ended = new HashSet<>(place.accepted.keySet());
    ended.retainAll(letters.accepted.keySet());
    assertThat(ended).isEmpty();
    assertThat(place.repeated + letters.repeated).isZero();
    TargetCounts sums = counts.getOrDefault("t", TargetCounts.ZERO);
    assertThat(sums.records()).isEqualTo(brought);
    assertThat(sums.accepted()).isEqualTo(place.accepted.size());
    assertThat(sums.deadLettered()).isEqualTo(letters.accepted.size());
    assertThat(sums.accepted() + sums.deadLettered() + sums.dropped()).isEqualTo(brought);
    assertThat(world.shards.values())
        .allSatisfy(shard -> assertThat(shard.settled).isEqualTo(shard.brought));
    if (ordering == Ordering.KEY || ordering == Ordering.SHARD) {
      assertInOrder(place, ordering);
      assertInOrder(letters, ordering);
    }
    long parkedBeforeTheRepair = VirtualWorld.accepted(letters, Duration.ZERO, REPAIRED);
    expectEnds(onFailure, onOpen, trouble, sums, parkedBeforeTheRepair);
  }

  private void expectEnds(
      OnFailure onFailure,
      OnOpen onOpen,
      Trouble trouble,
      TargetCounts sums,
      long parkedBeforeTheRepair) {
    boolean down = trouble != Trouble.NONE && trouble != Trouble.THROTTLES;
    assertThat(opened.contains("t")).isEqualTo(down);
    if (onFailure == OnFailure.HOLD || !down || trouble == Trouble.DENIES) {
      assertThat(sums.deadLettered() + sums.dropped()).isZero();
    } else if (trouble == Trouble.DEAF) {
      // What such a send carries must wait for it, and the shard with it: most is read later.
      assertThat(parkedBeforeTheRepair).isLessThan(RATE * 10);
    } else if (onOpen == OnOpen.PARK) {
      assertThat(sums.dropped()).isZero();
      assertThat(sums.deadLettered()).isGreaterThan(RATE * 10);
    } else if (onOpen == OnOpen.SHED) {
      assertThat(sums.dropped()).isGreaterThan(RATE * 10);
    } else {
      // Attempts are used up now and then, at the breaker's pace.
      assertThat(sums.deadLettered() + sums.dropped()).isLessThan(RATE * 10);
    }
  }

  private void breakAndRepair(VirtualWorld world, Trouble trouble) {
    Place place = world.place("t");
    world.play(
        () -> {
          world.shard("s0", RATE, END);
          world.shard("s1", RATE, END);
          world.sleepUntil(BROKEN);
          place.trouble = trouble;
          world.sleepUntil(REPAIRED);
          place.trouble = Trouble.NONE;
        });
  }

  private static void assertInOrder(Place place, Ordering ordering) {
    Map<String, Integer> last = new HashMap<>();
    place.accepted.forEach(
        (id, at) -> {
          int number = Integer.parseInt(id.substring(id.indexOf(':') + 1));
          String shard = id.substring(0, id.indexOf(':'));
          String lane = ordering == Ordering.SHARD ? shard : shard + number % 53;
          assertThat(last.getOrDefault(lane, -1)).isLessThan(number);
          last.put(lane, number);
        });
  }

  @Test
  void oneOfFiveHangs_itsRecordsAreParkedSoon() {
    TargetConfig[] rows = new TargetConfig[6];
    DeliveryPolicy park = DeliveryPolicy.builder().onOpen(OnOpen.PARK).build();
    rows[0] = target("t", OnFailure.DEAD_LETTER, park, Ordering.KEY);
    for (int other = 1; other < 5; other++) {
      rows[other] = target("t" + other, OnFailure.HOLD, DeliveryPolicy.DEFAULT, Ordering.KEY);
    }
    rows[5] = letters();
    VirtualWorld world = world(rows);
    breakAndRepair(world, Trouble.HANGS);

    Duration bound = RetryPolicy.DEFAULT.attemptTimeout().plusSeconds(1);
    Map<String, Duration> parked = world.place("letters").accepted;
    assertThat(parked.size()).isGreaterThan(20 * RATE);
    parked.forEach(
        (id, at) ->
            assertThat(at.minus(world.handedOver.getOrDefault(id, Duration.ZERO)))
                .isLessThanOrEqualTo(bound));
    for (int other = 1; other < 5; other++) {
      assertThat(world.place("t" + other).accepted).hasSameSizeAs(world.handedOver);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILS", "HANGS", "THROTTLES", "DEAF"})
  void tooOld_isGivenUp_onlyWhereTheTargetTakesNoCalls(Trouble trouble) {
    Duration most = Duration.ofSeconds(15);
    // So many attempts that none runs out of them before it is too old.
    DeliveryPolicy policy = DeliveryPolicy.builder().maxRecordAge(most).maxAttempts(1_000).build();
    VirtualWorld world =
        world(target("t", OnFailure.DEAD_LETTER, policy, Ordering.NONE), letters());
    breakAndRepair(world, trouble);

    Map<String, Duration> given = world.place("letters").accepted;
    assertThat(given.size()).isGreaterThan(20 * RATE);
    given.forEach(
        (id, at) -> {
          Duration age = at.minus(arrived(id));
          assertThat(age).isGreaterThanOrEqualTo(most);
          assertThat(at).isBetween(BROKEN.plusSeconds(10), REPAIRED.plusSeconds(20));
        });
    assertThat(codes(world.place("letters"))).contains("RecordTooOld");
    assertThat(counts.getOrDefault("t", TargetCounts.ZERO).accepted())
        .isEqualTo(world.handedOver.size() - given.size());
  }

  private static Duration arrived(String id) {
    return Duration.ofMillis(1_000L * Integer.parseInt(id.substring(id.indexOf(':') + 1)) / RATE);
  }

  private static Set<String> codes(Place letters) {
    Set<String> codes = new HashSet<>();
    letters.calls.forEach(
        call ->
            call.messages()
                .forEach(
                    letter -> {
                      String body = letter.body().utf8();
                      String name = "\"failureCode\":\"";
                      int from = body.indexOf(name) + name.length();
                      codes.add(body.substring(from, body.indexOf('"', from)));
                    }));
    return codes;
  }

  @Test
  void consumerWasDownForADay_everyRecordIsTried() {
    DeliveryPolicy policy = DeliveryPolicy.builder().maxRecordAge(Duration.ofHours(1)).build();
    VirtualWorld world =
        world(target("t", OnFailure.DEAD_LETTER, policy, Ordering.NONE), letters());
    world.late = Duration.ofDays(1);
    breakAndRepair(world, Trouble.NONE);

    assertThat(world.place("t").accepted).hasSameSizeAs(world.handedOver);
    assertThat(world.place("letters").accepted).isEmpty();
  }

  @Test
  void tooOld_targetDenies_holdsWhateverTheAge() {
    DeliveryPolicy policy =
        DeliveryPolicy.builder().maxRecordAge(Duration.ofSeconds(5)).onOpen(OnOpen.PARK).build();
    VirtualWorld world =
        world(target("t", OnFailure.DEAD_LETTER, policy, Ordering.NONE), letters());
    breakAndRepair(world, Trouble.DENIES);

    assertThat(world.place("t").accepted).hasSameSizeAs(world.handedOver);
    assertThat(world.place("letters").accepted).isEmpty();
  }

  @Test
  void maxAttempts_ofTheRow_winsOverTheHosts() {
    DeliveryPolicy once = DeliveryPolicy.builder().maxAttempts(1).build();
    VirtualWorld world = world(target("t", OnFailure.DEAD_LETTER, once, Ordering.SHARD), letters());
    AtomicReference<@Nullable Integer> calls = new AtomicReference<>();
    Place place = world.place("t");
    world.play(
        () -> {
          world.shard("s0", 1, Duration.ofSeconds(3));
          place.trouble = Trouble.FAILS;
          world.sleepUntil(Duration.ofSeconds(30));
          calls.set(place.calls.size());
        });

    assertThat(world.place("letters").accepted).hasSize(3);
    assertThat(calls.get()).isEqualTo(3);
    assertThat(codes(world.place("letters"))).containsExactly("Down");
  }
}
