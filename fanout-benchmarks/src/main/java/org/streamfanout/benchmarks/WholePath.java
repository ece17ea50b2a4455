package org.streamfanout.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
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
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

/**
 * From records of 1 KiB to every target's answer, with destinations in memory, by number of targets
 * with the same options; once from a host's records, and once from the bytes of a Lambda event.
 * Operations are source records.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class WholePath {
  static final int RECORDS = 1_000;
  static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/in");
  private static final String SHARD = "shardId-000000000000";

  /** How many targets. */
  @Param({"1", "4", "5"})
  public int targets;

  private byte[] event = {};
  private SourceBatch batch = new SourceBatch(SOURCE, SHARD, List.of());
  private @Nullable FanoutEngine engine;

  static SourceBatch batch(int records, int bytes, int keys) {
    Random random = new Random(1);
    List<FanoutRecord> made = new ArrayList<>(records);
    for (int index = 0; index < records; index++) {
      byte[] data = new byte[bytes];
      random.nextBytes(data);
      String sequenceNumber = "49680418908860626459489233850124045570954777219722" + index;
      made.add(
          FanoutRecord.builder(SHARD + ":" + sequenceNumber, sequenceNumber)
              .shard(SHARD)
              .key("key-" + index % keys)
              .data(Bytes.wrap(data))
              .build());
    }
    return new SourceBatch(SOURCE, SHARD, made);
  }

  private static byte[] event(SourceBatch batch) {
    StringJoiner json = new StringJoiner(",", "{\"Records\":[", "]}");
    for (FanoutRecord record : batch.records()) {
      json.add(
          """
          {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"%s","sequenceNumber":"%s",\
          "data":"%s","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis",\
          "eventVersion":"1.0","eventID":"%s","eventName":"aws:kinesis:record",\
          "invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role",\
          "awsRegion":"eu-west-1","eventSourceARN":"%s"}"""
              .formatted(
                  record.key(),
                  record.sequenceNumber(),
                  Objects.requireNonNull(record.data()).toBase64(),
                  record.id(),
                  batch.source().id()));
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Opens the engine. */
  @Setup
  public void open() {
    batch = batch(RECORDS, 1_024, 100);
    event = event(batch);
    List<TargetConfig> rows = new ArrayList<>();
    for (int target = 0; target < targets; target++) {
      rows.add(TargetConfig.builder(SOURCE, "t" + target, "benchmark", "x").build());
    }
    Targets all = new Targets(rows, List.of(), Set.of(), null);
    engine =
        FanoutEngine.builder()
            .registry(source -> all)
            .provider(new MemoryProvider(CallOrder.UNORDERED, 0))
            .build();
  }

  /** Closes it. */
  @TearDown
  public void close() {
    Objects.requireNonNull(engine).close();
  }

  /** Delivers records that a host has read. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public FanoutResult fromRecords() {
    return deliver(batch);
  }

  /** Parses a Lambda event and delivers its records. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public FanoutResult fromLambdaEvent() {
    return deliver(LambdaEvents.parse(event).get(0));
  }

  private FanoutResult deliver(SourceBatch records) {
    FanoutResult result =
        Objects.requireNonNull(engine).process(records, Deadline.after(Duration.ofMinutes(1)));
    if (!result.isSettled()) {
      throw new IllegalStateException("everything is accepted");
    }
    return result;
  }
}
