package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;

/**
 * An engine under faults for a long time: heap and threads stay what they were, and the books add
 * up to the last record. A minute in the build, and as long as {@code scripts/soak} is told.
 */
class SoakIT {
  private static final Duration TIME = Duration.parse(System.getProperty("fanout.soak", "PT1M"));
  private static final int SHARDS = 4;
  private static final int BATCH = 200;

  /** Of a shard, between two batches: faults, not speed, are what is tried. */
  private static final long PAUSE_MILLIS = 40;

  private static final int SAMPLES = 24;

  /** What a young heap may grow by while caches fill and code is compiled. */
  private static final long HEAP_SLACK = 16L << 20;

  private static final int THREAD_SLACK = 16;

  private final SoakTargets targets = new SoakTargets();
  private final Ledger ledger = new Ledger();
  private final AtomicBoolean reading = new AtomicBoolean(true);

  @Test
  void faultsForAWhile_heapAndThreadsStayFlat_andTheBooksAddUp() throws Exception {
    List<Long> heap = new ArrayList<>();
    List<Integer> threads = new ArrayList<>();
    List<Long> brought = new ArrayList<>();
    ExecutorService shards = Executors.newFixedThreadPool(SHARDS);
    try (FanoutEngine engine = engine()) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int shard = 0; shard < SHARDS; shard++) {
        String name = "shard-" + shard;
        readers.add(shards.submit(() -> read(engine, name)));
      }
      for (int sample = 0; sample < SAMPLES; sample++) {
        TimeUnit.MILLISECONDS.sleep(TIME.toMillis() / SAMPLES);
        heap.add(usedHeap());
        threads.add(ManagementFactory.getThreadMXBean().getThreadCount());
      }
      reading.set(false);
      targets.mend();
      for (Future<Long> reader : readers) {
        brought.add(await(reader));
      }
    } finally {
      shards.shutdownNow();
    }

    long all = brought.stream().mapToLong(Long::longValue).sum();
    System.out.printf(
        "soak of %s: %d records, %d sends, heap %s MiB, threads %s%n",
        TIME, all, targets.sends(), heap.stream().map(bytes -> bytes >> 20).toList(), threads);
    assertThat(all).isGreaterThan(SHARDS * BATCH);
    for (String id : List.of("fails", "throttles", "hangs", "down", "rejects", "healthy")) {
      for (int shard = 0; shard < SHARDS; shard++) {
        assertThat(targets.count(id, "shard-" + shard))
            .as("%s of shard %s", id, shard)
            .isEqualTo(brought.get(shard));
      }
    }
    assertThat(ledger.difference()).isZero();
    assertThat(ledger.snapshot())
        .hasSize(6)
        .allSatisfy(
            entry -> {
              assertThat(entry.counts().records()).isEqualTo(all);
              assertThat(entry.counts().held()).isZero();
              assertThat(entry.counts().areConserved()).isTrue();
            });
    assertThat(middle(heap, SAMPLES * 3 / 4, SAMPLES))
        .as("heap %s", heap)
        .isLessThanOrEqualTo(middle(heap, SAMPLES / 4, SAMPLES / 2) * 5 / 4 + HEAP_SLACK);
    assertThat(most(threads, SAMPLES * 3 / 4, SAMPLES))
        .as("threads %s", threads)
        .isLessThanOrEqualTo(most(threads, 0, SAMPLES / 2) + THREAD_SLACK);
  }

  private static long await(Future<Long> reader) throws Exception {
    try {
      return reader.get(5, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw new AssertionError("a shard ended", e.getCause());
    }
  }

  /** Reads until it is told to end; returns how many records it brought, all of them settled. */
  private long read(FanoutEngine engine, String shard) throws InterruptedException {
    ShardDelivery delivery =
        new ShardDelivery(
            engine,
            new ShardOptions(
                Duration.ofSeconds(10), Duration.ofMillis(50), Duration.ofMillis(500)));
    int number = 0;
    while (reading.get()) {
      List<FanoutRecord> records = new ArrayList<>();
      for (int count = 0; count < BATCH; count++, number++) {
        records.add(
            FanoutRecord.builder(shard + ":" + number, Integer.toString(number))
                .shard(shard)
                .key("k" + number % 50)
                .data(Bytes.utf8("{\"n\":" + number + "}"))
                .build());
      }
      SourceBatch batch = new SourceBatch(Records.KINESIS, shard, records);
      assertThat(delivery.deliverAhead(batch, checkpoint -> true)).isTrue();
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    assertThat(delivery.settle()).isTrue();
    return number;
  }

  private FanoutEngine engine() {
    return FanoutEngine.builder()
        .registry(
            new InMemoryTargetRegistry(
                target("healthy").build(),
                target("fails").ordering(Ordering.KEY).build(),
                target("throttles").build(),
                target("hangs").maxInFlight(4).build(),
                target("down").ordering(Ordering.SHARD).build(),
                target("rejects").onFailure(OnFailure.DEAD_LETTER).deadLetter("letters").build(),
                target("letters").deadLetterOnly(true).build()))
        .provider(targets)
        .retry(
            new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofMillis(20), Duration.ofSeconds(1)))
        .circuit(new CircuitOptions(20, 5, 50, Duration.ofMillis(500), 2))
        .listener(ledger)
        .build();
  }

  private static TargetConfig.Builder target(String id) {
    return TargetConfig.builder(Records.KINESIS, id, "soak", id);
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long middle(List<Long> values, int from, int to) {
    List<Long> sorted = values.subList(from, to).stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static int most(List<Integer> values, int from, int to) {
    return values.subList(from, to).stream().mapToInt(Integer::intValue).max().orElseThrow();
  }
}
