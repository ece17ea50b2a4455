package org.streamfanout.provider.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;

/** Sizes are exact, and a rebuilt event says what the records say, for any records. */
class SourceEventProperties {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static SourceEvent event(Source source, boolean passthrough) {
    return SourceEvent.of(
        TargetConfig.builder(source, "t", "lambda", "f").passthrough(passthrough).build());
  }

  private static List<Message> messages(List<FanoutRecord> records) {
    return records.stream().map(Messages::of).toList();
  }

  @Provide
  Arbitrary<Bytes> data() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(50).map(Bytes::wrap);
  }

  @Provide
  Arbitrary<String> text() {
    return Arbitraries.strings().all().ofMaxLength(20);
  }

  /** Text with a place in UTF-8: what a record can have been read from. */
  @Provide
  Arbitrary<String> key() {
    return text().map(text -> Bytes.utf8(text).utf8()).filter(text -> !text.isEmpty());
  }

  private static Arbitrary<Instant> times() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 4_000_000_000L),
            Arbitraries.integers().between(0, 999_999_999))
        .as(Instant::ofEpochSecond);
  }

  @Provide
  Arbitrary<FanoutRecord> kinesis() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 1_000_000),
            key(),
            data(),
            times().injectNull(0.1),
            Arbitraries.integers().between(-1, 20),
            Arbitraries.of("0", "340282366920938463463374607431768211455").injectNull(0.5))
        .as(
            (number, key, data, time, part, hashKey) ->
                FanoutRecord.builder("shardId-000000000000:" + number, Integer.toString(number))
                    .shard("shardId-000000000000")
                    .part(part)
                    .key(key)
                    .explicitHashKey(hashKey)
                    .data(data)
                    .arrivedAt(time)
                    .build());
  }

  @Provide
  Arbitrary<FanoutRecord> dynamoDb() {
    Arbitrary<Map<String, AttributeValue>> images =
        Arbitraries.maps(key(), values(2)).ofMaxSize(4).map(LinkedHashMap::new);
    Arbitrary<Map<String, AttributeValue>> keys =
        key().map(value -> Map.of("id", new AttributeValue.S(value)));
    return Combinators.combine(
            Arbitraries.integers().between(0, 1_000_000),
            Arbitraries.of(TableChange.Type.values()),
            keys,
            images.injectNull(0.3),
            images.injectNull(0.3),
            times().injectNull(0.1))
        .as(
            (number, type, key, newImage, oldImage, time) ->
                FanoutRecord.builder("e-" + number, Integer.toString(number))
                    .key(((AttributeValue.S) key.values().iterator().next()).value())
                    .change(new TableChange(type, key, newImage, oldImage))
                    .arrivedAt(time)
                    .build());
  }

  private Arbitrary<AttributeValue> values(int depth) {
    Arbitrary<AttributeValue> plain =
        Arbitraries.oneOf(
            key().map(AttributeValue.S::new),
            Arbitraries.of("0", "-1e3", "3.14", "12345678901234567890123456789012345678")
                .map(AttributeValue.N::new),
            data().map(AttributeValue.B::new),
            Arbitraries.of(true, false).map(AttributeValue.Bool::new),
            Arbitraries.create(AttributeValue.Null::new),
            key().list().ofMaxSize(3).map(AttributeValue.Ss::new),
            Arbitraries.of("1", "2.5").list().ofMaxSize(3).map(AttributeValue.Ns::new),
            data().list().ofMaxSize(3).map(AttributeValue.Bs::new));
    if (depth == 0) {
      return plain;
    }
    return Arbitraries.oneOf(
        plain,
        values(depth - 1).list().ofMaxSize(3).map(AttributeValue.L::new),
        Arbitraries.maps(key(), values(depth - 1))
            .ofMaxSize(3)
            .map(LinkedHashMap::new)
            .map(AttributeValue.M::new));
  }

  @Provide
  Arbitrary<FanoutRecord> kafka() {
    Arbitrary<Header> headers = Combinators.combine(key(), data().injectNull(0.2)).as(Header::new);
    return Combinators.combine(
            Arbitraries.longs().between(0, Long.MAX_VALUE),
            key().injectNull(0.2),
            data().injectNull(0.2),
            headers.list().ofMaxSize(3),
            times().injectNull(0.1))
        .as(
            (offset, key, data, header, time) ->
                FanoutRecord.builder("orders-0:" + offset, Long.toString(offset))
                    .shard("orders-0")
                    .key(key == null ? "" : key)
                    .keyBytes(key == null ? null : Bytes.utf8(key))
                    .data(data)
                    .headers(header)
                    .arrivedAt(time)
                    .build());
  }

  @Provide
  Arbitrary<FanoutRecord> unlikely() {
    return Combinators.combine(text(), text(), text(), data())
        .as(
            (id, sequenceNumber, key, data) ->
                FanoutRecord.builder(id, sequenceNumber).key(key).data(data).build());
  }

  @Property
  void sizeInBytes_ofKinesis_isExact(
      @ForAll("kinesis") FanoutRecord first, @ForAll("kinesis") FanoutRecord second)
      throws IOException {
    assertExact(Records.KINESIS, List.of(first, second));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void sizeInBytes_ofDynamoDb_isExact(
      @ForAll("dynamoDb") FanoutRecord first, @ForAll("dynamoDb") FanoutRecord second)
      throws IOException {
    FanoutRecord converted = second.converted(Bytes.utf8("{}"));
    assertExact(Records.DYNAMODB, List.of(first.converted(Bytes.EMPTY), converted));
  }

  @Property(tries = 300)
  void sizeInBytes_ofAnyText_isExact(
      @ForAll("unlikely") FanoutRecord first, @ForAll("unlikely") FanoutRecord second)
      throws IOException {
    for (Source source :
        List.of(
            Records.KINESIS,
            Records.DYNAMODB,
            Source.of("arn:aws:sqs:eu-west-1:123456789012:q"),
            Source.of("arn:aws:sns:eu-west-1:123456789012:n"))) {
      assertExact(source, List.of(first, second));
    }
  }

  private static void assertExact(Source source, List<FanoutRecord> records) throws IOException {
    List<Message> messages = messages(records);
    for (boolean passthrough : new boolean[] {false, true}) {
      SourceEvent event = event(source, passthrough);
      long sum = messages.stream().mapToLong(event::sizeInBytes).sum();

      byte[] rendered = event.render(messages);

      assertThat(rendered).hasSize((int) (event.wrapperBytes() + sum - 1));
      assertThat(JSON.readTree(rendered).get("Records")).hasSize(records.size());
    }
  }

  @Property
  void sizeInBytes_ofKafka_isExactButForThePartitionsDigits(
      @ForAll("kafka") FanoutRecord first, @ForAll("kafka") FanoutRecord second)
      throws IOException {
    List<Message> messages = messages(List.of(first, second));
    SourceEvent event = event(Records.KAFKA, false);
    long sum = messages.stream().mapToLong(event::sizeInBytes).sum();

    byte[] rendered = event.render(messages);

    assertThat(rendered).hasSize((int) (event.wrapperBytes() - 9 + sum - 1));
    assertThat(JSON.readTree(rendered).at("/records/orders-0")).hasSize(2);
  }

  @Property
  void render_kinesis_parsesBackToTheSameRecords(
      @ForAll("kinesis") FanoutRecord first, @ForAll("kinesis") FanoutRecord second) {
    List<FanoutRecord> records = List.of(first, second);

    List<SourceBatch> parsed =
        LambdaEvents.parse(event(Records.KINESIS, false).render(messages(records)));

    assertThat(parsed).hasSize(1);
    assertThat(parsed.get(0).source()).isEqualTo(Records.KINESIS);
    assertThat(parsed.get(0).shard()).isEqualTo("shardId-000000000000");
    assertSame(parsed.get(0).records(), records);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void render_dynamoDb_parsesBackToTheSameChanges(
      @ForAll("dynamoDb") FanoutRecord first, @ForAll("dynamoDb") FanoutRecord second) {
    List<FanoutRecord> records = List.of(first, second);

    List<SourceBatch> parsed =
        LambdaEvents.parse(event(Records.DYNAMODB, false).render(messages(records)));

    assertThat(parsed).hasSize(1);
    assertThat(parsed.get(0).source()).isEqualTo(Records.DYNAMODB);
    assertSame(parsed.get(0).records(), records);
  }

  @Property
  void render_kafka_parsesBackToTheSameRecords(
      @ForAll("kafka") FanoutRecord first, @ForAll("kafka") FanoutRecord second) {
    for (Source source :
        List.of(
            Records.KAFKA, Source.of("arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/orders"))) {
      List<SourceBatch> parsed =
          LambdaEvents.parse(event(source, false).render(messages(List.of(first, second))));

      assertThat(parsed).hasSize(1);
      assertThat(parsed.get(0).source()).isEqualTo(source);
      assertThat(parsed.get(0).shard()).isEqualTo("orders-0");
      assertSame(
          parsed.get(0).records(), List.of(toTheMillisecond(first), toTheMillisecond(second)));
    }
  }

  /** Kafka's times have no more. */
  private static FanoutRecord toTheMillisecond(FanoutRecord record) {
    Instant time = record.arrivedAt();
    return FanoutRecord.builder(record.id(), record.sequenceNumber())
        .shard(record.shard())
        .key(record.key())
        .keyBytes(record.keyBytes())
        .data(record.data())
        .headers(record.headers())
        .arrivedAt(time == null ? null : Instant.ofEpochMilli(time.toEpochMilli()))
        .build();
  }

  @Property
  void render_messagesOfQueuesAndTopics_parseBackToIdAndText(
      @ForAll("key") String id, @ForAll("key") String body) {
    FanoutRecord record =
        FanoutRecord.builder(id, id)
            .data(Bytes.utf8(body))
            .arrivedAt(Instant.ofEpochMilli(1545082649183L))
            .build();
    for (Source source :
        List.of(
            Source.of("arn:aws:sqs:eu-west-1:123456789012:q"),
            Source.of("arn:aws:sns:eu-west-1:123456789012:n"))) {
      List<SourceBatch> parsed =
          LambdaEvents.parse(event(source, false).render(messages(List.of(record))));

      assertThat(parsed).hasSize(1);
      assertThat(parsed.get(0).source()).isEqualTo(source);
      assertSame(parsed.get(0).records(), List.of(record));
    }
  }

  private static void assertSame(List<FanoutRecord> parsed, List<FanoutRecord> sent) {
    assertThat(parsed).hasSameSizeAs(sent);
    for (int index = 0; index < sent.size(); index++) {
      FanoutRecord expected = sent.get(index);
      FanoutRecord actual = parsed.get(index);
      assertThat(fields(actual)).isEqualTo(fields(expected));
    }
  }

  private static List<@Nullable Object> fields(FanoutRecord record) {
    List<@Nullable Object> fields = new ArrayList<>();
    fields.add(record.id());
    fields.add(record.position());
    fields.add(record.key());
    fields.add(record.keyBytes());
    fields.add(record.headers());
    fields.add(record.explicitHashKey());
    fields.add(record.data());
    fields.add(record.change());
    fields.add(record.arrivedAt());
    return fields;
  }

  @Property
  void render_kafka_saysWhatTheRecordsSay(@ForAll("kafka") FanoutRecord record) throws IOException {
    JsonNode event = JSON.readTree(event(Records.KAFKA, false).render(messages(List.of(record))));

    JsonNode rendered = event.at("/records/orders-0/0");
    assertThat(rendered.get("offset").asText()).isEqualTo(record.sequenceNumber());
    Bytes data = record.data();
    if (data == null) {
      assertThat(rendered.get("value").isNull()).isTrue();
    } else {
      assertThat(Bytes.wrap(rendered.get("value").binaryValue())).isEqualTo(data);
    }
    List<Header> headers = new ArrayList<>();
    for (JsonNode header : rendered.get("headers")) {
      Map.Entry<String, JsonNode> only = header.properties().iterator().next();
      headers.add(new Header(only.getKey(), bytes(only.getValue())));
    }
    assertThat(headers).isEqualTo(record.headers());
  }

  private static @Nullable Bytes bytes(JsonNode numbers) {
    if (numbers.isNull()) {
      return null;
    }
    byte[] bytes = new byte[numbers.size()];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) numbers.get(index).asInt();
    }
    return Bytes.wrap(bytes);
  }
}
