package org.streamfanout.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.adapter.DynamoDBStreamsClientRecord;
import java.util.List;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Shard processors for a table's stream. Thread-safe. */
final class TableShardProcessors implements ShardRecordProcessorFactory {
  private final FanoutEngine engine;
  private final KclOptions options;
  private final Source stream;
  private final TableRecords records;
  private final LiveShards live = new LiveShards();

  TableShardProcessors(
      FanoutEngine engine, KclOptions options, Source stream, TableRecords records) {
    this.engine = engine;
    this.options = options;
    this.stream = stream;
    this.records = records;
  }

  @Override
  public ShardRecordProcessor shardRecordProcessor() {
    return new ShardProcessor(
        this::batch, shard -> new ShardWork(engine, options, RecordUnit.USER_RECORD, live, shard));
  }

  private SourceBatch batch(String shard, List<KinesisClientRecord> read) {
    List<Record> changes =
        read.stream().map(each -> ((DynamoDBStreamsClientRecord) each).getRecord()).toList();
    return new SourceBatch(stream, shard, records.of(changes));
  }

  LiveShards live() {
    return live;
  }
}
