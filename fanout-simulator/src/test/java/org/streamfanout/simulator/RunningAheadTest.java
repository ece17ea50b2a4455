package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.simulator.ShardWorld.Look;
import org.streamfanout.simulator.ShardWorld.Trouble;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.TargetConfig;

/**
 * What one of five targets in trouble costs the others, in virtual time: nothing before the bound
 * of running ahead, and no record ever.
 */
class RunningAheadTest {
  private static final Duration FROM = Duration.ofSeconds(5);
  private static final Duration UNTIL = Duration.ofSeconds(35);
  private static final Duration READING = Duration.ofSeconds(45);
  private static final List<String> HEALTHY = List.of("t0", "t1", "t2", "t3");
  private static final UnaryOperator<TargetConfig.Builder> HOLDS = row -> row;

  /** As much as is read in the time of trouble, and more. */
  private static final ShardOptions ROOMY =
      ShardOptions.DEFAULT.withMaxHeld(1_000_000, Long.MAX_VALUE);

  private static ShardWorld play(
      ShardOptions options, Trouble trouble, UnaryOperator<TargetConfig.Builder> row) {
    return new ShardWorld(options, trouble, FROM, UNTIL, READING, row).play();
  }

  private static List<Integer> all(ShardWorld world) {
    return IntStream.range(0, world.read).boxed().toList();
  }

  private static long usual() {
    return play(ROOMY, Trouble.NONE, HOLDS).accepted("t0", FROM, UNTIL);
  }

  @ParameterizedTest
  @EnumSource(
      value = Trouble.class,
      names = {"HANGS", "FAILS", "DENIES"})
  void oneTargetInTrouble_holding_othersKeepTheirPaceAndAllCatchesUpInOrder(Trouble trouble) {
    ShardWorld world = play(ROOMY, trouble, HOLDS);

    assertThat(world.accepted("t4", FROM.plusSeconds(1), UNTIL)).isZero();
    for (String target : HEALTHY) {
      assertThat(world.accepted(target, FROM, UNTIL)).isGreaterThanOrEqualTo(usual() * 95 / 100);
      assertThat(world.records(target)).isEqualTo(all(world));
    }
    assertThat(world.records("t4")).isEqualTo(all(world));
  }

  @ParameterizedTest
  @EnumSource(
      value = Trouble.class,
      names = {"HANGS", "FAILS", "DENIES"})
  void oneTargetInTrouble_boundOfRecords_othersGoThatFarAndWait(Trouble trouble) {
    int bound = 1_000;
    ShardWorld world = play(ShardOptions.DEFAULT.withMaxHeld(bound, 1 << 20), trouble, HOLDS);

    assertBounded(world, bound, 1 << 20);
    Look last = lastBefore(world, UNTIL);
    assertThat(last.read() - last.settled()).isBetween(bound - ShardWorld.BATCH, bound);
    for (String target : HEALTHY) {
      // A thousand records take a second, and another one is waited for first.
      assertThat(world.accepted(target, FROM.plusSeconds(5), UNTIL)).isZero();
      assertThat(world.records(target)).isEqualTo(all(world));
    }
    assertThat(world.records("t4")).isEqualTo(all(world));
    assertThat(world.settledAt).isGreaterThan(UNTIL);
  }

  @Test
  void oneTargetInTrouble_boundOfBytes_othersGoThatFarAndWait() {
    int bytes = 3_000;
    ShardWorld world =
        play(ShardOptions.DEFAULT.withMaxHeld(1_000_000, bytes), Trouble.HANGS, HOLDS);

    assertBounded(world, 1_000_000, bytes);
    assertThat(lastBefore(world, UNTIL).status().bytes()).isGreaterThan(bytes - 200L);
    HEALTHY.forEach(target -> assertThat(world.records(target)).isEqualTo(all(world)));
    assertThat(world.records("t4")).isEqualTo(all(world));
  }

  @Test
  void oneTargetInTrouble_runningAheadIsOff_everybodyWaits() {
    ShardWorld world = play(ShardOptions.DEFAULT.withMaxHeld(0, 0), Trouble.DENIES, HOLDS);

    for (String target : HEALTHY) {
      assertThat(world.accepted(target, FROM.plusSeconds(1), UNTIL)).isZero();
      assertThat(world.records(target)).isEqualTo(all(world));
    }
    assertThat(world.looks).allMatch(look -> look.read() == look.settled());
  }

  @Test
  void oneTargetInTrouble_droppingOrDeadLettering_nobodyFallsBehind() {
    ShardWorld dropping = play(ROOMY, Trouble.REJECTS, row -> row.onFailure(OnFailure.DROP));
    ShardWorld lettering =
        play(
            ROOMY,
            Trouble.REJECTS,
            row -> row.onFailure(OnFailure.DEAD_LETTER).deadLetter("letters"));

    for (ShardWorld world : List.of(dropping, lettering)) {
      // A letter is a second call after the one that was rejected, and each batch waits for it.
      long least = world == dropping ? usual() * 95 / 100 : usual() * 45 / 100;
      for (String target : HEALTHY) {
        assertThat(world.accepted(target, FROM, UNTIL)).isGreaterThanOrEqualTo(least);
        assertThat(world.records(target)).isEqualTo(all(world));
      }
    }
    assertThat(lettering.records("letters")).isNotEmpty();
    assertThat(lettering.records("letters").size() + lettering.records("t4").size())
        .isEqualTo(lettering.read);
    assertThat(dropping.records("t4")).doesNotHaveDuplicates().isSorted();
  }

  private static Look lastBefore(ShardWorld world, Duration time) {
    return world.looks.stream()
        .filter(look -> look.at().compareTo(time) < 0)
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  private static void assertBounded(ShardWorld world, int records, long bytes) {
    assertThat(world.looks)
        .allMatch(look -> look.read() - look.settled() <= records)
        .allMatch(look -> look.status().records() <= records)
        .allMatch(look -> look.status().bytes() <= bytes);
  }
}
