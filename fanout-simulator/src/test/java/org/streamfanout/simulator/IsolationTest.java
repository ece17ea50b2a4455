package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.simulator.ShardWorld.Trouble;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.TargetConfig;

/**
 * What one of five targets that is down costs the other four of a worker with every default, in
 * virtual time: a twentieth at most, for as long as it lasts, where its records go elsewhere.
 */
class IsolationTest {
  private static final Duration FROM = Duration.ofSeconds(5);
  private static final List<String> HEALTHY = List.of("t0", "t1", "t2", "t3");

  private static UnaryOperator<TargetConfig.Builder> row(
      OnFailure onFailure, @Nullable OnOpen onOpen) {
    return row ->
        row.onFailure(onFailure)
            .deadLetter(onFailure == OnFailure.DEAD_LETTER ? "letters" : null)
            .delivery(DeliveryPolicy.builder().onOpen(onOpen).build());
  }

  private static ShardWorld play(
      Trouble trouble,
      Duration length,
      Duration pace,
      OnFailure onFailure,
      @Nullable OnOpen onOpen) {
    return new ShardWorld(
            ShardOptions.DEFAULT,
            trouble,
            FROM,
            FROM.plus(length),
            FROM.plus(length).plusSeconds(15),
            row(onFailure, onOpen))
        .pace(pace)
        .play();
  }

  private static void assertOthersKeepTheirPace(ShardWorld world, Duration length, long usual) {
    List<Integer> all = IntStream.range(0, world.read).boxed().toList();
    for (String target : HEALTHY) {
      assertThat(world.accepted(target, FROM, FROM.plus(length)))
          .isGreaterThanOrEqualTo(usual * 95 / 100);
      assertThat(world.records(target)).isEqualTo(all);
    }
  }

  private static void assertEveryRecordHasOneEnd(
      ShardWorld world, OnFailure onFailure, @Nullable OnOpen onOpen) {
    List<Integer> taken = world.records(ShardWorld.TROUBLED);
    List<Integer> letters = world.records("letters");
    assertThat(taken).doesNotHaveDuplicates().isSorted();
    assertThat(letters).doesNotHaveDuplicates().isSorted().doesNotContainAnyElementsOf(taken);
    if (onFailure == OnFailure.DEAD_LETTER && onOpen != OnOpen.SHED) {
      assertThat(taken.size() + letters.size()).isEqualTo(world.read);
    }
    // What is not waited for is most of what came meanwhile, or nothing would be proved.
    assertThat(taken).hasSizeLessThan(world.read / 2);
  }

  /** A worker that has to catch up, so that the others go as fast as they can. */
  @ParameterizedTest
  @CsvSource({
    "FAILS, DEAD_LETTER,",
    "FAILS, DEAD_LETTER, PARK",
    "FAILS, DEAD_LETTER, SHED",
    "FAILS, DROP, SHED",
    "HANGS, DEAD_LETTER, SHED",
    "HANGS, DROP, SHED",
  })
  void oneOfFiveIsDown_catchingUp_othersKeepTheirPace(
      Trouble trouble, OnFailure onFailure, @Nullable OnOpen onOpen) {
    Duration length = Duration.ofSeconds(45);
    long usual =
        play(Trouble.NONE, length, Duration.ZERO, onFailure, onOpen)
            .accepted("t0", FROM, FROM.plus(length));
    ShardWorld world = play(trouble, length, Duration.ZERO, onFailure, onOpen);

    assertOthersKeepTheirPace(world, length, usual);
    assertEveryRecordHasOneEnd(world, onFailure, onOpen);
  }

  /**
   * A stream that brings a quarter of what its targets can take. While a probe hangs, the target
   * falls behind by what comes in an attempt's time, and its letters have to make up for it.
   */
  @ParameterizedTest
  @CsvSource({
    "FAILS, DEAD_LETTER,",
    "HANGS, DEAD_LETTER,",
    "HANGS, DEAD_LETTER, PARK",
    "HANGS, DEAD_LETTER, SHED",
    "HANGS, DROP, SHED",
  })
  void oneOfFiveIsDown_steadyStream_othersKeepTheirPace(
      Trouble trouble, OnFailure onFailure, @Nullable OnOpen onOpen) {
    Duration length = Duration.ofMinutes(3);
    Duration pace = Duration.ofMillis(80);
    ShardWorld world = play(trouble, length, pace, onFailure, onOpen);

    assertOthersKeepTheirPace(world, length, length.dividedBy(pace) * ShardWorld.BATCH);
    assertEveryRecordHasOneEnd(world, onFailure, onOpen);
    // They do so for as long as it lasts: what is in hand does not grow.
    assertThat(world.looks).allMatch(look -> look.read() - look.settled() < 10_000);
  }

  @ParameterizedTest
  @CsvSource({"FAILS, DEAD_LETTER, 4000", "FAILS, DROP, 4000", "HANGS, DEAD_LETTER, 7000"})
  void aBlip_rowDoesNotChoose_nothingGoesElsewhere(
      Trouble trouble, OnFailure onFailure, int millis) {
    ShardWorld world =
        play(trouble, Duration.ofMillis(millis), Duration.ofMillis(80), onFailure, null);

    assertThat(world.records(ShardWorld.TROUBLED))
        .isEqualTo(IntStream.range(0, world.read).boxed().toList());
    assertThat(world.records("letters")).isEmpty();
  }

  @Test
  void down_rowSaysHold_waitsWhateverOnFailureIs() {
    ShardWorld world =
        play(
            Trouble.HANGS,
            Duration.ofSeconds(30),
            Duration.ofMillis(80),
            OnFailure.DEAD_LETTER,
            OnOpen.HOLD);

    assertThat(world.records("letters")).isEmpty();
    assertThat(world.records(ShardWorld.TROUBLED))
        .isEqualTo(IntStream.range(0, world.read).boxed().toList());
  }
}
