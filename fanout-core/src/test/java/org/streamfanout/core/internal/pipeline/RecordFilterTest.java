package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source.Type;
import org.streamfanout.spi.TableChange;

class RecordFilterTest {
  private static final DecodeOptions RAW = new DecodeOptions(false, false, false, false);
  private static final DecodeOptions PLAIN = new DecodeOptions(false, true, false, false);
  private static final DecodeOptions WHOLE = new DecodeOptions(false, true, false, true);

  @Test
  void judge_severalTargets_givesThoseThatMatch() {
    RecordFilter filter =
        RecordFilter.of(
            Type.KINESIS,
            RAW,
            Map.of(
                "big", "{\"data\":{\"n\":[{\"numeric\":[\">\",10]}]}}",
                "key", "{\"partitionKey\":[{\"prefix\":\"user-\"}]}",
                "both", "{\"data\":{\"n\":[1]},\"partitionKey\":[\"user-1\"]}",
                "never", "{\"data\":{\"x\":[\"y\"]}}"));

    assertThat(filter.judge(kinesis("user-1", "{\"n\":1}")).ids()).containsOnly("key", "both");
    assertThat(filter.judge(kinesis("a\"b", " {\"n\":11.5}\n")).ids()).containsOnly("big");
    assertThat(filter.judge(kinesis("x", "{\"n\":2}")).ids()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text", "{\"a\":1}]}", "{\"a\":1},\"partitionKey\":\"b\"", "\u0000"})
  void judge_dataThatIsNotJson_matchesNoPatternThatNamesData(String data) {
    RecordFilter filter =
        RecordFilter.of(
            Type.KINESIS,
            RAW,
            Map.of(
                "absent", "{\"data\":{\"a\":[{\"exists\":false}]}}",
                "none", "{\"data\":[{\"exists\":false}]}",
                "or", "{\"$or\":[{\"data\":{\"a\":[1]}},{\"partitionKey\":[\"k\"]}]}",
                "key", "{\"partitionKey\":[\"k\"]}"));

    RecordFilter.Verdict verdict = filter.judge(kinesis("k", data));

    assertThat(verdict.failure()).isNull();
    assertThat(verdict.ids()).containsOnly("key");
  }

  @Test
  void judge_dataThatIsNotAnObject_isMatchedAsItIs() {
    assertThat(matches(Type.KINESIS, RAW, "{\"data\":[5]}", kinesis("k", "5"))).isTrue();
    assertThat(matches(Type.KINESIS, RAW, "{\"data\":[\"x\"]}", kinesis("k", "\"x\""))).isTrue();
    assertThat(matches(Type.KINESIS, RAW, "{\"data\":[7]}", kinesis("k", "[5,[7]]"))).isTrue();
    assertThat(matches(Type.KINESIS, RAW, "{\"data\":[null]}", kinesis("k", "null"))).isTrue();
  }

  @Test
  void judge_arrayOfObjects_matchesWithinOneElement() {
    String pattern = "{\"data\":{\"l\":{\"a\":[1],\"b\":[2]}}}";

    assertThat(
            matches(
                Type.KINESIS, RAW, pattern, kinesis("k", "{\"l\":[{\"a\":0},{\"a\":1,\"b\":2}]}")))
        .isTrue();
    assertThat(matches(Type.KINESIS, RAW, pattern, kinesis("k", "{\"l\":[{\"a\":1},{\"b\":2}]}")))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "[12345678901234567890123456789],12345678901234567890123456789,true",
    "[{\"numeric\":[\">\"|5]}],12345678901234567890,false",
    "[{\"numeric\":[\">\"|5]}],5.0000000000000000000001,false",
    "[{\"numeric\":[\">\"|0.1]}],0.30000000000000004,true",
    "[{\"numeric\":[\">\"|5]}],1e999999999,false",
    "[{\"numeric\":[\"=\"|300]}],3.0e2,true",
    "[300],3.0e2,true"
  })
  void judge_numbers_followTheRulersPrecision(String pattern, String number, boolean expected) {
    assertThat(
            matches(
                Type.KINESIS,
                RAW,
                "{\"data\":{\"n\":" + pattern.replace('|', ',') + "}}",
                kinesis("k", "{\"n\":" + number + "}")))
        .isEqualTo(expected);
  }

  @Test
  void judge_documentThatTheRulerCannotRead_isAFailureNotSilence() {
    RecordFilter filter = RecordFilter.of(Type.KINESIS, RAW, Map.of("t", "{\"data\":{\"a\":[1]}}"));
    String deep = "{\"a\":" + "[".repeat(999) + "]".repeat(999) + "}";
    String longNumber = "{\"a\":" + "1".repeat(2_000) + "}";

    for (String data : new String[] {deep, longNumber}) {
      RecordFilter.Verdict verdict = filter.judge(kinesis("k", data));
      assertThat(verdict.ids()).isEmpty();
      assertThat(verdict.failure().code()).isEqualTo("FilterFailed");
      assertThat(verdict.failure().kind()).isEqualTo(Failure.Kind.REJECTED);
    }
  }

  @Test
  void judge_change_seesRawImagesAndConvertedData() {
    FanoutRecord modified = decoded(TableChange.Type.MODIFY, PLAIN, image("new"), image("old"));

    assertThat(
            matches(
                Type.DYNAMODB,
                PLAIN,
                "{\"eventName\":[\"MODIFY\"],\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":[\"k\"]}},"
                    + "\"NewImage\":{\"v\":{\"S\":[\"new\"]}},\"OldImage\":{\"v\":{\"S\":[\"old\"]}},"
                    + "\"SequenceNumber\":[\"1\"]},\"data\":{\"v\":[\"new\"]}}",
                modified))
        .isTrue();
    assertThat(
            matches(
                Type.DYNAMODB,
                RAW,
                "{\"data\":{\"v\":{\"S\":[\"new\"]}}}",
                decoded(TableChange.Type.MODIFY, RAW, image("new"), null)))
        .isTrue();
  }

  @Test
  void judge_removal_seesTheOldImageElseTheKeys() {
    String old = "{\"data\":{\"v\":[\"old\"]}}";
    String keys = "{\"data\":{\"pk\":[\"k\"]}}";

    assertThat(
            matches(
                Type.DYNAMODB,
                PLAIN,
                old,
                decoded(TableChange.Type.REMOVE, PLAIN, null, image("old"))))
        .isTrue();
    assertThat(
            matches(
                Type.DYNAMODB, PLAIN, keys, decoded(TableChange.Type.REMOVE, PLAIN, null, null)))
        .isTrue();
    assertThat(
            matches(
                Type.DYNAMODB,
                WHOLE,
                "{\"data\":{\"eventName\":[\"REMOVE\"]}}",
                decoded(TableChange.Type.REMOVE, WHOLE, null, null)))
        .isTrue();
  }

  @Test
  void judge_kafka_seesKeyAndValue() {
    FanoutRecord json =
        FanoutRecord.builder("t-0:1", "1").key("7").data(Bytes.utf8("{\"a\":1}")).build();
    FanoutRecord text = FanoutRecord.builder("t-0:2", "2").data(Bytes.utf8("a\"\\b")).build();
    FanoutRecord tombstone = FanoutRecord.builder("t-0:3", "3").key("7").build();

    assertThat(matches(Type.KAFKA, RAW, "{\"key\":[\"7\"],\"value\":{\"a\":[1]}}", json)).isTrue();
    assertThat(matches(Type.KAFKA, RAW, "{\"value\":[\"a\\\"\\\\b\"]}", text)).isTrue();
    assertThat(matches(Type.KAFKA, RAW, "{\"value\":[null]}", tombstone)).isTrue();
    assertThat(matches(Type.KAFKA, RAW, "{\"data\":{\"a\":[{\"exists\":false}]}}", tombstone))
        .isFalse();
    assertThat(matches(Type.SQS, RAW, "{\"body\":{\"a\":[1]},\"data\":{\"a\":[1]}}", json))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "KINESIS;;is not one complete JSON document",
        "KINESIS;{\"data\":{\"a\":[1]}} x;is not one complete JSON document",
        "KINESIS;[];no EventBridge pattern",
        "KINESIS;{};no EventBridge pattern",
        "KINESIS;{\"data\":1};no EventBridge pattern",
        "KINESIS;{\"data\":{\"a\":[{\"numeric\":[\"~\",1]}]}};no EventBridge pattern",
        "KINESIS;{\"data\":{\"a\":[]}};no EventBridge pattern",
        "KINESIS;{\"data\":{\"a\":[1],\"a\":[2]}};no EventBridge pattern",
        "KINESIS;{\"dta\":{\"a\":[1]}};names 'dta'",
        "KINESIS;{\"eventName\":[\"INSERT\"]};names 'eventName'",
        "DYNAMODB;{\"partitionKey\":[\"x\"]};names 'partitionKey'",
        "DYNAMODB;{\"dynamodb\":{\"newImage\":{\"a\":[1]}}};names 'dynamodb.newImage'",
        "SNS;{\"body\":[\"x\"]};names 'body'"
      })
  void problem_badPattern_isNamed(Type type, String pattern, String problem) {
    String text = pattern == null ? "" : pattern;

    assertThat(RecordFilter.problem(type, text))
        .hasValueSatisfying(found -> assertThat(found).contains(problem));
    assertThatThrownBy(() -> RecordFilter.of(type, RAW, Map.of("t", text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target 't'");
  }

  @Test
  void problem_goodPatterns_haveNone() {
    assertThat(RecordFilter.problem(Type.KINESIS, "{\"data\":{\"a\":[{\"anything-but\":[1]}]}}"))
        .isEmpty();
    assertThat(
            RecordFilter.problem(
                Type.DYNAMODB, "{\"dynamodb\":{\"Keys\":{\"a\":{\"N\":[\"1\"]}}}}"))
        .isEmpty();
    assertThat(RecordFilter.problem(Type.KAFKA, "{\"$or\":[{\"key\":[\"a\"]},{\"value\":[1]}]}"))
        .isEmpty();
  }

  private static boolean matches(
      Type type, DecodeOptions options, String pattern, FanoutRecord record) {
    RecordFilter.Verdict verdict =
        RecordFilter.of(type, options, Map.of("t", pattern)).judge(record);
    assertThat(verdict.failure()).isNull();
    assertThat(Set.of("t")).containsAll(verdict.ids());
    return verdict.matches("t");
  }

  private static FanoutRecord kinesis(String key, String data) {
    return FanoutRecord.builder("id", "1").key(key).data(Bytes.utf8(data)).build();
  }

  private static Map<String, AttributeValue> image(String value) {
    return Map.of("v", new AttributeValue.S(value));
  }

  private static FanoutRecord decoded(
      TableChange.Type change,
      DecodeOptions options,
      Map<String, AttributeValue> newImage,
      Map<String, AttributeValue> oldImage) {
    FanoutRecord record =
        FanoutRecord.builder("id", "1")
            .key("k")
            .change(
                new TableChange(
                    change, Map.of("pk", new AttributeValue.S("k")), newImage, oldImage))
            .build();
    return Decoder.decode(Type.DYNAMODB, record, options).records().get(0);
  }
}
