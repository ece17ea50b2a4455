package org.streamfanout.it;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.kpl.KplDeaggregator;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Reads a stream by the service's API alone, and says what the hosts get of it. */
final class KinesisReader {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final KinesisClient kinesis;
  private final String stream;
  private final Source source;

  KinesisReader(KinesisClient kinesis, String stream) {
    this.kinesis = kinesis;
    this.stream = stream;
    this.source =
        Source.of(
            kinesis
                .describeStreamSummary(request -> request.streamName(stream))
                .streamDescriptionSummary()
                .streamARN());
  }

  Source source() {
    return source;
  }

  /** Returns what each shard holds now, in order; shards that were split or merged first. */
  Map<String, List<Record>> readAll() {
    Map<String, List<Record>> shards = new LinkedHashMap<>();
    for (Shard shard : kinesis.listShards(request -> request.streamName(stream)).shards()) {
      shards.put(shard.shardId(), read(shard.shardId()));
    }
    return shards;
  }

  private List<Record> read(String shard) {
    List<Record> records = new ArrayList<>();
    String iterator =
        kinesis
            .getShardIterator(
                request ->
                    request
                        .streamName(stream)
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
            .shardIterator();
    while (iterator != null) {
      String at = iterator;
      GetRecordsResponse answer = kinesis.getRecords(request -> request.shardIterator(at));
      records.addAll(answer.records());
      boolean atEnd = answer.records().isEmpty() && answer.millisBehindLatest() == 0;
      iterator = atEnd ? null : answer.nextShardIterator();
    }
    return records;
  }

  /** Returns records as a host of one's own makes them. */
  SourceBatch batch(String shard, List<Record> records) {
    List<FanoutRecord> made = new ArrayList<>();
    for (Record record : records) {
      made.add(
          FanoutRecord.builder(shard + ":" + record.sequenceNumber(), record.sequenceNumber())
              .shard(shard)
              .key(record.partitionKey())
              .data(Bytes.wrap(record.data().asByteArray()))
              .arrivedAt(record.approximateArrivalTimestamp())
              .build());
    }
    return new SourceBatch(source, shard, made);
  }

  /** Returns the user records of records, in order. */
  List<FanoutRecord> userRecords(String shard, List<Record> records) {
    return batch(shard, records).records().stream()
        .flatMap(record -> KplDeaggregator.deaggregate(record).records().stream())
        .toList();
  }

  /** Returns records as an event source mapping of Lambda sends them. */
  InputStream lambdaEvent(String shard, List<Record> records) {
    ObjectNode event = MAPPER.createObjectNode();
    ArrayNode list = event.putArray("Records");
    for (Record record : records) {
      ObjectNode one = list.addObject();
      ObjectNode data = one.putObject("kinesis");
      data.put("kinesisSchemaVersion", "1.0");
      data.put("partitionKey", record.partitionKey());
      data.put("sequenceNumber", record.sequenceNumber());
      data.put("data", record.data().asByteArray());
      data.put(
          "approximateArrivalTimestamp",
          BigDecimal.valueOf(record.approximateArrivalTimestamp().toEpochMilli(), 3));
      one.put("eventSource", "aws:kinesis");
      one.put("eventVersion", "1.0");
      one.put("eventID", shard + ":" + record.sequenceNumber());
      one.put("eventName", "aws:kinesis:record");
      one.put("awsRegion", "us-east-1");
      one.put("eventSourceARN", source.id());
    }
    try {
      return new ByteArrayInputStream(MAPPER.writeValueAsBytes(event));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
