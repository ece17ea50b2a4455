package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TableChange;
import org.streamfanout.testkit.Records;

class RecordTemplateTest {
  private static final FanoutRecord RECORD =
      FanoutRecord.builder("shardId-000000000000:49660123456789", "49660123456789")
          .shard("shardId-000000000000")
          .key("k\ud83d\ude00y")
          .build();
  private static final Map<String, String> FIELDS = Map.of("device", "d-1", "two words", "x");

  private static String rendered(String template, FanoutRecord record) {
    return RecordTemplate.parse(template)
        .render(record, Records.KINESIS, FIELDS::get)
        .orElse("(nothing)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          plain                                | plain
          {sequenceNumber}                     | 49660123456789
          {sequenceNumber[-3:-1]}_{shardId}    | 78_shardId-000000000000
          {sequenceNumber[:2]}                 | 49
          {sequenceNumber[-2:]}                | 89
          {sequenceNumber[2:4]}                | 66
          {sequenceNumber[0:999]}              | 49660123456789
          {sequenceNumber[-999:1]}             | 4
          x{sequenceNumber[5:5]}               | x
          x{sequenceNumber[7:3]}               | x
          {key[1:2]}                           | \ud83d\ude00
          {part}                               | 0
          {id}                                 | shardId-000000000000:49660123456789
          device#{field:device}/{field:two words} | device#d-1/x
          {field:missing}                      | (nothing)
          """)
  void render_template_fillsItsPlaces(String template, String text) {
    assertThat(rendered(template, RECORD)).isEqualTo(text);
  }

  @Test
  void render_userRecord_isNamedWithItsPart() {
    FanoutRecord user = RECORD.userRecord(7, "u", null, Bytes.EMPTY);

    assertThat(rendered("{id} {part} {key}", user))
        .isEqualTo("shardId-000000000000:49660123456789#7 7 u");
  }

  @Test
  void render_recordOfATableStreamWithoutShard_hasTheStreamsLabel() {
    FanoutRecord change = Records.dynamoDb(1, TableChange.Type.INSERT, "a");

    assertThat(RecordTemplate.parse("{shardId}").render(change, Records.DYNAMODB, field -> null))
        .contains("2026-01-01T00:00:00.000");
    assertThat(RecordTemplate.parse("{shardId}").render(change, Records.KINESIS, field -> null))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "}",
        "{}",
        "{shard}",
        "{key",
        "key}",
        "{field:}",
        "{field}",
        "{key[1]}",
        "{key[a:b]}",
        "{{key}}",
        "{Key}",
        "{key[1:2}",
        "{sequenceNumber[-:1]}"
      })
  void parse_unknownPlace_saysWhatMayBeWritten(String template) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordTemplate.parse(template))
        .withMessageContaining("{sequenceNumber}");
  }

  @Test
  void questions_aboutATemplate_areAnsweredByItsPlaces() {
    RecordTemplate template = RecordTemplate.parse("{field:a}-{key}-{id[0:3]}-{part}");

    assertThat(template.fields()).containsExactly("a");
    assertThat(template.usesWhole("part")).isTrue();
    assertThat(template.usesWhole("id")).isFalse();
    assertThat(template.isOfContentOnly()).isFalse();
    assertThat(RecordTemplate.parse("{field:a}{key}").isOfContentOnly()).isTrue();
    assertThat(RecordTemplate.parse("x{key}").isOfKeyOnly()).isTrue();
    assertThat(RecordTemplate.parse("{field:a}{key}").isOfKeyOnly()).isFalse();
    assertThat(template).hasToString("{field:a}-{key}-{id[0:3]}-{part}");
  }
}
