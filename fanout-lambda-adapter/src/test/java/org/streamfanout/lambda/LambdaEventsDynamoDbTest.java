package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.TABLE;
import static org.streamfanout.lambda.EventText.dynamoDb;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.LambdaEventsTest.only;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.dynamodb.DynamoDbJson;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

final class LambdaEventsDynamoDbTest {
  @Test
  void parse_everyAttributeKind_isRead() {
    byte[] event = EventText.resource("original-ddb-all-types.json");
    List<SourceBatch> batches = LambdaEvents.parse(event);
    FanoutRecord record = only(event);
    TableChange change = change(record);

    assertThat(batches.get(0).source())
        .isEqualTo(new Source(TABLE, Source.Type.DYNAMODB, "us-east-1"));
    assertThat(batches.get(0).shard()).isNull();
    assertThat(record.id()).isEqualTo("e1");
    assertThat(record.key()).isEqualTo("101");
    assertThat(record.position()).isEqualTo(Position.whole("1"));
    assertThat(record.arrivedAt()).isEqualTo(Instant.ofEpochSecond(1545084650));
    assertThat(record.data()).isNull();
    assertThat(record.isTombstone()).isFalse();
    assertThat(change.type()).isEqualTo(TableChange.Type.INSERT);
    assertThat(change.keys()).containsExactly(Map.entry("Id", new AttributeValue.N("101")));
    assertThat(change.oldImage()).isNull();
    assertThat(Objects.requireNonNull(change.newImage()))
        .containsExactly(
            Map.entry("Id", new AttributeValue.N("101")),
            Map.entry("s", new AttributeValue.S("héllo 中 \"q\"")),
            Map.entry("n", new AttributeValue.N("3.14")),
            Map.entry("neg", new AttributeValue.N("-1e3")),
            Map.entry("b", new AttributeValue.B(Bytes.fromBase64("AAEC/w=="))),
            Map.entry("t", new AttributeValue.Bool(true)),
            Map.entry("nul", new AttributeValue.Null()),
            Map.entry("ss", new AttributeValue.Ss(List.of("a", "b"))),
            Map.entry("ns", new AttributeValue.Ns(List.of("1", "2.5"))),
            Map.entry(
                "bs",
                new AttributeValue.Bs(List.of(Bytes.fromBase64("AQ=="), Bytes.fromBase64("Ag==")))),
            Map.entry(
                "l",
                new AttributeValue.L(
                    List.of(
                        new AttributeValue.S("x"),
                        new AttributeValue.N("1"),
                        new AttributeValue.M(Map.of("k", new AttributeValue.Bool(false)))))),
            Map.entry(
                "m",
                new AttributeValue.M(
                    Map.of("in", new AttributeValue.M(Map.of("deep", new AttributeValue.S("v")))))),
            Map.entry("empty", new AttributeValue.S("")),
            Map.entry("el", new AttributeValue.L(List.of())),
            Map.entry("em", new AttributeValue.M(Map.of())));
  }

  @Test
  void parse_everyAttributeKind_equalsWhatTheConverterReads() throws IOException {
    byte[] event = EventText.resource("original-ddb-all-types.json");
    String image = new ObjectMapper().readTree(event).at("/Records/0/dynamodb/NewImage").toString();

    try (JsonParser parser = new JsonFactory().createParser(image)) {
      parser.nextToken();

      assertThat(change(only(event)).newImage()).isEqualTo(DynamoDbJson.readItem(parser));
    }
  }

  @Test
  void parse_compositeKeysOfTheOriginal_joinInTheEventsOrder() {
    List<SourceBatch> batches =
        LambdaEvents.parse(EventText.resource("original-ddb-composite-keys.json"));

    assertThat(batches.get(0).records())
        .extracting(FanoutRecord::key)
        .containsExactly("user#1|7", "k|AAEC");
  }

  @Test
  void parse_separatorInsideACompositeKey_isEscaped() {
    String one = "\"Keys\":{\"Id\":{\"N\":\"101\"}}";
    String pair = "\"Keys\":{\"a\":{\"S\":\"x|y\\\\\"},\"b\":{\"S\":\"z\"}}";
    String alone = "\"Keys\":{\"a\":{\"S\":\"x|y\\\\\"}}";

    assertThat(only(event(dynamoDb("1", "INSERT", "").replace(one, pair))).key())
        .isEqualTo("x\\|y\\\\|z");
    assertThat(only(event(dynamoDb("1", "INSERT", "").replace(one, alone))).key())
        .isEqualTo("x|y\\");
  }

  @Test
  void parse_remove_keepsKeysAndTheOldImage() {
    TableChange change = change(only(EventText.resource("original-ddb-remove.json")));

    assertThat(change.type()).isEqualTo(TableChange.Type.REMOVE);
    assertThat(change.newImage()).isNull();
    assertThat(change.keys()).isNotEmpty();
    assertThat(change.oldImage()).isNotNull();
  }

  @Test
  void parse_imagesThatAreNull_areAbsent() {
    String images = "\"NewImage\":null,\"OldImage\":{},";
    TableChange change = change(only(event(dynamoDb("1", "MODIFY", images))));

    assertThat(change.newImage()).isNull();
    assertThat(change.oldImage()).isEmpty();
  }

  @Test
  void parse_kinesisAndDynamoDbInOneEvent_isAnError() {
    byte[] event =
        event(
            dynamoDb("1", "INSERT", ""), EventText.kinesis("2", "d"), dynamoDb("3", "REMOVE", ""));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .isInstanceOf(FanoutException.class)
        .hasMessage("Lambda event, record 1: a record of KINESIS stands in an event of DYNAMODB");
  }

  @Test
  void parse_nestingThatDynamoDbAllows_isRead() {
    String deep = "{\"L\":[".repeat(31) + "{\"S\":\"v\"}" + "]}".repeat(31);
    String images = "\"NewImage\":{\"a\":" + deep + "},";

    assertThat(change(only(event(dynamoDb("1", "INSERT", images)))).newImage()).containsKey("a");
  }

  @Test
  void parse_nestingWithoutEnd_isAnError() {
    for (String open : List.of("{\"L\":[", "{\"M\":{\"a\":")) {
      String images = "\"NewImage\":{\"a\":" + open.repeat(100_000);

      assertThatThrownBy(() -> LambdaEvents.parse(event(dynamoDb("1", "INSERT", images))))
          .isInstanceOf(FanoutException.class)
          .hasMessageContaining("nests deeper");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "SequenceNumber":"2"       | "x":1                          | dynamodb.SequenceNumber is missing
          "SequenceNumber":"2"       | "SequenceNumber":2             | dynamodb.SequenceNumber is not text
          "eventID":"e-2"            | "x":1                          | eventID is missing
          "eventName":"INSERT"       | "eventName":"UPSERT"           | eventName is 'UPSERT'
          "eventName":"INSERT"       | "x":1                          | eventName is missing
          "Keys":{"Id":{"N":"101"}}  | "x":1                          | dynamodb.Keys is missing
          "Keys":{"Id":{"N":"101"}}  | "Keys":{}                      | dynamodb.Keys is missing
          "Keys":{"Id":{"N":"101"}}  | "Keys":[]                      | dynamodb.Keys is not an object
          "Keys":{"Id":{"N":"101"}}  | "Keys":{"Id":{"BOOL":true}}    | dynamodb.Keys:
          {"N":"101"}                | {"N":101}                      | N of an attribute is not text
          {"N":"101"}                | {"X":"101"}                    | of a kind other than
          {"N":"101"}                | {}                             | has no value
          {"N":"101"}                | "101"                          | is not an object
          {"N":"101"}                | {"N":"101","S":"a"}            | more than one value
          {"N":"101"}                | {"S":null}                     | is null
          {"N":"101"}                | {"B":"*"}                      | is not base64
          {"N":"101"}                | {"B":null}                     | is null
          {"N":"101"}                | {"BOOL":"true"}                | neither true nor false
          {"N":"101"}                | {"SS":"a"}                     | SS of an attribute is not an array
          {"N":"101"}                | {"SS":[1]}                     | an element of SS is not text
          {"Id":{"N":"101"}}         | {"Id":{"N":"1"},"Id":{"N":"1"}} | has an attribute twice
          """)
  void parse_aChangeThatCannotBeRead_isNamedWithWhatIsWrong(
      String part, String replacement, String problem) {
    String good = dynamoDb("2", "INSERT", "");
    assertThat(good).contains(part);
    byte[] event = event(good, good.replace(part, replacement));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .isInstanceOf(FanoutException.class)
        .hasMessageStartingWith("Lambda event, record 1: ")
        .hasMessageContaining(problem);
  }

  private static TableChange change(FanoutRecord record) {
    return Objects.requireNonNull(record.change());
  }
}
