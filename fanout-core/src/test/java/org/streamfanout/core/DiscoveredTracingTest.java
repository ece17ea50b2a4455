package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.ProviderContext;

class DiscoveredTracingTest {
  private static FanoutEngine.Builder engine() {
    return FanoutEngine.builder().registry(new InMemoryTargetRegistry()).discoverTracing();
  }

  @Test
  void nothingOnTheClassPath_tracesNothing() {
    engine().build().close();
  }

  @Test
  void nothingOnTheClassPath_butASettingForIt_saysWhatToAdd() {
    FanoutEngine.Builder engine = engine().setting(ProviderContext.TRACE_JSON, "traceparent");

    assertThatThrownBy(engine::build)
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("org.streamfanout:fanout-opentelemetry");
  }
}
