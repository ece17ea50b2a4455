package org.streamfanout.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** Records as hosts hand them over, with ids as every host makes them. */
public final class Records {
  /** A Kinesis stream. */
  public static final Source KINESIS =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");

  /** The change stream of a DynamoDB table. */
  public static final Source DYNAMODB =
      Source.of(
          "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000");

  /** A Kafka topic. */
  public static final Source KAFKA = Source.of("kafka://localhost:9092/orders");

  /** The first shard of a Kinesis stream. */
  public static final String SHARD = "shardId-000000000000";

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Records() {}

  /** Returns the record of Kinesis' {@link #SHARD} with this number, key and data. */
  public static FanoutRecord kinesis(int number, String key, @Nullable String data) {
    return kinesis(SHARD, number, key, data == null ? null : Bytes.utf8(data));
  }

  /** Returns a record of Kinesis; sequence numbers are long, and in the order of the numbers. */
  public static FanoutRecord kinesis(String shard, int number, String key, @Nullable Bytes data) {
    String sequenceNumber = "4966" + String.format(Locale.ROOT, "%052d", number);
    return FanoutRecord.builder(shard + ":" + sequenceNumber, sequenceNumber)
        .shard(shard)
        .key(key)
        .data(data)
        .arrivedAt(START.plusMillis(number))
        .build();
  }

  /**
   * Returns the first records of Kinesis' {@link #SHARD}: data <code>{"n":0}</code> and so on, keys
   * {@code key-0} to {@code key-<keys - 1>} in turn.
   */
  public static List<FanoutRecord> kinesis(int count, int keys) {
    return list(count, n -> kinesis(n, "key-" + n % keys, "{\"n\":" + n + "}"));
  }

  /** Returns as many records as asked for, numbered from 0. */
  public static List<FanoutRecord> list(int count, IntFunction<FanoutRecord> maker) {
    return IntStream.range(0, count).mapToObj(maker).toList();
  }

  /** Returns a record of Kinesis that carries user records as the KPL packs them. */
  public static FanoutRecord kinesis(int number, KplAggregate aggregate) {
    return kinesis(SHARD, number, aggregate.outerKey(), aggregate.toBytes());
  }

  /**
   * Returns a change of a table whose items have the key {@code id} and the attribute {@code n}.
   *
   * @param type what happened; it decides which images there are
   */
  public static FanoutRecord dynamoDb(int number, TableChange.Type type, String id) {
    Map<String, AttributeValue> keys = Map.of("id", new AttributeValue.S(id));
    Map<String, AttributeValue> image =
        Map.of("id", new AttributeValue.S(id), "n", new AttributeValue.N(String.valueOf(number)));
    return dynamoDb(
        number,
        id,
        new TableChange(
            type,
            keys,
            type == TableChange.Type.REMOVE ? null : image,
            type == TableChange.Type.INSERT ? null : image));
  }

  /** Returns a record of a table's stream. */
  public static FanoutRecord dynamoDb(int number, String key, TableChange change) {
    String sequenceNumber = String.format(Locale.ROOT, "%021d", 100_000_000L + number);
    String eventId = String.format(Locale.ROOT, "%032x", number);
    return FanoutRecord.builder(eventId, sequenceNumber)
        .key(key)
        .change(change)
        .arrivedAt(START.plusMillis(number))
        .build();
  }

  /** Returns a record of partition 0 of the topic {@code orders}; null data for a tombstone. */
  public static FanoutRecord kafka(long offset, @Nullable String key, @Nullable String data) {
    return FanoutRecord.builder("orders-0:" + offset, String.valueOf(offset))
        .shard("orders-0")
        .key(key == null ? "" : key)
        .keyBytes(key == null ? null : Bytes.utf8(key))
        .data(data == null ? null : Bytes.utf8(data))
        .arrivedAt(START.plusMillis(offset))
        .build();
  }

  /** Returns the data of records as text, {@code null} for a tombstone's. */
  public static List<@Nullable String> texts(List<FanoutRecord> records) {
    List<@Nullable String> texts = new ArrayList<>();
    for (FanoutRecord record : records) {
      Bytes data = record.data();
      texts.add(data == null ? null : data.utf8());
    }
    return texts;
  }
}
