package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;

/**
 * What "correct" means for a {@link ProgressStore}: a JUnit 5 class whose tests a store inherits by
 * naming a way to open it.
 *
 * <pre>{@code
 * class RedisProgressStoreKitTest extends ProgressStoreKit {
 *   protected ProgressStore open() { return new RedisProgressStore(client); }
 * }
 * }</pre>
 *
 * <p>A store may forget; these tests are few and small enough that it has no reason to.
 */
@Timeout(120)
public abstract class ProgressStoreKit {
  private static final Source ORDERS =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final Source BILLS =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/bills");
  private static final String SHARD = "shardId-000000000000";
  private static final String ONE = "1".repeat(64);
  private static final String TWO = "2".repeat(64);

  /** For subclasses. */
  protected ProgressStoreKit() {}

  /**
   * Returns a store over the same memory each time within a test, and empty at its beginning. Of a
   * store in one process it is the same object.
   */
  protected abstract ProgressStore open() throws Exception;

  /** Returns how long one call may take here; a minute by default. */
  protected Duration patience() {
    return Duration.ofMinutes(1);
  }

  private Deadline soon() {
    return Deadline.after(patience());
  }

  private static RecordKey key(int number) {
    return new RecordKey(
        SHARD + ":4959033827149025660855969253836157109592157598913658" + number, -1);
  }

  private static Map<RecordKey, RecordProgress> settled(int... numbers) {
    return IntStream.of(numbers)
        .boxed()
        .collect(Collectors.toMap(ProgressStoreKit::key, number -> RecordProgress.SETTLED));
  }

  private void save(
      ProgressStore store,
      String target,
      String fingerprint,
      Map<RecordKey, RecordProgress> records)
      throws Exception {
    int beyond =
        store.save(
            ORDERS, SHARD, List.of(new TargetProgress(target, fingerprint, records)), soon());
    assertThat(beyond).isZero();
  }

  private Map<RecordKey, RecordProgress> load(
      ProgressStore store, Source source, @Nullable String shard, String target, String fingerprint)
      throws Exception {
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    for (TargetProgress each : store.load(source, shard, soon())) {
      if (each.targetId().equals(target) && each.fingerprint().equals(fingerprint)) {
        records.putAll(each.records());
      }
    }
    records.values().removeIf(RecordProgress.NONE::equals);
    return records;
  }

  private Map<RecordKey, RecordProgress> load(ProgressStore store, String target) throws Exception {
    return load(store, ORDERS, SHARD, target, ONE);
  }

  @Test
  void load_nothingSaved_isEmpty() throws Exception {
    assertThat(open().load(ORDERS, SHARD, soon())).isEmpty();
    assertThat(open().load(ORDERS, null, soon())).isEmpty();
  }

  @Test
  void load_whatWasSaved_isThereExactly() throws Exception {
    Map<RecordKey, RecordProgress> records = new HashMap<>(settled(1, 5, 9));
    records.put(key(2), RecordProgress.afterAttempts(1));
    records.put(key(3), RecordProgress.afterAttempts(1_000));
    records.put(key(4), RecordProgress.DONE);

    save(open(), "t", ONE, records);

    assertThat(load(open(), "t")).isEqualTo(records);
  }

  @Test
  void load_otherSourceShardTargetOrFingerprint_isAnother() throws Exception {
    ProgressStore store = open();
    save(store, "t", ONE, settled(1));

    assertThat(load(store, BILLS, SHARD, "t", ONE)).isEmpty();
    assertThat(load(store, ORDERS, "shardId-000000000001", "t", ONE)).isEmpty();
    assertThat(load(store, ORDERS, null, "t", ONE)).isEmpty();
    assertThat(load(store, ORDERS, SHARD, "tt", ONE)).isEmpty();
    assertThat(load(store, ORDERS, SHARD, "t", TWO)).isEmpty();
  }

  /** Names that run into one another if they are only put side by side. */
  @Test
  void load_namesThatRunTogether_areKeptApart() throws Exception {
    ProgressStore store = open();
    Source colon = new Source(ORDERS.id() + "#a", Source.Type.KINESIS, "eu-west-1");
    store.save(colon, "b", List.of(new TargetProgress("c", ONE, settled(1))), soon());
    store.save(ORDERS, "a#b", List.of(new TargetProgress("c", ONE, settled(2))), soon());
    store.save(ORDERS, "a", List.of(new TargetProgress("b#c", ONE, settled(3))), soon());
    store.save(ORDERS, null, List.of(new TargetProgress("c", ONE, settled(4))), soon());
    store.save(ORDERS, "", List.of(new TargetProgress("c", ONE, settled(5))), soon());

    assertThat(load(store, colon, "b", "c", ONE)).isEqualTo(settled(1));
    assertThat(load(store, ORDERS, "a#b", "c", ONE)).isEqualTo(settled(2));
    assertThat(load(store, ORDERS, "a", "b#c", ONE)).isEqualTo(settled(3));
    assertThat(load(store, ORDERS, null, "c", ONE)).isEqualTo(settled(4));
    assertThat(load(store, ORDERS, "", "c", ONE)).isEqualTo(settled(5));
  }

  @Test
  void save_again_addsAndReplacesRecordByRecord() throws Exception {
    ProgressStore store = open();
    save(store, "t", ONE, settled(1, 2));
    save(store, "t", ONE, Map.of(key(3), RecordProgress.afterAttempts(2)));
    save(store, "t", ONE, Map.of(key(2), RecordProgress.afterAttempts(1)));
    save(store, "t", ONE, Map.of(key(3), RecordProgress.SETTLED));

    Map<RecordKey, RecordProgress> expected = new HashMap<>(settled(1, 3));
    expected.put(key(2), RecordProgress.afterAttempts(1));
    assertThat(load(store, "t")).isEqualTo(expected);
  }

  @Test
  void save_none_removesThatRecordAlone() throws Exception {
    ProgressStore store = open();
    save(store, "t", ONE, settled(1, 2));

    save(store, "t", ONE, Map.of(key(1), RecordProgress.NONE, key(7), RecordProgress.NONE));

    assertThat(load(store, "t")).isEqualTo(settled(2));
    save(store, "t", ONE, Map.of(key(2), RecordProgress.NONE));
    assertThat(load(store, "t")).isEmpty();
  }

  @Test
  void save_severalTargetsAtOnce_keepsThemAll() throws Exception {
    ProgressStore store = open();
    store.save(
        ORDERS,
        SHARD,
        List.of(
            new TargetProgress("a", ONE, settled(1)),
            new TargetProgress("b", ONE, settled(2)),
            new TargetProgress("a", TWO, settled(3))),
        soon());

    assertThat(load(store, "a")).isEqualTo(settled(1));
    assertThat(load(store, "b")).isEqualTo(settled(2));
    assertThat(load(store, ORDERS, SHARD, "a", TWO)).isEqualTo(settled(3));
  }

  @Test
  void save_partsOfOneRecord_areThingsOfTheirOwn() throws Exception {
    ProgressStore store = open();
    RecordKey whole = new RecordKey("r", Position.WHOLE);
    RecordKey first = new RecordKey("r", 0);
    RecordKey far = new RecordKey("r", 1_000_000);

    save(store, "t", ONE, Map.of(first, RecordProgress.SETTLED, far, RecordProgress.SETTLED));

    assertThat(load(store, "t")).containsOnlyKeys(first, far).doesNotContainKey(whole);
  }

  @Test
  void save_idsOfEveryKind_comeBackAsTheyWere() throws Exception {
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    for (String id :
        List.of(
            "",
            "a",
            "a\u0000",
            "A",
            "gr\u00fc\u00df \ud83d\ude00",
            "orders-0:12@1700000000000",
            "19645af2-9cf6-4b2f-8d53-1c1a2a4a2b11",
            "x".repeat(1_000))) {
      records.put(new RecordKey(id, Position.WHOLE), RecordProgress.SETTLED);
    }

    save(open(), "t", ONE, records);

    assertThat(load(open(), "t")).isEqualTo(records);
  }

  @Test
  void save_aBatchOfTenThousand_isKept() throws Exception {
    ProgressStore store = open();
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    for (int number = 0; number < 10_000; number++) {
      records.put(
          new RecordKey(
              SHARD
                  + ":49590338271490256608559692538361571095921575989"
                  + (136_588_898 + 7 * number),
              Position.WHOLE),
          RecordProgress.SETTLED);
    }

    save(store, "t", ONE, records);

    assertThat(load(store, "t")).isEqualTo(records);
  }

  /** Batches of one shard run side by side: none may undo what another keeps. */
  @Test
  void save_writersSideBySide_nothingIsLost() throws Exception {
    int writers = 4;
    int rounds = 10;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<Future<Void>> ends = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int base = writer * 1_000;
        ProgressStore store = open();
        Callable<Void> work =
            () -> {
              start.await();
              for (int round = 0; round < rounds; round++) {
                save(store, "t", ONE, settled(base + 2 * round, base + 2 * round + 1));
                save(store, "t", ONE, Map.of(key(base + 2 * round), RecordProgress.NONE));
              }
              return null;
            };
        ends.add(threads.submit(work));
      }
      start.countDown();
      for (Future<Void> end : ends) {
        end.get(100, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    int[] expected =
        IntStream.range(0, writers)
            .flatMap(
                writer -> IntStream.range(0, rounds).map(round -> writer * 1_000 + 2 * round + 1))
            .toArray();
    assertThat(load(open(), "t")).isEqualTo(settled(expected));
  }

  /** Whatever is written in whatever order: never more is settled than was told. */
  @Test
  void save_manyRandomChanges_asInAMap() throws Exception {
    ProgressStore store = open();
    SplittableRandom random = new SplittableRandom(11);
    Map<RecordKey, RecordProgress> model = new HashMap<>();
    for (int step = 0; step < 60; step++) {
      Map<RecordKey, RecordProgress> change = new HashMap<>();
      for (int count = 1 + random.nextInt(8); count > 0; count--) {
        RecordKey key = new RecordKey("r" + random.nextInt(40), random.nextInt(3) - 1);
        change.put(
            key,
            switch (random.nextInt(5)) {
              case 0 -> RecordProgress.NONE;
              case 1 -> RecordProgress.afterAttempts(1 + random.nextInt(9));
              case 2 -> RecordProgress.DONE;
              default -> RecordProgress.SETTLED;
            });
      }
      save(store, "t", ONE, change);
      model.putAll(change);
      model.values().removeIf(RecordProgress.NONE::equals);
      if (step % 10 == 9) {
        assertThat(load(store, "t")).isEqualTo(model);
      }
    }
  }
}
