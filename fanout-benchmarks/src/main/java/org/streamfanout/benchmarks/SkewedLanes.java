package org.streamfanout.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

/**
 * What order costs where keys are skewed: 1,000 keys by Zipf's law, a destination that takes 500
 * messages a call and 10 ms for it, two sends at once. {@code PREFIX} destinations take runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SkewedLanes {
  private static final int RECORDS = 2_000;
  private static final int KEYS = 1_000;

  /** The order that the target keeps. */
  @Param({"NONE", "BATCH", "KEY", "SHARD"})
  public Ordering ordering = Ordering.NONE;

  /** What the destination promises. */
  @Param({"UNORDERED", "PREFIX"})
  public CallOrder callOrder = CallOrder.UNORDERED;

  private SourceBatch batch = new SourceBatch(WholePath.SOURCE, null, List.of());
  private @Nullable FanoutEngine engine;

  /** Opens the engine. */
  @Setup
  public void open() {
    Random random = new Random(1);
    double[] cumulated = new double[KEYS];
    double sum = 0;
    for (int key = 0; key < KEYS; key++) {
      sum += 1.0 / (key + 1);
      cumulated[key] = sum;
    }
    List<FanoutRecord> records = new ArrayList<>();
    for (int index = 0; index < RECORDS; index++) {
      double at = random.nextDouble() * sum;
      int key = 0;
      while (cumulated[key] < at) {
        key++;
      }
      records.add(
          FanoutRecord.builder("shard:" + index, Integer.toString(index))
              .shard("shard")
              .key("key-" + key)
              .data(Bytes.wrap(new byte[100]))
              .build());
    }
    batch = new SourceBatch(WholePath.SOURCE, "shard", records);
    TargetConfig row =
        TargetConfig.builder(WholePath.SOURCE, "t", "benchmark", "x").ordering(ordering).build();
    Targets all = new Targets(List.of(row), List.of(), Set.of(), null);
    engine =
        FanoutEngine.builder()
            .registry(source -> all)
            .provider(new MemoryProvider(callOrder, 10))
            .build();
  }

  /** Closes it. */
  @TearDown
  public void close() {
    Objects.requireNonNull(engine).close();
  }

  /** Delivers a batch. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public FanoutResult deliver() {
    FanoutResult result =
        Objects.requireNonNull(engine).process(batch, Deadline.after(Duration.ofMinutes(5)));
    if (!result.isSettled()) {
      throw new IllegalStateException("everything is accepted");
    }
    return result;
  }
}
