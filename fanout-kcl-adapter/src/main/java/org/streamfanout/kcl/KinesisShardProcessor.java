package org.streamfanout.kcl;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Source;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/** Gives a shard of a Kinesis stream to the engine. KCL calls from one thread at a time. */
final class KinesisShardProcessor implements ShardRecordProcessor {
  private final Source source;
  private final boolean takenApart;
  private final Function<String, ShardWork> workOf;
  private @Nullable String shard;
  private @Nullable ShardWork work;

  /**
   * Makes a processor for a shard that KCL is still to name.
   *
   * @param takenApart whether KCL takes aggregates apart
   * @param workOf makes the work of a shard id
   */
  KinesisShardProcessor(Source source, boolean takenApart, Function<String, ShardWork> workOf) {
    this.source = source;
    this.takenApart = takenApart;
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
            () ->
                new SourceBatch(
                    source,
                    id,
                    input.records() == null ? List.of() : KinesisRecords.of(id, input.records()),
                    takenApart),
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
