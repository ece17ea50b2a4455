package org.streamfanout.kcl;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * A stand-in for the Streams API, since no server here ever ends a shard, or trims one: shards with
 * parents, with the answers and errors of <a
 * href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html">its
 * reference</a> (as known 2026-11). Thread-safe.
 */
final class StreamStandIn implements DynamoDbStreamsClient {
  static final String ARN =
      "arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/2026-01-01T00:00:00.000";

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Lineage> shards = new LinkedHashMap<>();
  private int next = 1;

  private static final class Lineage {
    private final @Nullable String parent;
    private final List<Record> records = new ArrayList<>();
    private int trimmed;
    private boolean closed;

    private Lineage(@Nullable String parent) {
      this.parent = parent;
    }
  }

  /** Ids of shards tell when they were made, which the adapter reads. */
  static String shardId(int number) {
    return String.format("shardId-%020d-%08x", Instant.now().toEpochMilli(), number);
  }

  StreamStandIn open(String shard, @Nullable String parent) {
    lock.lock();
    try {
      shards.put(shard, new Lineage(parent));
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Adds so many changes to a shard. */
  StreamStandIn add(String shard, int count) {
    lock.lock();
    try {
      for (int added = 0; added < count; added++) {
        int number = next++;
        shards
            .get(shard)
            .records
            .add(
                Record.builder()
                    .eventID("event-" + number)
                    .eventName("INSERT")
                    .dynamodb(
                        data ->
                            data.sequenceNumber(Integer.toString(100_000 + number))
                                .keys(Map.of("id", AttributeValue.fromN("" + number % 5)))
                                .approximateCreationDateTime(Instant.ofEpochSecond(number)))
                    .build());
      }
    } finally {
      lock.unlock();
    }
    return this;
  }

  StreamStandIn end(String shard) {
    lock.lock();
    try {
      shards.get(shard).closed = true;
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Makes the first records of a shard unreadable. */
  StreamStandIn trim(String shard, int count) {
    lock.lock();
    try {
      shards.get(shard).trimmed = count;
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Removes a shard as a whole. */
  StreamStandIn remove(String shard) {
    lock.lock();
    try {
      shards.remove(shard);
    } finally {
      lock.unlock();
    }
    return this;
  }

  List<String> ids(String shard) {
    lock.lock();
    try {
      return shards.get(shard).records.stream().map(Record::eventID).toList();
    } finally {
      lock.unlock();
    }
  }

  private Lineage find(@Nullable String shard) {
    Lineage found = shards.get(shard);
    if (found == null) {
      throw ResourceNotFoundException.builder().message("no shard " + shard).build();
    }
    return found;
  }

  @Override
  public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
    lock.lock();
    try {
      List<Shard> all = new ArrayList<>();
      shards.forEach(
          (id, shard) -> {
            boolean wanted =
                request.shardFilter() == null
                    || request.shardFilter().shardId().equals(shard.parent);
            if (wanted) {
              all.add(
                  Shard.builder()
                      .shardId(id)
                      .parentShardId(shard.parent)
                      .sequenceNumberRange(
                          range ->
                              range
                                  .startingSequenceNumber("100000")
                                  .endingSequenceNumber(shard.closed ? "999999" : null))
                      .build());
            }
          });
      return DescribeStreamResponse.builder()
          .streamDescription(
              stream ->
                  stream
                      .streamArn(ARN)
                      .streamStatus(StreamStatus.ENABLED)
                      .keySchema(
                          KeySchemaElement.builder()
                              .attributeName("id")
                              .keyType(KeyType.HASH)
                              .build())
                      .shards(all))
          .build();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
    lock.lock();
    try {
      Lineage shard = find(request.shardId());
      int place = shard.trimmed;
      if (request.shardIteratorType() == ShardIteratorType.AFTER_SEQUENCE_NUMBER) {
        place = 0;
        while (place < shard.records.size()
            && shard
                    .records
                    .get(place)
                    .dynamodb()
                    .sequenceNumber()
                    .compareTo(request.sequenceNumber())
                <= 0) {
          place++;
        }
        if (place < shard.trimmed) {
          throw TrimmedDataAccessException.builder().message("trimmed").build();
        }
      }
      return GetShardIteratorResponse.builder()
          .shardIterator(request.shardId() + "|" + place)
          .build();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public GetRecordsResponse getRecords(GetRecordsRequest request) {
    String[] iterator = request.shardIterator().split("\\|");
    lock.lock();
    try {
      Lineage shard = find(iterator[0]);
      int from = Integer.parseInt(iterator[1]);
      if (from < shard.trimmed) {
        throw TrimmedDataAccessException.builder().message("trimmed").build();
      }
      int to = Math.min(shard.records.size(), from + 10);
      boolean over = shard.closed && to == shard.records.size();
      return GetRecordsResponse.builder()
          .records(shard.records.subList(from, to))
          .nextShardIterator(over ? null : iterator[0] + "|" + to)
          .build();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String serviceName() {
    return "dynamodb";
  }

  @Override
  public void close() {}
}
