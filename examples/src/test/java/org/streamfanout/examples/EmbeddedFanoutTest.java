package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedFanoutTest {
  @Test
  void main_fileTarget_recordIsInTheFile(@TempDir Path directory) throws IOException {
    Path delivered = directory.resolve("delivered.jsonl");
    Path targets =
        Files.writeString(
            directory.resolve("targets.json"),
            """
            [{"sourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/donations",
              "id": "a", "type": "file", "destination": "%s", "active": true,
              "options": {"format": "raw"}}]
            """
                .formatted(delivered.toString().replace('\\', '/')));

    EmbeddedFanout.main(new String[] {targets.toString()});

    assertThat(delivered).hasContent("{\"event\":\"donation\",\"amount\":20}");
  }
}
