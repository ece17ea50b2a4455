package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.FanoutRecord;

class CollapsersTest {

  @Test
  void encode_json_trimsEachRecord() {
    assertThat(encode(Collapse.JSON, "{\"a\":1}\n", " 2 ", "\"x\""))
        .isEqualTo("{\"Records\":[{\"a\":1},2,\"x\"]}");
    assertThat(encode(Collapse.JSON, "{}")).isEqualTo("{\"Records\":[{}]}");
  }

  @Test
  void encode_concat_putsNothingBetween() {
    assertThat(encode(Collapse.CONCAT, "a\n", "", "b")).isEqualTo("a\nb");
    assertThat(encode(Collapse.CONCAT_B64, "a", "b", "c")).isEqualTo("YWJj");
    assertThat(encode(Collapse.CONCAT_B64, "a")).isEqualTo("YQ==");
  }

  @Test
  void encode_oneRecordWithoutCollapse_isItsDataItself() {
    FanoutRecord record = record(Bytes.utf8("x"));
    Collapser collapser = Collapsers.of(Collapse.NONE, BodyFormat.BINARY);

    assertThat(collapser.encode(List.of(record))).isSameAs(record.data());
    assertThatThrownBy(() -> collapser.encode(List.of(record, record)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void check_tombstoneWithoutCollapse_passesAndIsEmpty() {
    FanoutRecord tombstone = FanoutRecord.builder("id", "1").build();
    Collapser collapser = Collapsers.of(Collapse.NONE, BodyFormat.TEXT);

    assertThat(collapser.check(tombstone)).isNull();
    assertThat(collapser.contribution(tombstone)).isZero();
    assertThat(collapser.encode(List.of(tombstone))).isEqualTo(Bytes.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{\"a\":1}]}",
        "{\"a\":1},{\"b\":2}",
        "{\"a\":1}{\"b\":2}",
        "{} x",
        "{\"a\":1",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\":}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "NaN",
        "tru",
        "trueX",
        "nulll",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u123",
        "\"a\nb\"",
        "\"a\u0000\"",
        "\ufeff{}",
        "[}",
        "{]",
        "]",
        "// x\n1"
      })
  void check_notOneJsonDocument_isRejected(String text) {
    assertThat(Collapsers.of(Collapse.JSON, BodyFormat.BINARY).check(record(Bytes.utf8(text))))
        .satisfies(failure -> assertThat(failure.code()).isEqualTo("NotJson"));
  }

  @Test
  void check_jsonInOtherEncodings_isRejected() {
    Collapser collapser = Collapsers.of(Collapse.JSON, BodyFormat.BINARY);
    Stream.of(
            java.nio.charset.StandardCharsets.UTF_16BE,
            java.nio.charset.StandardCharsets.UTF_16LE,
            java.nio.charset.Charset.forName("UTF-32BE"))
        .forEach(
            charset ->
                assertThat(collapser.check(record(Bytes.wrap("{\"a\":1}".getBytes(charset)))))
                    .isNotNull());
    byte[] overlong = {'"', (byte) 0xC0, (byte) 0xAF, '"'};
    assertThat(collapser.check(record(Bytes.wrap(overlong)))).isNotNull();
  }

  @Test
  void check_deepNesting_isBoundedWithoutRecursion() {
    Collapser collapser = Collapsers.of(Collapse.JSON, BodyFormat.BINARY);
    String most = "[".repeat(JsonDocument.MAX_DEPTH) + "]".repeat(JsonDocument.MAX_DEPTH);

    assertThat(collapser.check(record(Bytes.utf8(most)))).isNull();
    assertThat(collapser.check(record(Bytes.utf8("[" + most + "]")))).isNotNull();
    assertThat(collapser.check(record(Bytes.utf8("{\"a\":".repeat(1_000_000))))).isNotNull();
  }

  @Test
  void check_mixedNesting_keepsObjectsAndArraysApart() {
    Collapser collapser = Collapsers.of(Collapse.JSON, BodyFormat.BINARY);
    String open = "{\"a\":[".repeat(200);
    String close = "]}".repeat(200);

    assertThat(collapser.check(record(Bytes.utf8(open + "1" + close)))).isNull();
    assertThat(collapser.check(record(Bytes.utf8(open + "1" + close.replaceFirst("]}", "}]")))))
        .isNotNull();
  }

  @Test
  void check_bytesThatAreNoText_areRejectedForTextOnly() {
    List<Bytes> noTexts =
        List.of(
            Bytes.wrap(new byte[] {(byte) 0xff}),
            Bytes.wrap(new byte[] {'a', 0}),
            Bytes.utf8("\u0001"),
            Bytes.utf8("\uffff"),
            Bytes.wrap(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}));
    for (Bytes data : noTexts) {
      for (Collapse collapse : List.of(Collapse.NONE, Collapse.CONCAT)) {
        assertThat(Collapsers.of(collapse, BodyFormat.TEXT).check(record(data)).code())
            .isEqualTo("NotText");
        assertThat(Collapsers.of(collapse, BodyFormat.BINARY).check(record(data))).isNull();
      }
      assertThat(Collapsers.of(Collapse.CONCAT_B64, BodyFormat.TEXT).check(record(data))).isNull();
    }
    Bytes json = Bytes.utf8("\"\uffff\"");
    assertThat(Collapsers.of(Collapse.JSON, BodyFormat.TEXT).check(record(json))).isNotNull();
    assertThat(Collapsers.of(Collapse.JSON, BodyFormat.BINARY).check(record(json))).isNull();
  }

  @Test
  void check_slices_areReadWithinTheirBounds() {
    Bytes slice = Bytes.utf8("xx{\"a\":1}yy").slice(2, 7);

    assertThat(Collapsers.of(Collapse.JSON, BodyFormat.TEXT).check(record(slice))).isNull();
    assertThat(Collapsers.of(Collapse.CONCAT_B64, BodyFormat.TEXT).encode(List.of(record(slice))))
        .isEqualTo(Bytes.utf8("eyJhIjoxfQ=="));
  }

  private static String encode(Collapse collapse, String... data) {
    return Collapsers.of(collapse, BodyFormat.TEXT)
        .encode(Stream.of(data).map(text -> record(Bytes.utf8(text))).toList())
        .utf8();
  }

  private static FanoutRecord record(Bytes data) {
    return FanoutRecord.builder("id", "1").data(data).build();
  }
}
