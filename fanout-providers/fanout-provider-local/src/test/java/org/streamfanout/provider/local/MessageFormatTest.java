package org.streamfanout.provider.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.testkit.Records;

class MessageFormatTest {

  @Test
  void write_recordThatWasNotAggregated_isOneLine() {
    FanoutRecord record =
        FanoutRecord.builder("shard:42", "42").key("k").data(Bytes.utf8("{\"a\":1}")).build();

    assertThat(written(MessageFormat.JSON, LocalTargets.message(record)))
        .isEqualTo(
            "{\"key\":\"k\",\"sequenceNumber\":\"42\",\"subSequenceNumber\":0,"
                + "\"explicitHashKey\":null,\"data\":\"eyJhIjoxfQ==\"}\n");
  }

  @Test
  void write_userRecord_hasItsPlaceAndHashKey() {
    FanoutRecord record =
        FanoutRecord.builder("shard:42", "42").build().userRecord(3, "u", "17", Bytes.utf8("x"));

    assertThat(written(MessageFormat.JSON, LocalTargets.message(record)))
        .isEqualTo(
            "{\"key\":\"u\",\"sequenceNumber\":\"42\",\"subSequenceNumber\":3,"
                + "\"explicitHashKey\":\"17\",\"data\":\"eA==\"}\n");
  }

  @Test
  void write_tombstone_hasNoData() {
    Message tombstone = LocalTargets.message(Records.kafka(7, "k", null));
    Message empty = LocalTargets.message(Records.kafka(7, "k", ""));

    assertThat(written(MessageFormat.JSON, tombstone)).endsWith("\"data\":null}\n");
    assertThat(written(MessageFormat.JSON, empty)).endsWith("\"data\":\"\"}\n");
  }

  @Test
  void write_joinedRecords_haveTheirPositions() {
    List<FanoutRecord> records =
        List.of(
            FanoutRecord.builder("s:1", "1").key("a").data(Bytes.utf8("x")).build(),
            FanoutRecord.builder("s:2", "2").build().userRecord(5, "b", null, Bytes.utf8("y")));

    assertThat(written(MessageFormat.JSON_POSITIONS, LocalTargets.joined(records, "xy")))
        .isEqualTo(
            "{\"key\":\"a\",\"positions\":[{\"sequenceNumber\":\"1\",\"subSequenceNumber\":0},"
                + "{\"sequenceNumber\":\"2\",\"subSequenceNumber\":5}],\"data\":\"eHk=\"}\n");
  }

  @Test
  void write_awkwardKeys_areReadBackAsTheyWere() throws Exception {
    for (String key :
        List.of("", "a\"b\\c", "tab\tline\nzero\u0000", "ü 中文 \uD83D\uDE00", "\uD83D", "\uDE00x")) {
      FanoutRecord record = FanoutRecord.builder("s:1", "1").key(key).data(Bytes.EMPTY).build();

      String line = written(MessageFormat.JSON, LocalTargets.message(record));

      JsonNode read = new JsonMapper().readTree(line);
      assertThat(read.path("key").asText()).isEqualTo(key);
      assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    }
  }

  @Test
  void length_anyMessage_isWhatIsWritten() {
    for (int size = 0; size < 5; size++) {
      Message message = LocalTargets.message(Records.kafka(1, "ü\n", "x".repeat(size)));
      for (MessageFormat format : MessageFormat.values()) {
        assertThat(format.length(message)).isEqualTo(bytes(format, message).length);
      }
    }
    Message tombstone = LocalTargets.message(Records.kafka(1, "k", null));
    assertThat(MessageFormat.JSON.length(tombstone))
        .isEqualTo(bytes(MessageFormat.JSON, tombstone).length);
  }

  @Test
  void of_target_followsFormatAndCollapse() {
    assertThat(MessageFormat.of(LocalTargets.target("file", "f").build()))
        .isEqualTo(MessageFormat.JSON);
    assertThat(MessageFormat.of(LocalTargets.target("file", "f").collapse(Collapse.CONCAT).build()))
        .isEqualTo(MessageFormat.JSON_POSITIONS);
    assertThat(
            MessageFormat.of(
                LocalTargets.target("file", "f").options(Map.of("format", "raw")).build()))
        .isEqualTo(MessageFormat.RAW);
  }

  private static byte[] bytes(MessageFormat format, Message message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    format.write(message, out);
    return out.toByteArray();
  }

  private static String written(MessageFormat format, Message message) {
    return new String(bytes(format, message), StandardCharsets.UTF_8);
  }
}
