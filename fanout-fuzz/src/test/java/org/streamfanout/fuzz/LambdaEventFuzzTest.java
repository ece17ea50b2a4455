package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.List;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;

/** Lambda events: what is read is JSON for another reader too, and nothing else is thrown. */
class LambdaEventFuzzTest {
  private static final JsonFactory JACKSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .build())
          .build();

  @FuzzTest
  void parse_anyBytes_areAnEventOrAnError(byte[] event) throws IOException {
    List<SourceBatch> batches;
    try {
      batches = LambdaEvents.parse(event.clone());
    } catch (FanoutException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThatCode(() -> readByJackson(event)).doesNotThrowAnyException();
    for (SourceBatch batch : batches) {
      for (FanoutRecord record : batch.records()) {
        assertThat(record.sequenceNumber()).isNotEmpty();
        assertThat(record.id()).isNotEmpty();
      }
    }
  }

  private static void readByJackson(byte[] event) throws IOException {
    try (JsonParser parser = JACKSON.createParser(event)) {
      while (parser.nextToken() != null) {
        parser.skipChildren();
      }
    }
  }
}
