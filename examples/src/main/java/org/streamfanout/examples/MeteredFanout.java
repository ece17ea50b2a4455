package org.streamfanout.examples;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.micrometer.FanoutMeters;
import org.streamfanout.opentelemetry.OpenTelemetryTracing;
import org.streamfanout.spi.TargetRegistry;

/** An engine whose numbers are Micrometer's, and whose sends are OpenTelemetry's. */
final class MeteredFanout {
  private MeteredFanout() {}

  static FanoutEngine engine(TargetRegistry targets, MeterRegistry registry) {
    var meters = new FanoutMeters();
    meters.bindTo(registry);
    var tracer = GlobalOpenTelemetry.getTracer("org.streamfanout");
    var tracing = OpenTelemetryTracing.builder().tracer(tracer).jsonMember("traceparent").build();
    return FanoutEngine.builder().registry(targets).listener(meters).tracing(tracing).build();
  }
}
