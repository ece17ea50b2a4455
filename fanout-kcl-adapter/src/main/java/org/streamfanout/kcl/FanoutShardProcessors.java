package org.streamfanout.kcl;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Source;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/**
 * Shard processors for a KCL scheduler of your own; {@link FanoutWorker} is the one that is ready
 * made. Thread-safe.
 *
 * <p>KCL takes KPL aggregates apart, in its own way, and checkpoints are by sequence and
 * sub-sequence number. A target with {@code deaggregate=false} wants aggregates as they are, which
 * KCL no longer has: it is held, with the reason, from the first user record of an aggregate on.
 *
 * <p>KCL's thread blocks until all of a batch is settled, or the targets that are not behind may
 * run ahead; the settled prefix is written as it grows, by threads of the engine, one at a time.
 * Nothing is thrown into KCL, no checkpoint goes past a record that is held, and after a lost lease
 * or a stop further records are refused. One instance knows the shards of one scheduler.
 */
public final class FanoutShardProcessors implements ShardRecordProcessorFactory {
  private final FanoutEngine engine;
  private final KclOptions options;
  private final Function<StreamIdentifier, Source> sources;
  private final RecordUnit unit;
  private final LiveShards live = new LiveShards();

  FanoutShardProcessors(
      FanoutEngine engine,
      KclOptions options,
      Function<StreamIdentifier, Source> sources,
      RecordUnit unit) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
    this.sources = Objects.requireNonNull(sources, "sources");
    this.unit = unit;
  }

  /**
   * Makes processors for a scheduler of one stream.
   *
   * @param engine stays the caller's to close, after the scheduler has ended
   * @param stream the stream, by the ARN under which its targets are registered
   */
  public static FanoutShardProcessors of(FanoutEngine engine, ShardOptions options, Source stream) {
    Objects.requireNonNull(stream, "stream");
    return of(engine, options, unused -> stream);
  }

  /**
   * Makes processors for a scheduler of several streams.
   *
   * @param engine stays the caller's to close, after the scheduler has ended
   * @param streams the ARN of each stream, under which its targets are registered; called for each
   *     shard, and must not throw
   */
  public static FanoutShardProcessors of(
      FanoutEngine engine, ShardOptions options, Function<StreamIdentifier, Source> streams) {
    return new FanoutShardProcessors(
        engine, KclOptions.DEFAULT.withShard(options), streams, RecordUnit.USER_RECORD);
  }

  /**
   * Not used: KCL names the stream since 2.3.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public ShardRecordProcessor shardRecordProcessor() {
    throw new UnsupportedOperationException("a scheduler names the stream whose shard it starts");
  }

  @Override
  public ShardRecordProcessor shardRecordProcessor(StreamIdentifier stream) {
    Source source = sources.apply(stream);
    boolean takenApart = unit == RecordUnit.USER_RECORD;
    return new ShardProcessor(
        (shard, records) ->
            new SourceBatch(source, shard, KinesisRecords.of(shard, records), takenApart),
        shard -> new ShardWork(engine, options, unit, live, leaseKey(stream, shard)));
  }

  /** As KCL names its leases. */
  private static String leaseKey(StreamIdentifier stream, String shard) {
    return stream.streamCreationEpochOptional().isPresent()
        ? stream.serialize() + ":" + shard
        : shard;
  }

  /**
   * Stops all shards, side by side: what is under way may go on for as long as the limit, then it
   * is broken off. Call it before, or at the same time as, the scheduler's graceful shutdown, which
   * otherwise waits for as long as a target is down. Blocks until no batch is under way; may be
   * called again.
   */
  public void stop(Duration limit) {
    live.stop(Deadline.after(limit));
    live.awaitEnd();
  }

  /**
   * Returns what each shard has in hand, by the name of its lease: how far its targets have run
   * ahead of the checkpoint.
   */
  public Map<String, ShardStatus> status() {
    return live.status();
  }

  LiveShards live() {
    return live;
  }
}
