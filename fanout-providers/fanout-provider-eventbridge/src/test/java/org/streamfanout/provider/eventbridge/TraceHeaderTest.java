package org.streamfanout.provider.eventbridge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceHeaderTest {
  @Test
  void of_traceparent_isXRaysHeader() {
    assertThat(TraceHeader.of("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"))
        .isEqualTo("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
    assertThat(TraceHeader.of("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-02"))
        .endsWith(";Sampled=0");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "00-5759E988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
        "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01;Root=1",
        "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8"
      })
  void of_somethingElse_isNone(String text) {
    assertThat(TraceHeader.of(text)).isNull();
  }
}
