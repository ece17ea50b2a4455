package org.streamfanout.core.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Source;

/**
 * Makes records and sources out of what Kafka says, so that a record is the same in every host: a
 * consumer's and a Lambda event's have equal ids, keys and bytes. Thread-safe.
 */
public final class KafkaRecords {
  /** Starts the text of a key whose bytes are no UTF-8 text; base64 follows. */
  private static final String BINARY_KEY = "base64:";

  private KafkaRecords() {}

  /**
   * Returns the source of a topic that is known by its cluster's addresses.
   *
   * @param bootstrapServers host and port of each, comma-separated, in any order
   * @throws IllegalArgumentException if they or the topic are none
   */
  public static Source source(String bootstrapServers, String topic) {
    String servers = bootstrapServers.replaceAll("\\s", "");
    return Source.of("kafka://" + servers + "/" + topic);
  }

  /**
   * Returns the source of a topic of a cluster of Amazon MSK: the topic's ARN
   * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmanagedstreamingforapachekafka.html,
   * as known 2026-11).
   *
   * @param clusterArn {@code arn:aws:kafka:<region>:<account>:cluster/<name>/<uuid>}
   * @throws IllegalArgumentException if it is no cluster's ARN
   */
  public static Source mskSource(String clusterArn, String topic) {
    Arn arn =
        Arn.parse(clusterArn)
            .filter(
                it ->
                    it.service().equals("kafka")
                        && it.resource().matches("cluster/[^/]+/[^/]+")
                        && !topic.isEmpty())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'"
                            + clusterArn
                            + "' is not the ARN of an MSK cluster:"
                            + " arn:aws:kafka:<region>:<account>:cluster/<name>/<uuid>"));
    String resource = "topic/" + arn.resource().substring("cluster/".length()) + "/" + topic;
    return Source.of(
        new Arn(arn.partition(), arn.service(), arn.region(), arn.account(), resource).toString());
  }

  /** Returns what a record's shard is called: {@code topic-partition}. */
  public static String shard(String topic, int partition) {
    return topic + "-" + partition;
  }

  /**
   * Returns a record; its id is {@code topic-partition:offset}.
   *
   * @param key the key's bytes; null if it has none. As text it is UTF-8 where it can be, else
   *     {@code base64:} and its base64, so that no two such keys become one
   * @param value the payload; null for a tombstone
   * @param headers in order, repeats included
   * @param timestamp the record's own, in milliseconds since 1970; negative if it has none
   */
  public static FanoutRecord record(
      String topic,
      int partition,
      long offset,
      @Nullable Bytes key,
      @Nullable Bytes value,
      List<Header> headers,
      long timestamp) {
    return record(topic, partition, offset, key, value, headers, timestamp, null);
  }

  /**
   * Returns a record as {@link #record(String, int, long, Bytes, Bytes, List, long)} does, out of a
   * Lambda event.
   *
   * @param envelope the record's own JSON in the event; null if it has none
   */
  public static FanoutRecord record(
      String topic,
      int partition,
      long offset,
      @Nullable Bytes key,
      @Nullable Bytes value,
      List<Header> headers,
      long timestamp,
      @Nullable Bytes envelope) {
    String shard = shard(topic, partition);
    String place = Long.toString(offset);
    return FanoutRecord.builder(shard + ":" + place, place)
        .shard(shard)
        .key(key == null ? "" : text(key))
        .keyBytes(key)
        .data(value)
        .headers(headers)
        .arrivedAt(timestamp < 0 ? null : Instant.ofEpochMilli(timestamp))
        .envelope(envelope)
        .build();
  }

  private static String text(Bytes key) {
    byte[] bytes = key.toByteArray();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return BINARY_KEY + Base64.getEncoder().encodeToString(bytes);
    }
  }
}
