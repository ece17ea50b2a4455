package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;

/** What calls do while they wait for the rates of their targets: nothing. */
class RateWaitTest {
  private static final int SHARDS = 3;
  private static final int TARGETS = 8;

  /** Some twenty for each record that is sent; calls that wake each other come to far more. */
  private static final int MOST_WAKES = 1_000;

  /** The system's clock, which counts who is woken. */
  private static final class Counting implements Ticker {
    private final AtomicInteger wakes = new AtomicInteger();

    @Override
    public long getAsLong() {
      return SYSTEM.getAsLong();
    }

    @Override
    public void park(Object blocker, long nanos) {
      SYSTEM.park(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
      wakes.incrementAndGet();
      SYSTEM.unpark(thread);
    }
  }

  @Test
  void callsOfSeveralShards_waitForSeveralRates_andDoNotWakeEachOther() throws Exception {
    Counting ticker = new Counting();
    InMemoryTarget memory = new InMemoryTarget();
    DeliveryPolicy oneASecond = DeliveryPolicy.builder().maxRecordsPerSecond(1L).build();
    TargetConfig[] rows = new TargetConfig[TARGETS];
    for (int target = 0; target < TARGETS; target++) {
      rows[target] = Fixture.target("t" + target).maxInFlight(SHARDS).delivery(oneASecond).build();
    }
    ExecutorService hosts = Executors.newFixedThreadPool(SHARDS);
    try (Fixture fixture = new Fixture(Fixture.quick().ticker(ticker).provider(memory), rows)) {
      List<CompletableFuture<FanoutResult>> calls = new ArrayList<>();
      for (int shard = 0; shard < SHARDS; shard++) {
        SourceBatch batch = batch("shard" + shard);
        calls.add(
            CompletableFuture.supplyAsync(
                () -> fixture.engine.process(batch, Deadline.after(Fixture.PATIENCE)), hosts));
      }
      for (CompletableFuture<FanoutResult> call : calls) {
        assertThat(call.get().isSettled()).isTrue();
      }

      assertThat(ticker.wakes).hasValueLessThan(MOST_WAKES);
    } finally {
      hosts.shutdown();
    }
  }

  private static SourceBatch batch(String shard) {
    FanoutRecord record =
        FanoutRecord.builder(shard + ":0", "0").shard(shard).key("k").data(Bytes.utf8("v")).build();
    return new SourceBatch(Fixture.SOURCE, shard, List.of(record));
  }
}
