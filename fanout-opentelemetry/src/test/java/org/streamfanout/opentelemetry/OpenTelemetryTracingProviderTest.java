package org.streamfanout.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Tracing;
import org.streamfanout.spi.TracingProvider;

class OpenTelemetryTracingProviderTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private static Tracing tracing(Map<String, String> settings) {
    TracingProvider provider = ServiceLoader.load(TracingProvider.class).findFirst().orElseThrow();
    assertThat(provider).isInstanceOf(OpenTelemetryTracingProvider.class);
    return provider.open(
        new ProviderContext() {
          @Override
          public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
            return factory.get();
          }

          @Override
          public @Nullable String setting(String name) {
            return settings.get(name);
          }

          @Override
          public Clock clock() {
            return Clock.systemUTC();
          }
        });
  }

  private static FanoutRecord.Builder record(String data) {
    return FanoutRecord.builder("r:1", "1").data(Bytes.utf8(data));
  }

  @Test
  void open_noSetting_passesHeadersOnAndLooksAtNoPayload() {
    Tracing tracing = tracing(Map.of());
    FanoutRecord json = record("{\"trace\":\"" + PARENT + "\"}").build();
    FanoutRecord header =
        record("x").headers(List.of(new Header("traceparent", Bytes.utf8(PARENT)))).build();

    assertThat(tracing.attributes(List.of(header))).containsEntry("traceparent", PARENT);
    assertThat(tracing.attributes(List.of(json))).isEmpty();
  }

  @Test
  void open_memberIsNamed_takesTheContextFromIt() {
    Tracing tracing = tracing(Map.of(ProviderContext.TRACE_JSON, "trace"));

    assertThat(tracing.attributes(List.of(record("{\"trace\":\"" + PARENT + "\"}").build())))
        .containsEntry("traceparent", PARENT);
  }
}
