package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.spi.FanoutException;

/** That it delivers is what the worker's own tests prove, against a Kinesis that answers. */
class KclWorkerExampleTest {
  private static final Map<String, String> NOBODY =
      Map.of(
          "aws.region", "us-east-1",
          "aws.accessKeyId", "test",
          "aws.secretAccessKey", "test",
          "aws.maxAttempts", "1",
          "aws.endpointUrlKinesis", "http://127.0.0.1:9");

  @BeforeEach
  void set() {
    NOBODY.forEach(System::setProperty);
  }

  @AfterEach
  void clear() {
    NOBODY.keySet().forEach(System::clearProperty);
  }

  @Test
  void main_kinesisDoesNotAnswer_saysWhichStream(@TempDir Path directory) throws IOException {
    Path targets = Files.writeString(directory.resolve("targets.json"), "[]");

    assertThatThrownBy(() -> KclWorkerExample.main(new String[] {targets.toString(), "donations"}))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'donations'");
  }
}
