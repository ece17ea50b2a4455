package org.streamfanout.opentelemetry;

import io.opentelemetry.api.GlobalOpenTelemetry;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Tracing;
import org.streamfanout.spi.TracingProvider;

/**
 * Traces by the process's own OpenTelemetry: that of its Java agent, or of the SDK's
 * autoconfiguration; without either, contexts are passed on and there are no spans. Thread-safe.
 */
public final class OpenTelemetryTracingProvider implements TracingProvider {
  /** What spans are made by. */
  static final String SCOPE = "org.streamfanout";

  /** Makes the provider; {@link java.util.ServiceLoader} does. */
  public OpenTelemetryTracingProvider() {}

  @Override
  public Tracing open(ProviderContext context) {
    OpenTelemetryTracing.Builder tracing =
        OpenTelemetryTracing.builder().tracer(GlobalOpenTelemetry.getTracer(SCOPE));
    String member = context.setting(ProviderContext.TRACE_JSON);
    return member == null ? tracing.build() : tracing.jsonMember(member).build();
  }
}
