package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;
import software.amazon.kinesis.common.InitialPositionInStream;

class StartConverterTest {
  private final StartConverter converter = new StartConverter();

  @Test
  void convert_names_areThePositions() {
    assertThat(converter.convert("oldest").getInitialPositionInStream())
        .isEqualTo(InitialPositionInStream.TRIM_HORIZON);
    assertThat(converter.convert("latest").getInitialPositionInStream())
        .isEqualTo(InitialPositionInStream.LATEST);
  }

  @Test
  void convert_time_isAtThatTime() {
    var position = converter.convert("2026-11-01T12:00:00Z");

    assertThat(position.getInitialPositionInStream())
        .isEqualTo(InitialPositionInStream.AT_TIMESTAMP);
    assertThat(position.getTimestamp()).isEqualTo(Instant.parse("2026-11-01T12:00:00Z"));
  }

  @Test
  void convert_anythingElse_isRefused() {
    assertThatThrownBy(() -> converter.convert("2026-11-01"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("oldest");
  }
}
