package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.testkit.TestClock;

@ExtendWith(NoLockLeft.class)
class InMemoryProgressStoreTest {
  private static final Deadline NOW = Deadline.after(Duration.ZERO);

  private static int save(InMemoryProgressStore store, String shard, int from, int to) {
    Map<RecordKey, RecordProgress> records =
        IntStream.range(from, to)
            .boxed()
            .collect(
                Collectors.toMap(
                    number -> new RecordKey(shard + ":" + number, -1),
                    number -> RecordProgress.SETTLED));
    return store.save(Fixture.SOURCE, shard, List.of(new TargetProgress("t", "f", records)), NOW);
  }

  private static int loaded(InMemoryProgressStore store, String shard) {
    return store.load(Fixture.SOURCE, shard, NOW).stream()
        .mapToInt(progress -> progress.records().size())
        .sum();
  }

  @Test
  void save_beyondTheBound_dropsTheShardsLookedAtLongestAgo() {
    InMemoryProgressStore store = InMemoryProgressStore.builder().maxRecords(10).build();
    assertThat(save(store, "a", 0, 4)).isZero();
    assertThat(save(store, "b", 0, 4)).isZero();
    assertThat(loaded(store, "a")).isEqualTo(4);

    assertThat(save(store, "c", 0, 4)).isZero();

    assertThat(loaded(store, "b")).isZero();
    assertThat(loaded(store, "a")).isEqualTo(4);
    assertThat(loaded(store, "c")).isEqualTo(4);
    assertThat(store.size()).isEqualTo(8);
  }

  @Test
  void save_oneShardBeyondTheBound_keepsWhatFitsAndTellsTheRest() {
    InMemoryProgressStore store = InMemoryProgressStore.builder().maxRecords(10).build();

    assertThat(save(store, "a", 0, 13)).isEqualTo(3);

    assertThat(loaded(store, "a")).isEqualTo(10);
    assertThat(save(store, "a", 0, 13)).isEqualTo(3);
    assertThat(store.size()).isEqualTo(10);
  }

  @Test
  void load_afterItsTime_isForgotten() {
    TestClock clock = new TestClock();
    InMemoryProgressStore store =
        InMemoryProgressStore.builder().timeToLive(Duration.ofHours(1)).clock(clock).build();
    save(store, "a", 0, 3);
    clock.advance(Duration.ofMinutes(59));
    assertThat(loaded(store, "a")).isEqualTo(3);

    clock.advance(Duration.ofMinutes(2));

    assertThat(loaded(store, "a")).isZero();
    assertThat(store.size()).isZero();
  }

  @Test
  void isShared_onlyIfThereIsNoOtherReader() {
    assertThat(InMemoryProgressStore.create().isShared()).isFalse();
    assertThat(InMemoryProgressStore.builder().onlyReader(true).build().isShared()).isTrue();
    assertThat(InMemoryProgressStore.create().timeout()).isZero();
  }

  @Test
  void maxRecords_belowOne_isRefused() {
    assertThatThrownBy(() -> InMemoryProgressStore.builder().maxRecords(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void timeToLive_countsFromTheLastSave() {
    TestClock clock = new TestClock();
    InMemoryProgressStore store =
        InMemoryProgressStore.builder().timeToLive(Duration.ofHours(1)).clock(clock).build();
    save(store, "a", 0, 3);
    save(store, "b", 0, 2);
    clock.advance(Duration.ofMinutes(59));
    save(store, "a", 3, 4);
    clock.advance(Duration.ofMinutes(1));
    assertThat(loaded(store, "b")).as("until the hour is over").isEqualTo(2);
    clock.advance(Duration.ofNanos(1));

    assertThat(loaded(store, "b")).isZero();
    assertThat(loaded(store, "a")).isEqualTo(4);
    assertThat(store.size()).isEqualTo(4);
  }

  @Test
  void save_whatIsForgotten_makesRoom() {
    InMemoryProgressStore store = InMemoryProgressStore.builder().maxRecords(3).build();
    save(store, "a", 0, 3);
    RecordKey first = new RecordKey("a:0", -1);
    RecordKey more = new RecordKey("a:9", -1);
    TargetProgress forget = new TargetProgress("t", "f", Map.of(first, RecordProgress.NONE));
    TargetProgress known =
        new TargetProgress("t", "f", Map.of(new RecordKey("a:1", -1), RecordProgress.DONE));
    TargetProgress added = new TargetProgress("u", "f", Map.of(more, RecordProgress.SETTLED));

    assertThat(store.save(Fixture.SOURCE, "a", List.of(added), NOW)).isEqualTo(1);
    assertThat(store.save(Fixture.SOURCE, "a", List.of(known), NOW)).as("known already").isZero();
    assertThat(store.save(Fixture.SOURCE, "a", List.of(forget, added), NOW)).isZero();

    assertThat(store.size()).isEqualTo(3);
    assertThat(store.load(Fixture.SOURCE, "a", NOW))
        .extracting(TargetProgress::targetId)
        .containsExactlyInAnyOrder("t", "u");
  }

  @Test
  void save_everythingIsForgotten_nothingIsLeft() {
    InMemoryProgressStore store = InMemoryProgressStore.create();
    save(store, "a", 0, 1);
    TargetProgress forget =
        new TargetProgress("t", "f", Map.of(new RecordKey("a:0", -1), RecordProgress.NONE));

    store.save(Fixture.SOURCE, "a", List.of(forget), NOW);

    assertThat(store.load(Fixture.SOURCE, "a", NOW)).isEmpty();
    assertThat(store.size()).isZero();
  }

  @Test
  void save_oneRecordFits_inAStoreOfOne() {
    InMemoryProgressStore store = InMemoryProgressStore.builder().maxRecords(1).build();

    assertThat(save(store, "a", 0, 1)).isZero();
    assertThat(save(store, "b", 0, 1)).isZero();

    assertThat(loaded(store, "a")).isZero();
    assertThat(loaded(store, "b")).isEqualTo(1);
  }
}
