package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExampleEventTest {
  @Test
  void kinesisExample_madeAgainFromTheCapture_isTheSame() throws IOException {
    assertThat(
            new JsonMapper().readTree(Repository.file("examples/events/kinesis-kpl.json").toFile()))
        .isEqualTo(Capture.donations().lambdaEvent());
  }
}
