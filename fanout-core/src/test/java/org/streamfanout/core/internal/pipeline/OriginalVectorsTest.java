package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.core.dynamodb.DynamoDbJson;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** What the original system made of the same events: keys, data and payloads, byte for byte. */
class OriginalVectorsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<Arguments> cases() throws IOException {
    try (InputStream in =
        OriginalVectorsTest.class.getResourceAsStream(
            "/vectors/original/transform-and-collapse.json")) {
      List<Arguments> cases = new ArrayList<>();
      JSON.readTree(in)
          .forEach(one -> cases.add(Arguments.of(one.get("name") + " " + one.get("options"), one)));
      return cases.stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void decodeAndCollapse_originalEvent_givesTheOriginalPayloads(String name, JsonNode original)
      throws IOException {
    DecodeOptions options =
        new DecodeOptions(
            false,
            original.get("options").get("convertDDB").asBoolean(),
            original.get("options").get("appendNewlines").asBoolean(),
            false);
    List<FanoutRecord> records = decode(original.get("event"), options);

    assertThat(records).hasSameSizeAs(original.get("records"));
    for (int index = 0; index < records.size(); index++) {
      JsonNode expected = original.get("records").get(index);
      assertThat(records.get(index).key()).isEqualTo(expected.get("key").asText());
      assertThat(records.get(index).sequenceNumber())
          .isEqualTo(expected.get("sequenceNumber").asText());
      assertThat(records.get(index).data().toBase64()).isEqualTo(expected.get("data").asText());
    }
    int compared = 0;
    for (JsonNode call : original.get("calls")) {
      Collapse collapse = Collapse.ofColumn(call.get("collapse").asText()).orElse(null);
      if (collapse != null) {
        compare(call, collapse, records);
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  private static void compare(JsonNode call, Collapse collapse, List<FanoutRecord> records) {
    BodyFormat format =
        call.get("type").asText().equals("iot") ? BodyFormat.BINARY : BodyFormat.TEXT;
    Collapser collapser = Collapsers.of(collapse, format);
    List<FanoutRecord> sent = records.subList(0, call.get("records").asInt());
    assertThat(sent).allSatisfy(record -> assertThat(collapser.check(record)).isNull());

    Bytes body = collapser.encode(sent);

    assertThat(body.utf8()).isEqualTo(payload(call.get("params")));
    assertThat((long) body.length())
        .isEqualTo(
            collapser.length(sent.size(), sent.stream().mapToLong(collapser::contribution).sum()));
  }

  private static String payload(JsonNode params) {
    for (String field : List.of("Message", "MessageBody", "payload")) {
      JsonNode payload = params.get(field);
      if (payload != null) {
        return payload.isTextual()
            ? payload.asText()
            : Bytes.fromBase64(payload.get("base64").asText()).utf8();
      }
    }
    throw new AssertionError("no payload in " + params);
  }

  private static List<FanoutRecord> decode(JsonNode event, DecodeOptions options)
      throws IOException {
    List<FanoutRecord> records = new ArrayList<>();
    for (JsonNode record : event.get("Records")) {
      boolean kinesis = record.has("kinesis");
      Decoded decoded =
          Decoder.decode(
              kinesis ? Source.Type.KINESIS : Source.Type.DYNAMODB,
              kinesis ? kinesis(record.get("kinesis")) : change(record),
              options);
      assertThat(decoded.rejections()).isEmpty();
      records.addAll(decoded.records());
    }
    return records;
  }

  private static FanoutRecord kinesis(JsonNode record) {
    return FanoutRecord.builder("id", record.get("sequenceNumber").asText())
        .key(record.get("partitionKey").asText())
        .data(Bytes.fromBase64(record.get("data").asText()))
        .build();
  }

  private static FanoutRecord change(JsonNode record) throws IOException {
    JsonNode change = record.get("dynamodb");
    Map<String, AttributeValue> keys = item(change.get("Keys"));
    return FanoutRecord.builder(
            record.get("eventID").asText(), change.get("SequenceNumber").asText())
        .key(DynamoDbConverter.key(keys))
        .change(
            new TableChange(
                TableChange.Type.valueOf(record.get("eventName").asText()),
                keys,
                item(change.get("NewImage")),
                item(change.get("OldImage"))))
        .build();
  }

  private static @Nullable Map<String, AttributeValue> item(@Nullable JsonNode item)
      throws IOException {
    if (item == null) {
      return null;
    }
    try (JsonParser parser = JSON.treeAsTokens(item)) {
      parser.nextToken();
      return DynamoDbJson.readItem(parser);
    }
  }
}
