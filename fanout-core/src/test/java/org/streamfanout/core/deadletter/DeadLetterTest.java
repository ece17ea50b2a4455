package org.streamfanout.core.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

class DeadLetterTest {
  /** As the first release that wrote letters did: neither stage nor headers. */
  private static final String FIRST =
      """
      {"deadLetterVersion":1,"source":"arn:aws:kinesis:eu-west-1:123456789012:stream/s",\
      "shard":"shardId-0","target":"t","recordId":"shardId-0:7","sequenceNumber":"7","part":-1,\
      "key":"k","keyBytes":null,"explicitHashKey":null,"arrivedAt":"2026-11-21T14:00:00Z",\
      "data":"aGVsbG8=","failureKind":"REJECTED","failureCode":"Bad","failureDetail":"never",\
      "attempts":1,"firstAttemptAt":"2026-11-21T14:00:01Z","lastAttemptAt":"2026-11-21T14:00:01Z"}\
      """;

  private static DeadLetter parse(String json) {
    return DeadLetter.parse(Bytes.utf8(json));
  }

  @Test
  void parse_letterOfTheFirstRelease_isWhole() {
    DeadLetter letter = parse(FIRST);

    assertThat(letter.stage()).isEqualTo(DeadLetter.Stage.READY);
    assertThat(letter.record().data()).isEqualTo(Bytes.utf8("hello"));
    assertThat(letter.record().shard()).isEqualTo("shardId-0");
    assertThat(letter.record().headers()).isEmpty();
    assertThat(letter.failure()).isEqualTo(Failure.rejected("Bad", "never"));
  }

  @ParameterizedTest
  @CsvSource({
    "DynamoDbBadValue, SOURCE",
    "KplMalformed, SOURCE",
    "FilterFailed, DECODED",
    "TransformFailed, DECODED",
    "TooLarge, READY"
  })
  void parse_noStage_itsCodeTells(String code, DeadLetter.Stage stage) {
    assertThat(parse(FIRST.replace("\"Bad\"", "\"" + code + "\"")).stage()).isEqualTo(stage);
  }

  @Test
  void parse_fieldsOfALaterRelease_areIgnored() {
    assertThat(parse(FIRST.replace("\"part\"", "\"new\":{\"a\":[1]},\"part\"")).target())
        .isEqualTo("t");
  }

  @Test
  void parse_anotherVersion_isNamed() {
    assertThatThrownBy(() -> parse(FIRST.replace("Version\":1", "Version\":2")))
        .isInstanceOf(DeadLetterFormatException.class)
        .hasMessageContaining("deadLetterVersion is 2")
        .hasMessageContaining("reads 1");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"target\":\"t\",', '', target",
    "'\"sequenceNumber\":\"7\"', '\"sequenceNumber\":7', sequenceNumber",
    "'\"part\":-1', '\"part\":-2', part",
    "'\"part\":-1', '\"part\":1.5', part",
    "'aGVsbG8=', 'aGVsbG8', data",
    "'REJECTED', 'REJECT', failureKind",
    "'14:00:00Z', '14:00', arrivedAt",
    "'\"attempts\":1', '\"attempts\":-1', attempts",
    "'arn:aws:kinesis', 'arn:aws:s3', source",
    "'\"part\":-1', '\"part\":-1,\"headers\":{}', headers",
    "'\"part\":-1', '\"part\":-1,\"headers\":[7]', name",
    "'\"part\":-1', '\"part\":-1,\"change\":{}', change",
    "'\"part\":-1', '\"part\":-1,\"stage\":\"LATER\"', stage",
  })
  void parse_brokenField_isNamedAndNothingQuoted(String from, String to, String field) {
    assertThat(FIRST).contains(from);
    String json = FIRST.replace(from, to);

    // aGVsbG8 without its padding is base64 to Java
    if (field.equals("data")) {
      json = json.replace("aGVsbG8", "aGVs*G8");
    }
    String broken = json;
    assertThatThrownBy(() -> parse(broken))
        .isInstanceOf(DeadLetterFormatException.class)
        .hasMessageContaining("'" + field + "'")
        .hasMessageNotContaining("aGVs")
        .hasNoCause();
  }

  @ParameterizedTest
  @CsvSource({"''", "'[]'", "'{}'", "'null'", "'{\"deadLetterVersion\":1'", "'7'", "'secret'"})
  void parse_noLetter_problemWithoutQuote(String json) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(DeadLetterFormatException.class)
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void parse_twiceTheSameFieldOrMoreThanOneLetter_problem() {
    assertThatThrownBy(() -> parse(FIRST + FIRST)).isInstanceOf(DeadLetterFormatException.class);
    assertThatThrownBy(() -> parse(FIRST.replace("\"part\"", "\"key\":\"other\",\"part\"")))
        .isInstanceOf(DeadLetterFormatException.class);
  }

  @Test
  void parse_recordOfTenMebibytesWithItsOwnJson_isEqual() {
    byte[] data = new byte[10 * 1024 * 1024];
    new Random(7).nextBytes(data);
    byte[] own = new byte[data.length / 3 * 4 + 600];
    FanoutRecord record =
        FanoutRecord.builder("s:1", "1").data(Bytes.wrap(data)).envelope(Bytes.wrap(own)).build();
    DeadLetter letter =
        DeadLetter.builder(
                Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/s"),
                "t",
                record,
                Failure.rejected("TooLarge", "x"))
            .build();

    DeadLetter read = DeadLetter.parse(letter.toJson());

    assertThat(read.record().data()).isEqualTo(record.data());
    assertThat(read.record().envelope()).isEqualTo(record.envelope());
  }

  @Test
  void toJsonWithoutPayload_holdsNoBytesOfTheRecord() {
    assertThat(parse(FIRST).toJsonWithoutPayload().utf8())
        .contains("\"failureCode\":\"Bad\"", "\"key\":\"k\"")
        .doesNotContain("\"data\"", "aGVs");
  }

  private static DeadLetter ofChange(Bytes data, String text) {
    TableChange change =
        new TableChange(
            TableChange.Type.INSERT,
            Map.of("pk", new AttributeValue.S("1")),
            Map.of("pk", new AttributeValue.S("1"), "text", new AttributeValue.S(text)),
            null);
    FanoutRecord record = FanoutRecord.builder("s:1", "1").data(data).change(change).build();
    return DeadLetter.builder(
            Source.of("arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/1"),
            "t",
            record,
            Failure.rejected("TooLarge", "x"))
        .build();
  }

  /** Letters of the first release tell no stage. */
  @Test
  void parse_noStage_changeWithoutData_wasNotConverted() {
    String stage = ",\"stage\":\"READY\"";
    String unconverted = ofChange(null, "x").toJson().utf8();
    String converted = ofChange(Bytes.utf8("{}"), "x").toJson().utf8();
    assertThat(unconverted).contains(stage);

    assertThat(parse(unconverted.replace(stage, "")).stage()).isEqualTo(DeadLetter.Stage.SOURCE);
    assertThat(parse(converted.replace(stage, "")).stage()).isEqualTo(DeadLetter.Stage.READY);
  }

  @Test
  void toJson_isAscii_whateverTheRecordHolds() {
    String text = "\u007f\u0080\u4e2d\ud83d\ude00";
    DeadLetter letter = ofChange(null, text);

    String json = letter.toJson().utf8();

    assertThat(json.chars()).allMatch(each -> each < 0x80);
    assertThat(json).contains("\u007f\\u0080\\u4e2d\\ud83d\\ude00");
    assertThat(parse(json).record().change()).isEqualTo(letter.record().change());
  }
}
