package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.groups.Tuple.tuple;
import static org.streamfanout.lambda.EventText.STREAM;
import static org.streamfanout.lambda.EventText.bytes;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.EventText.kinesis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

final class LambdaEventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void parse_kinesisEventOfTheOriginal_keepsKeysDataPositionsAndTimes() {
    List<SourceBatch> batches =
        LambdaEvents.parse(EventText.resource("original-kinesis-json.json"));

    assertThat(batches).hasSize(1);
    SourceBatch batch = batches.get(0);
    assertThat(batch.source()).isEqualTo(new Source(STREAM, Source.Type.KINESIS, "us-east-1"));
    assertThat(batch.shard()).isEqualTo("shardId-000000000006");
    assertThat(batch.records())
        .extracting(FanoutRecord::id)
        .containsExactly(
            "shardId-000000000006:495", "shardId-000000000006:496", "shardId-000000000006:497");
    assertThat(batch.records()).extracting(FanoutRecord::key).containsExactly("a", "b", "a");
    assertThat(batch.records())
        .extracting(record -> data(record).utf8())
        .containsExactly("{\"n\":1}", "{\"n\":2,\"u\":\"é中\"}", "{\"n\":3}");
    assertThat(batch.records())
        .extracting(FanoutRecord::position)
        .containsExactly(Position.whole("495"), Position.whole("496"), Position.whole("497"));
    assertThat(batch.records())
        .allSatisfy(
            record -> {
              assertThat(record.arrivedAt()).isEqualTo(Instant.parse("2018-12-17T22:10:50.987Z"));
              assertThat(record.shard()).isEqualTo("shardId-000000000006");
              assertThat(record.explicitHashKey()).isNull();
              assertThat(record.change()).isNull();
            });
  }

  @Test
  void parse_userRecordOfTheLambdaTarget_isThatPartOfItsAggregate() {
    String record = kinesis("495", "a").replace("006:495\"", "006:495#3\"");

    FanoutRecord parsed = LambdaEvents.parse(event(record)).get(0).records().get(0);

    assertThat(parsed.id()).isEqualTo("shardId-000000000006:495");
    assertThat(parsed.shard()).isEqualTo("shardId-000000000006");
    assertThat(parsed.position()).isEqualTo(new Position("495", 3));
  }

  @Test
  void parse_capturedAggregates_equalsATreeOfTheSameEvent() throws IOException {
    byte[] event = EventText.resource("kinesis-kpl.json");
    JsonNode tree = JSON.readTree(event).get("Records");

    List<SourceBatch> batches = LambdaEvents.parse(event);

    assertThat(batches).extracting(SourceBatch::shard).doesNotHaveDuplicates().hasSize(4);
    int read = 0;
    for (SourceBatch batch : batches) {
      List<JsonNode> wanted =
          IntStream.range(0, tree.size())
              .mapToObj(tree::get)
              .filter(node -> node.get("eventID").asText().startsWith(batch.shard() + ":"))
              .toList();
      assertThat(batch.records()).hasSameSizeAs(wanted);
      for (int index = 0; index < wanted.size(); index++) {
        FanoutRecord record = batch.records().get(index);
        JsonNode node = wanted.get(index);
        assertThat(record.id()).isEqualTo(node.get("eventID").asText());
        assertThat(record.key()).isEqualTo(node.at("/kinesis/partitionKey").asText());
        assertThat(record.sequenceNumber()).isEqualTo(node.at("/kinesis/sequenceNumber").asText());
        assertThat(data(record).toByteArray()).isEqualTo(node.at("/kinesis/data").binaryValue());
        assertThat(JSON.readTree(envelope(record).toByteArray())).isEqualTo(node);
        read++;
      }
    }
    assertThat(read).isEqualTo(tree.size());
  }

  @Test
  void parse_envelope_isTheRecordVerbatimAndWithoutACopy() {
    String record = " { \"x\" : [1, {\"y\":\"}\"}] ," + kinesis("7", "d").substring(1);
    byte[] event = event(record);

    Bytes envelope = envelope(only(event));

    assertThat(envelope.utf8()).isEqualTo(record.trim());
    assertThat(envelope.array()).isSameAs(event);
  }

  @Test
  void parse_severalSourcesAndShards_givesOneBatchEachInTheEventsOrder() {
    String other = STREAM + "2";
    List<SourceBatch> batches =
        LambdaEvents.parse(
            event(
                kinesis(STREAM, "shardId-1", "1", "a"),
                kinesis(other, "shardId-1", "2", "b"),
                kinesis(STREAM, "shardId-2", "3", "c"),
                kinesis(STREAM, "shardId-1", "4", "d")));

    assertThat(batches)
        .extracting(
            batch -> batch.source().id(),
            SourceBatch::shard,
            batch ->
                batch.records().stream()
                    .map(record -> data(record).utf8())
                    .collect(Collectors.joining()))
        .containsExactly(
            tuple(STREAM, "shardId-1", "ad"),
            tuple(other, "shardId-1", "b"),
            tuple(STREAM, "shardId-2", "c"));
  }

  @Test
  void parse_consumerArn_givesTheStream() {
    byte[] event = event(kinesis(STREAM + "/consumer/fan:1545084650", "shardId-1", "1", "a"));

    assertThat(LambdaEvents.parse(event).get(0).source().id()).isEqualTo(STREAM);
  }

  @Test
  void parse_consumerAndStreamInOneEvent_shareABatch() {
    List<SourceBatch> batches =
        LambdaEvents.parse(
            event(
                kinesis(STREAM + "/consumer/fan:1545084650", "shardId-1", "1", "a"),
                kinesis(STREAM, "shardId-1", "2", "b")));

    assertThat(batches).hasSize(1);
    assertThat(batches.get(0).records()).hasSize(2);
  }

  @Test
  void parse_explicitHashKey_isKept() {
    String record = kinesis("1", "a").replace("\"data\"", "\"explicitHashKey\":\"99\",\"data\"");

    assertThat(only(event(record)).explicitHashKey()).isEqualTo("99");
  }

  @Test
  void parse_membersInAnyOrderWithEscapes_areUnderstood() {
    String record =
        """
        {"eventID":"s:1","eventSourceARN":"%s","eventSource":"aws:\\u006binesis",
         "kinesis":{"d\\u0061ta":"\\/\\/8\\u003d","sequenceNumber":"1",
         "partitionKey":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é"}}"""
            .formatted(STREAM);

    FanoutRecord read = only(event(record));

    assertThat(read.key()).isEqualTo("a\"\\/\b\f\n\r\té😀é");
    assertThat(data(read).toByteArray()).containsExactly(0xff, 0xff);
    assertThat(read.arrivedAt()).isNull();
  }

  @Test
  void parse_noRecords_givesNoBatches() {
    assertThat(LambdaEvents.parse(event())).isEmpty();
  }

  @Test
  void parse_emptyData_isARecordOfNoBytes() {
    FanoutRecord record = only(event(kinesis("1", "")));

    assertThat(record.data()).isEqualTo(Bytes.EMPTY);
    assertThat(record.isTombstone()).isFalse();
  }

  @Test
  void parse_tumblingWindowMembers_arePassedOver() {
    byte[] event =
        bytes(
            """
            {"window":{"start":"2020-12-09T07:04:00Z","end":"2020-12-09T07:06:00Z"},
             "state":{"1":282,"2":{"deep":[null,true,false,-1.5e-3]}},"shardId":"shardId-1",
             "eventSourceARN":"%s","isFinalInvokeForWindow":false,"isWindowTerminatedEarly":false,
             "Records":[%s]}"""
                .formatted(STREAM, kinesis("1", "a")));

    assertThat(data(only(event)).utf8()).isEqualTo("a");
  }

  @Test
  void parse_stream_readsToItsEnd() throws IOException {
    byte[] event = event(kinesis("1", "a"), kinesis("2", "b"));

    assertThat(LambdaEvents.parse(new ByteArrayInputStream(event)).get(0).records()).hasSize(2);
  }

  @Test
  void parse_tenThousandRecords_keepsAllInOrder() {
    String[] records =
        IntStream.range(0, 10_000).mapToObj(n -> kinesis("" + n, "d" + n)).toArray(String[]::new);

    List<SourceBatch> batches = LambdaEvents.parse(event(records));

    assertThat(batches).hasSize(1);
    assertThat(batches.get(0).records())
        .extracting(record -> data(record).utf8())
        .isEqualTo(IntStream.range(0, 10_000).mapToObj(n -> "d" + n).toList());
  }

  @Test
  void parse_arrivalTimes_areExact() {
    assertThat(arrival("1545084650")).isEqualTo(Instant.ofEpochSecond(1545084650));
    assertThat(arrival("1545084650.9")).isEqualTo(Instant.ofEpochSecond(1545084650, 900_000_000));
    assertThat(arrival("1.545084650987E9"))
        .isEqualTo(Instant.ofEpochSecond(1545084650, 987_000_000));
    assertThat(arrival("1545084650.123456789"))
        .isEqualTo(Instant.ofEpochSecond(1545084650, 123_456_789));
    assertThat(arrival("1545084650.1234567891"))
        .isEqualTo(Instant.ofEpochSecond(1545084650, 123_456_789));
    assertThat(arrival("-1.5")).isEqualTo(Instant.ofEpochSecond(-2, 500_000_000));
    assertThat(arrival("null")).isNull();
  }

  @Test
  void parseAll_oneEventALineOrLaidOut_givesEachEvent() {
    String one = new String(event(kinesis("1", "a")), StandardCharsets.UTF_8);
    String two = new String(event(kinesis("2", "b"), kinesis("3", "c")), StandardCharsets.UTF_8);

    List<List<SourceBatch>> events =
        LambdaEvents.parseAll(bytes(one + "\n\n" + two.replace(",", ",\n  ") + "\r\n" + one));

    assertThat(events).hasSize(3);
    assertThat(events.get(1).get(0).records()).hasSize(2);
    assertThat(LambdaEvents.parseAll(bytes(" \n"))).isEmpty();
  }

  @Test
  void parseAll_anEventThatCannotBeRead_isNamed() {
    String good = new String(event(kinesis("1", "a")), StandardCharsets.UTF_8);

    assertThatCode(() -> LambdaEvents.parseAll(bytes(good + "\n{}")))
        .hasMessageStartingWith("Lambda event 1: there is no member 'Records'");
  }

  @Test
  void decode_everyLength_equalsTheJdk() {
    byte[] data = new byte[400];
    new Random(7).nextBytes(data);
    for (int length = 0; length < data.length; length++) {
      byte[] part = Arrays.copyOf(data, length);
      byte[] text = Base64.getEncoder().encode(part);
      byte[] shifted = new byte[text.length + 5];
      System.arraycopy(text, 0, shifted, 5, text.length);

      assertThat(EventBase64.decode(shifted, 5, text.length)).isEqualTo(part);
    }
  }

  @Test
  void decode_anyByteOutsideTheAlphabet_isRefused() {
    byte[] good = Base64.getEncoder().encode(new byte[60]);
    for (int place = 0; place < good.length; place++) {
      for (int value = 0; value < 256; value++) {
        byte[] text = good.clone();
        text[place] = (byte) value;
        boolean wanted =
            value < 128 && (Character.isLetterOrDigit(value) || value == '+' || value == '/');
        // One '=' at the very end is padding.
        wanted |= value == '=' && place == good.length - 1;

        assertThat(EventBase64.decode(text, 0, text.length) != null)
            .as("byte %s at %s", value, place)
            .isEqualTo(wanted);
      }
    }
  }

  private static @Nullable Instant arrival(String number) {
    return only(event(kinesis("1", "a").replace("1545084650.987", number))).arrivedAt();
  }

  static FanoutRecord only(byte[] event) {
    List<SourceBatch> batches = LambdaEvents.parse(event);
    assertThat(batches).hasSize(1);
    assertThat(batches.get(0).records()).hasSize(1);
    return batches.get(0).records().get(0);
  }

  private static Bytes data(FanoutRecord record) {
    return Objects.requireNonNull(record.data());
  }

  private static Bytes envelope(FanoutRecord record) {
    return Objects.requireNonNull(record.envelope());
  }
}
