package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.kafka;
import static org.streamfanout.lambda.EventText.kafkaOf;
import static org.streamfanout.lambda.EventText.kafkaRecord;
import static org.streamfanout.lambda.EventText.partition;
import static org.streamfanout.lambda.LambdaEventsTest.only;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;

final class LambdaEventsKafkaTest {
  private static final String CLUSTER =
      "arn:aws:kafka:us-east-1:123456789012:cluster/vpc/751d2973-a626-431c-9d4e-d7975eb44dd7-2";
  private static final String MSK =
      "\"eventSource\":\"aws:kafka\",\"eventSourceArn\":\"" + CLUSTER + "\"";

  private static List<Object> whatItSays(FanoutRecord record) {
    return Arrays.asList(
        record.id(),
        record.shard(),
        record.position(),
        record.key(),
        record.keyBytes(),
        record.data(),
        record.headers(),
        record.arrivedAt());
  }

  @Test
  void parse_record_equalsThatOfAConsumer() {
    List<Header> headers =
        List.of(
            new Header("h", Bytes.utf8("hé")),
            new Header("h", Bytes.wrap(new byte[] {(byte) 255, 0})));
    FanoutRecord consumed =
        KafkaRecords.record(
            "orders", 0, 15, Bytes.utf8("k"), Bytes.utf8("é"), headers, 1545084650987L);

    FanoutRecord record = only(kafka(kafkaRecord(0, 15, "k", "é")));

    assertThat(whatItSays(record)).isEqualTo(whatItSays(consumed));
  }

  @Test
  void parse_nullValueAndKey_isATombstoneWithoutAKey() {
    FanoutRecord record = only(kafka(kafkaRecord(0, 15, null, null)));

    assertThat(record.isTombstone()).isTrue();
    assertThat(record.keyBytes()).isNull();
    assertThat(record.key()).isEmpty();
  }

  @Test
  void parse_nothingButItsPlace_isATombstoneWithoutAKey() {
    FanoutRecord record = only(kafka("{\"topic\":\"orders\",\"partition\":0,\"offset\":15}"));

    assertThat(record.isTombstone()).isTrue();
    assertThat(record.keyBytes()).isNull();
    assertThat(record.headers()).isEmpty();
    assertThat(record.arrivedAt()).isNull();
  }

  @Test
  void parse_emptyKeyAndValue_areNotNull() {
    FanoutRecord record = only(kafka(kafkaRecord(0, 15, "", "")));

    assertThat(record.isTombstone()).isFalse();
    assertThat(record.data()).isEqualTo(Bytes.EMPTY);
    assertThat(record.keyBytes()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void parse_bytesOfHeaders_areSignedOrNot() {
    String headers =
        "\"headers\":[{\"a\":[-1,-128,127]},{\"a\":[255,128,127]},{\"\":null},{\"e\":[]}]";

    FanoutRecord record =
        only(kafka("{\"topic\":\"orders\",\"partition\":0,\"offset\":15," + headers + "}"));

    Bytes bytes = Bytes.wrap(new byte[] {-1, -128, 127});
    assertThat(record.headers())
        .containsExactly(
            new Header("a", bytes),
            new Header("a", bytes),
            new Header("", null),
            new Header("e", Bytes.EMPTY));
  }

  @Test
  void parse_selfManaged_isKnownByItsServersInOrder() {
    SourceBatch batch = LambdaEvents.parse(kafka(kafkaRecord(0, 15, "k", "v"))).get(0);

    assertThat(batch.source().id()).isEqualTo("kafka://b-1.example:9094,b-2.example:9094/orders");
    assertThat(batch.shard()).isEqualTo("orders-0");
  }

  @Test
  void parse_msk_isKnownByItsTopicsArn() {
    byte[] event =
        kafkaOf(
            MSK + ",\"bootstrapServers\":\"b-1:9094\"",
            partition("orders-0", kafkaRecord(0, 15, "k", "v")));

    assertThat(LambdaEvents.parse(event).get(0).source())
        .isEqualTo(KafkaRecords.mskSource(CLUSTER, "orders"));
  }

  @Test
  void parse_recordsBeforeTheirOrigin_areUnderstood() {
    String event = new String(kafka(kafkaRecord(0, 15, "k", "v")), StandardCharsets.UTF_8);
    int records = event.indexOf("\"records\"");
    String turned =
        "{"
            + event.substring(records, event.length() - 1)
            + ","
            + event.substring(1, records - 1)
            + "}";

    assertThat(only(EventText.bytes(turned)).id()).isEqualTo("orders-0:15");
  }

  @Test
  void parse_severalTopicsAndPartitions_giveABatchEach() {
    String other = kafkaRecord(0, 7, "k", "v").replace("\"orders\"", "\"or-ders-1\"");
    byte[] event =
        kafkaOf(
            MSK,
            partition("orders-0", kafkaRecord(0, 15, "a", "1"), kafkaRecord(0, 16, "a", "2")),
            partition("orders-12", kafkaRecord(12, 15, "b", "3")),
            partition("empty-3"),
            partition("or-ders-1-0", other));

    List<SourceBatch> batches = LambdaEvents.parse(event);

    assertThat(batches)
        .extracting(SourceBatch::shard)
        .containsExactly("orders-0", "orders-12", "or-ders-1-0");
    assertThat(batches.get(0).records())
        .extracting(FanoutRecord::id)
        .containsExactly("orders-0:15", "orders-0:16");
    assertThat(batches.get(2).source()).isEqualTo(KafkaRecords.mskSource(CLUSTER, "or-ders-1"));
  }

  @Test
  void parse_noRecords_givesNoBatches() {
    assertThat(LambdaEvents.parse(kafkaOf(MSK))).isEmpty();
  }

  @Test
  void parse_envelope_isTheRecordVerbatim() {
    String record = kafkaRecord(0, 15, "k", "v");

    assertThat(Objects.requireNonNull(only(kafka(record)).envelope()).utf8()).isEqualTo(record);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "topic":"orders"       | "topic":"other"        | topic 'other' and partition 0 are not those of 'orders-0'
          "topic":"orders"       | "topic":null           | topic is missing
          "topic":"orders"       | "x":1                  | topic is missing
          "topic":"orders"       | "topic":7              | topic is not text
          "partition":0          | "partition":1          | topic 'orders' and partition 1 are not those of 'orders-0'
          "partition":0          | "partition":-1         | no partition's number
          "partition":0          | "partition":4294967296 | no partition's number
          "partition":0          | "partition":0.0        | partition is not a whole number
          "partition":0          | "x":0                  | partition is missing
          "partition":0          | "topic":"orders"       | member 'topic' is there twice
          "offset":16            | "offset":null          | offset is missing
          "offset":16            | "offset":-1            | offset is missing, or negative
          "offset":16            | "offset":1e3           | offset is not a whole number
          "offset":16            | "offset":9223372036854775808 | offset is not a whole number
          "offset":16            | "offset":"16"          | offset is not a number
          1545084650987          | "now"                  | timestamp is not a number
          "cGF5bG9hZA=="         | "cGF5bG9hZA"           | value is not base64
          "cGF5bG9hZA=="         | {}                     | value is not text
          "a2V5"                 | "a2V5==="              | key is not base64
          [{"h":[104,-61,-87]},{"h":[255,0]}] | {}        | headers is not an array
          {"h":[255,0]}          | {}                     | a header has no name
          {"h":[255,0]}          | {"h":[1],"i":[1]}      | a header has more than one name
          {"h":[255,0]}          | {"h":1}                | a header's value is not an array
          {"h":[255,0]}          | {null:[1]}             | a header's name expected
          [255,0]                | [256]                  | not from -128 to 255
          [255,0]                | [-129]                 | not from -128 to 255
          [255,0]                | [null]                 | not from -128 to 255
          [255,0]                | [1.5]                  | not a whole number
          """)
  void parse_aRecordThatCannotBeRead_isNamedWithWhatIsWrong(
      String part, String replacement, String problem) {
    String good = kafkaRecord(0, 16, "key", "payload");
    assertThat(good).contains(part);
    byte[] event = kafka(kafkaRecord(0, 15, "k", "v"), good.replace(part, replacement));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .isInstanceOf(FanoutException.class)
        .hasMessageStartingWith("Lambda event, record 1 of 'orders-0': ")
        .hasMessageContaining(problem)
        .hasMessageNotContaining("payload")
        .hasMessageNotContaining("cGF5bG9hZA");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "eventSource":"aws:kafka"                                 | eventSourceArn is missing
          "eventSource":"aws:kafka","eventSourceArn":"arn:aws:sqs:us-east-1:1:q" | are none of MSK
          "eventSource":"SelfManagedKafka"                          | bootstrapServers is missing
          "eventSource":"SelfManagedKafka","bootstrapServers":"a/b" | make no kafka://
          "eventSource":"SelfManagedKafka","bootstrapServers":"a:1","eventSourceArn":"x" | has no eventSourceArn
          "eventSource":"aws:rabbitmq"                              | eventSource is 'aws:rabbitmq'
          "eventSource":"aws:kafka","eventSource":"aws:kafka"       | member 'eventSource' is there twice
          "x":1                                                     | eventSource is missing
          """)
  void parse_anOriginThatIsNone_isAnError(String origin, String problem) {
    byte[] event = kafkaOf(origin, partition("orders-0", kafkaRecord(0, 15, "k", "payload")));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining(problem)
        .hasMessageNotContaining("payload");
  }

  @Test
  void parse_aPartitionTwice_isAnError() {
    byte[] event =
        kafkaOf(
            MSK,
            partition("orders-0", kafkaRecord(0, 15, "a", "1")),
            partition("orders-0", kafkaRecord(0, 16, "a", "2")));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .hasMessageContaining("partition 'orders-0' is there twice");
  }

  /** Time does not grow with the square of what a made-up event holds. */
  @Test
  @Timeout(60)
  void parse_veryManyPartitions_isRead() {
    String[] partitions =
        IntStream.range(0, 200_000)
            .mapToObj(number -> partition("orders-" + number))
            .toArray(String[]::new);

    assertThat(LambdaEvents.parse(kafkaOf(MSK, partitions))).isEmpty();
  }
}
