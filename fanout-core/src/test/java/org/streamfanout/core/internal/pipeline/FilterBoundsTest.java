package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source.Type;

/**
 * What a row's pattern and a record's data may cost. Without its bound each of these takes minutes,
 * hours or all memory; the generous timeout is what tells the two apart.
 */
@Timeout(120)
class FilterBoundsTest {
  private static final DecodeOptions RAW = new DecodeOptions(false, false, false, false);
  private static final String SIX_FIELDS =
      "{\"data\":{"
          + IntStream.range(0, 6)
              .mapToObj(field -> "\"k" + field + "\":[1]")
              .collect(Collectors.joining(","))
          + ",\"z\":[5]}}";

  private static String nestedOr(int levels) {
    return levels == 0
        ? "\"z\":[1]"
        : "\"$or\":[{\"a\":[1]},{\"b\":[1]}],\"n\":{" + nestedOr(levels - 1) + "}";
  }

  @Test
  void problem_orsThatMultiplyOut_areBounded() {
    assertThat(RecordFilter.problem(Type.KINESIS, "{\"data\":{" + nestedOr(8) + "}}")).isEmpty();
    assertThat(RecordFilter.problem(Type.KINESIS, "{\"data\":{" + nestedOr(200) + "}}"))
        .hasValueSatisfying(
            problem -> assertThat(problem).contains("multiply out to more than 256 rules"));
  }

  @Test
  void problem_orTwiceInOneObject_isSaid() {
    String or = "\"$or\":[{\"a\":[1]},{\"b\":[1]}]";
    String pattern = "{\"data\":{" + String.join(",", Collections.nCopies(30, or)) + "}}";

    assertThat(RecordFilter.problem(Type.KINESIS, pattern)).isPresent();
  }

  @Test
  void problem_wildcards_areBoundedTogether() {
    String most = "*a".repeat(8);
    String pattern = "{\"data\":{\"x\":[{\"wildcard\":\"%s\"}],\"y\":[{\"wildcard\":\"%s\"}]}}";

    assertThat(RecordFilter.problem(Type.KINESIS, String.format(pattern, most, most))).isEmpty();
    assertThat(RecordFilter.problem(Type.KINESIS, String.format(pattern, most, most + "*")))
        .hasValueSatisfying(problem -> assertThat(problem).contains("17 '*'"));
    assertThat(
            RecordFilter.problem(
                Type.KINESIS,
                "{\"data\":{\"x\":[{\"anything-but\":{\"wildcard\":[\""
                    + "*b".repeat(17)
                    + "\"]}}]}}"))
        .isPresent();
  }

  @Test
  void problem_length_isBounded() {
    String values = "\"v\",".repeat(5_000) + "\"w\"";

    assertThat(RecordFilter.problem(Type.KINESIS, "{\"data\":{\"x\":[" + values + "]}}"))
        .hasValueSatisfying(problem -> assertThat(problem).contains("use 16384 at most"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"k%d\":[%s]", "\"k%d\":[[%s]]"})
  void judge_arraysForManyFields_areRefusedAtOnce(String field) {
    String values = String.join(",", Collections.nCopies(40, "1"));
    String data = sixTimes(field, values);

    assertThat(judge(SIX_FIELDS, data)).isEqualTo(RecordFilter.FILTER_FAILED);
  }

  @Test
  void judge_namesThatAreThereTwice_countTwice() {
    String repeated =
        IntStream.range(0, 6)
            .mapToObj(field -> ("\"k" + field + "\":1,").repeat(40))
            .collect(Collectors.joining());

    assertThat(judge(SIX_FIELDS, "{" + repeated + "\"z\":4}"))
        .isEqualTo(RecordFilter.FILTER_FAILED);
  }

  @Test
  void judge_dotsInNames_countAsLevels() {
    String pattern = SIX_FIELDS.replace("\"data\":{", "\"data\":{\"a\":{").concat("}");
    String data = sixTimes("\"a.k%d\":[%s]", String.join(",", Collections.nCopies(40, "1")));

    assertThat(judge(pattern, data)).isEqualTo(RecordFilter.FILTER_FAILED);
  }

  @Test
  void judge_manyValuesInDeepArrays_areRefusedAtOnce() {
    String data = "{\"a\":" + "[".repeat(900) + "1,".repeat(100_000) + "1" + "]".repeat(900) + "}";

    assertThat(judge("{\"data\":{\"a\":[2]}}", data)).isEqualTo(RecordFilter.FILTER_FAILED);
  }

  @Test
  void judge_numberOfAMillionDigits_isAnsweredAtOnce() {
    assertThat(
            judge(
                "{\"data\":{\"a\":[{\"numeric\":[\">\",0]}]}}",
                "{\"a\":" + "1".repeat(1_000_000) + "}"))
        .isIn("no match", RecordFilter.FILTER_FAILED);
  }

  @Test
  void judge_listOfTenThousandObjects_isTried() {
    String data = "{\"l\":[" + "{\"a\":0,\"b\":2},".repeat(10_000) + "{\"a\":1,\"b\":2}]}";

    assertThat(judge("{\"data\":{\"l\":{\"a\":[1],\"b\":[2]}}}", data)).isEqualTo("match");
  }

  @Test
  void judge_someTagsForSomeFields_areTried() {
    String data = sixTimes("\"k%d\":[%s]", "3,4,1,5,6");

    assertThat(judge(SIX_FIELDS, data)).isEqualTo("no match");
    assertThat(judge(SIX_FIELDS, data.replace("\"z\":4", "\"z\":5"))).isEqualTo("match");
  }

  private static String sixTimes(String field, String values) {
    return "{"
        + IntStream.range(0, 6)
            .mapToObj(number -> String.format(field, number, values))
            .collect(Collectors.joining(","))
        + ",\"z\":4}";
  }

  private static String judge(String pattern, String data) {
    RecordFilter filter = RecordFilter.of(Type.KINESIS, RAW, Map.of("t", pattern));
    FanoutRecord record =
        FanoutRecord.builder("s:1", "1").shard("s").key("k").data(Bytes.utf8(data)).build();
    RecordFilter.Verdict verdict = filter.judge(record);
    Failure failure = verdict.failure();
    if (failure != null) {
      assertThat(failure.kind()).isEqualTo(Failure.Kind.REJECTED);
      return failure.code();
    }
    return verdict.matches("t") ? "match" : "no match";
  }
}
