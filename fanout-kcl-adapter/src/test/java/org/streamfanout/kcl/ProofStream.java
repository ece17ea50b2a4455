package org.streamfanout.kcl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kpl.Deaggregated;
import org.streamfanout.core.kpl.KplDeaggregator;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Reads a whole stream without KCL, by our own deaggregator: what is to arrive. */
final class ProofStream {
  private ProofStream() {}

  /**
   * What is in the stream.
   *
   * @param records the user records of each shard, in order
   * @param parents the shards that each shard was made of
   */
  record Content(Map<String, List<FanoutRecord>> records, Map<String, List<String>> parents) {
    int size() {
      return records.values().stream().mapToInt(List::size).sum();
    }
  }

  static Content read(KinesisClient kinesis, String stream) {
    Map<String, List<FanoutRecord>> records = new LinkedHashMap<>();
    Map<String, List<String>> parents = new LinkedHashMap<>();
    for (Shard shard : kinesis.listShards(request -> request.streamName(stream)).shards()) {
      records.put(shard.shardId(), read(kinesis, stream, shard));
      List<String> before = new ArrayList<>();
      add(before, shard.parentShardId());
      add(before, shard.adjacentParentShardId());
      parents.put(shard.shardId(), before);
    }
    return new Content(records, parents);
  }

  private static void add(List<String> parents, @Nullable String parent) {
    if (parent != null) {
      parents.add(parent);
    }
  }

  private static List<FanoutRecord> read(KinesisClient kinesis, String stream, Shard shard) {
    List<FanoutRecord> found = new ArrayList<>();
    String iterator =
        kinesis
            .getShardIterator(
                request ->
                    request
                        .streamName(stream)
                        .shardId(shard.shardId())
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
            .shardIterator();
    boolean more = true;
    while (more) {
      String place = iterator;
      GetRecordsResponse answer =
          kinesis.getRecords(request -> request.shardIterator(place).limit(10_000));
      for (Record each : answer.records()) {
        found.addAll(userRecords(shard.shardId(), each));
      }
      iterator = answer.nextShardIterator();
      more = iterator != null && (!answer.records().isEmpty() || answer.millisBehindLatest() > 0);
    }
    return found;
  }

  private static List<FanoutRecord> userRecords(String shard, Record record) {
    FanoutRecord whole =
        FanoutRecord.builder(shard + ":" + record.sequenceNumber(), record.sequenceNumber())
            .shard(shard)
            .key(record.partitionKey())
            .data(Bytes.wrap(record.data().asByteArray()))
            .build();
    Deaggregated parts = KplDeaggregator.deaggregate(whole);
    if (!parts.rejections().isEmpty()) {
      throw new AssertionError("what KPL wrote cannot be read: " + parts.rejections());
    }
    return parts.records();
  }
}
