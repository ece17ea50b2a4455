package org.streamfanout.kcl;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Gives the records of a shard to the engine. KCL calls from one thread at a time. */
final class ShardProcessor implements ShardRecordProcessor {
  private final Reader reader;
  private final Function<String, ShardWork> workOf;
  private @Nullable String shard;
  private @Nullable ShardWork work;

  /** Makes records of what KCL has read. */
  @FunctionalInterface
  interface Reader {
    /** Returns the batch of a shard, in order. */
    SourceBatch read(String shard, List<KinesisClientRecord> records);
  }

  /**
   * Makes a processor for a shard that KCL is still to name.
   *
   * @param reader makes batches of what KCL has read
   * @param workOf makes the work of a shard id
   */
  ShardProcessor(Reader reader, Function<String, ShardWork> workOf) {
    this.reader = reader;
    this.workOf = workOf;
  }

  @Override
  public void initialize(InitializationInput input) {
    shard = input.shardId();
    work = workOf.apply(input.shardId());
    work.start();
  }

  @Override
  public void processRecords(ProcessRecordsInput input) {
    String id = Objects.requireNonNull(shard, "initialize comes first");
    work()
        .process(
            () -> reader.read(id, input.records() == null ? List.of() : input.records()),
            input.checkpointer());
  }

  @Override
  public void leaseLost(LeaseLostInput input) {
    // KCL may give a shard up before it was initialized.
    ShardWork begun = work;
    if (begun != null) {
      begun.leaseLost();
    }
  }

  @Override
  public void shardEnded(ShardEndedInput input) {
    work().shardEnded(input.checkpointer());
  }

  @Override
  public void shutdownRequested(ShutdownRequestedInput input) {
    ShardWork begun = work;
    if (begun != null) {
      begun.shutdownRequested(input.checkpointer());
    }
  }

  private ShardWork work() {
    return Objects.requireNonNull(work, "initialize comes first");
  }
}
