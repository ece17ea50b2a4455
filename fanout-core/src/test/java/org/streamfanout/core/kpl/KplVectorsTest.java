package org.streamfanout.core.kpl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;

/** Records that the real Kinesis Producer Library wrote. */
class KplVectorsTest {
  private record Line(
      String sequenceNumber, int part, String key, @Nullable String hashKey, Bytes data) {}

  @ParameterizedTest
  @ValueSource(strings = {"donations", "mixed"})
  void deaggregate_realCapture_givesExactlyItsUserRecords(String name) throws IOException {
    JsonNode capture;
    try (InputStream in = getClass().getResourceAsStream("/vectors/kpl/" + name + ".json")) {
      capture = new ObjectMapper().readTree(in);
    }
    List<Line> actual = new ArrayList<>();
    for (JsonNode source : capture.get("records")) {
      FanoutRecord record =
          FanoutRecord.builder(
                  source.get("shardId").asText() + ":" + source.get("sequenceNumber").asText(),
                  source.get("sequenceNumber").asText())
              .key(source.get("partitionKey").asText())
              .data(Bytes.fromBase64(source.get("data").asText()))
              .build();
      Deaggregated result = KplDeaggregator.deaggregate(record);
      assertThat(result.rejections()).isEmpty();
      for (FanoutRecord user : result.records()) {
        actual.add(
            new Line(
                user.sequenceNumber(),
                user.part(),
                user.key(),
                user.explicitHashKey(),
                user.data()));
      }
    }
    List<Line> expected = new ArrayList<>();
    for (JsonNode user : capture.get("userRecords")) {
      expected.add(
          new Line(
              user.get("sequenceNumber").asText(),
              user.get("aggregated").asBoolean()
                  ? user.get("subSequenceNumber").asInt()
                  : Position.WHOLE,
              user.get("partitionKey").asText(),
              user.get("explicitHashKey").isNull() ? null : user.get("explicitHashKey").asText(),
              Bytes.fromBase64(user.get("data").asText())));
    }
    assertThat(actual).isNotEmpty().containsExactlyElementsOf(expected);
  }
}
