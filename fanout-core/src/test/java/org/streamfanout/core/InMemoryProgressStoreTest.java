package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.testkit.TestClock;

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
}
