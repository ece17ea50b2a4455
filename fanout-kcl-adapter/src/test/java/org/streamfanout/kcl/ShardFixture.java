package org.streamfanout.kcl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.Records;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** A shard's processor over one target, called as KCL calls it. */
final class ShardFixture implements AutoCloseable {
  static final String SHARD = "shardId-000000000007";
  static final Source SOURCE = Records.KINESIS;
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final Instant ARRIVED = Instant.parse("2026-01-01T00:00:00Z");

  /** A target that takes nothing. */
  static final Behaviour DOWN = Behaviours.fail(Failure.fatal("AccessDenied", "no"));

  private static final ShardOptions QUICK =
      new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(2))
          .withAheadAfter(Duration.ZERO);

  final InMemoryTarget target = new InMemoryTarget();
  final InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
  final FakeCheckpointer checkpointer = new FakeCheckpointer();
  final FanoutEngine engine;
  final FanoutShardProcessors processors;
  final ShardRecordProcessor processor;

  private ShardFixture(RecordUnit unit) {
    registry.put(TargetConfig.builder(SOURCE, "t", "memory", "anywhere").deaggregate(true).build());
    engine =
        FanoutEngine.builder()
            .registry(registry)
            .provider(target)
            .retry(
                new RetryPolicy(
                    2, Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1)))
            .circuit(new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(1), 1))
            .build();
    processors =
        new FanoutShardProcessors(
            engine, KclOptions.DEFAULT.withShard(QUICK), unused -> SOURCE, unit);
    processor = newProcessor();
  }

  /** A shard as {@link FanoutWorker} has it. */
  static ShardFixture ofWorker() {
    return new ShardFixture(RecordUnit.SOURCE_RECORD);
  }

  /** A shard as somebody else's scheduler has it. */
  static ShardFixture ofBareFactory() {
    return new ShardFixture(RecordUnit.USER_RECORD);
  }

  /** Adds a target that takes everything, and lets the first one behave so. */
  ShardFixture besideHealthy(Behaviour first) {
    registry.put(
        TargetConfig.builder(SOURCE, "healthy", "memory", "elsewhere").deaggregate(true).build());
    target.always(
        sending -> (sending.target().id().equals("t") ? first : Behaviours.accept()).send(sending));
    return this;
  }

  /** Another lease of the same shard. */
  ShardRecordProcessor newProcessor() {
    ShardRecordProcessor made =
        processors.shardRecordProcessor(StreamIdentifier.singleStreamInstance("orders"));
    made.initialize(InitializationInput.builder().shardId(SHARD).build());
    return made;
  }

  ShardWork work() {
    return processors.live().all().get(0);
  }

  static KinesisClientRecord record(int number) {
    return userRecord(number, RecordUnit.AFTER_ALL_PARTS, false);
  }

  static KinesisClientRecord userRecord(int number, long part) {
    return userRecord(number, part, true);
  }

  private static KinesisClientRecord userRecord(int number, long part, boolean aggregated) {
    String text = aggregated ? number + "/" + part : String.valueOf(number);
    return KinesisClientRecord.builder()
        .sequenceNumber(String.valueOf(number))
        .subSequenceNumber(part)
        .aggregated(aggregated)
        .partitionKey("key-" + number)
        .explicitHashKey("17")
        .approximateArrivalTimestamp(ARRIVED)
        .data(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer())
        .build();
  }

  /** Records from the first number to the last. */
  static KinesisClientRecord[] records(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(ShardFixture::record)
        .toArray(KinesisClientRecord[]::new);
  }

  void process(KinesisClientRecord... records) {
    process(processor, records);
  }

  void process(ShardRecordProcessor by, KinesisClientRecord... records) {
    by.processRecords(
        ProcessRecordsInput.builder()
            .records(Arrays.asList(records))
            .checkpointer(checkpointer)
            .build());
  }

  CompletableFuture<Void> processInBackground(KinesisClientRecord... records) {
    return CompletableFuture.runAsync(() -> process(records), task -> new Thread(task).start());
  }

  static void await(CompletableFuture<Void> done) throws Exception {
    done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  void endShard() {
    processor.shardEnded(ShardEndedInput.builder().checkpointer(checkpointer).build());
  }

  void loseLease() {
    processor.leaseLost(LeaseLostInput.builder().build());
  }

  void requestShutdown() {
    processor.shutdownRequested(
        ShutdownRequestedInput.builder().checkpointer(checkpointer).build());
  }

  List<String> bodies() {
    return target.bodies("t");
  }

  @Override
  public void close() {
    engine.close();
  }
}
