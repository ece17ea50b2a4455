package org.streamfanout.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Tracing;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

class OpenTelemetryTracingTest {
  private static final Source SOURCE = Source.of("kafka://a:1/t");
  private static final String ONE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String TWO = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
  private static final String SECRET = "payload-secret";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final SdkTracerProvider sdk =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();
  private final InMemoryTarget memory =
      InMemoryTarget.builder()
          .capabilities(
              Capabilities.builder(Limits.of(10, 10_000, 200))
                  .collapses(Set.of(Collapse.NONE, Collapse.JSON), Collapse.NONE)
                  .build())
          .size(message -> message.bodyLength() + length(message.attributes()))
          .build();
  private final List<Map<String, String>> attributes = new CopyOnWriteArrayList<>();
  private final List<Boolean> current = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    sdk.close();
  }

  private static long length(Map<String, String> attributes) {
    return attributes.entrySet().stream()
        .mapToLong(each -> each.getKey().length() + each.getValue().length())
        .sum();
  }

  private static Header header(String name, String value) {
    return new Header(name, Bytes.utf8(value));
  }

  private static FanoutRecord record(int number, String data, Header... headers) {
    return FanoutRecord.builder("t-0:" + number, Integer.toString(number))
        .shard("t-0")
        .key("k")
        .data(Bytes.utf8(data))
        .headers(List.of(headers))
        .build();
  }

  private void process(@Nullable Tracing tracing, Collapse collapse, FanoutRecord... records) {
    memory.always(
        sending -> {
          sending.batch().messages().forEach(each -> attributes.add(each.attributes()));
          current.add(Span.current().getSpanContext().isValid());
          return sending.acceptAll();
        });
    run(tracing, collapse, records);
  }

  private void run(@Nullable Tracing tracing, Collapse collapse, FanoutRecord... records) {
    FanoutEngine.Builder builder =
        FanoutEngine.builder()
            .registry(
                new InMemoryTargetRegistry(
                    TargetConfig.builder(SOURCE, "t", "memory", "https://user:pass@host")
                        .collapse(collapse)
                        .build()))
            .provider(memory)
            .retry(
                new RetryPolicy(
                    2,
                    Duration.ofSeconds(30),
                    Duration.ofNanos(20_000),
                    Duration.ofNanos(200_000)));
    if (tracing != null) {
      builder.tracing(tracing);
    }
    try (FanoutEngine engine = builder.build()) {
      engine.process(
          new SourceBatch(SOURCE, "t-0", List.of(records)), Deadline.after(Duration.ofSeconds(30)));
    }
  }

  @Test
  void off_recordWithContext_messageHasNoAttribute() {
    process(null, Collapse.NONE, record(1, "{}", header("traceparent", ONE)));

    assertThat(attributes).containsExactly(Map.of());
  }

  @Test
  void headers_ofARecord_goWithItsMessage() {
    process(
        OpenTelemetryTracing.builder().build(),
        Collapse.NONE,
        record(1, "{}", header("traceparent", ONE), header("tracestate", "a=1,b=2")));

    assertThat(attributes).containsExactly(Map.of("traceparent", ONE, "tracestate", "a=1,b=2"));
    assertThat(current).containsExactly(false);
  }

  @Test
  void headers_thatAreNoContext_areLeftBehind() {
    process(
        OpenTelemetryTracing.builder().build(),
        Collapse.NONE,
        record(1, "{}", header("traceparent", "00-" + SECRET)),
        record(2, "{}", header("traceparent", "00-" + "0".repeat(32) + "-b7ad6b7169203331-01")),
        record(3, "{}", new Header("traceparent", null)),
        record(4, "{}", header("tracestate", "a=1")),
        record(5, "{}", header("traceparent", ONE + "x".repeat(600))));

    assertThat(attributes).hasSize(5).allMatch(Map::isEmpty);
  }

  @Test
  void json_namedMember_isTakenWhereThereIsNoHeader() {
    Tracing tracing = OpenTelemetryTracing.builder().jsonMember("traceparent").build();
    String json = "{\"a\":1,\"traceparent\":\"" + TWO + "\"}";

    process(tracing, Collapse.NONE, record(1, json), record(2, json, header("traceparent", ONE)));

    assertThat(attributes)
        .containsExactlyInAnyOrder(Map.of("traceparent", TWO), Map.of("traceparent", ONE));
  }

  @Test
  void json_notNamed_isNotLookedAt() {
    process(
        OpenTelemetryTracing.builder().build(),
        Collapse.NONE,
        record(1, "{\"traceparent\":\"" + TWO + "\"}"));

    assertThat(attributes).containsExactly(Map.of());
  }

  @Test
  void joined_oneContext_isKept_andSeveralAreNot() {
    Tracing tracing = OpenTelemetryTracing.builder().build();
    Header one = header("traceparent", ONE);

    process(tracing, Collapse.JSON, record(1, "{}", one), record(2, "{}", one));
    process(
        tracing, Collapse.JSON, record(1, "{}", one), record(2, "{}", header("traceparent", TWO)));

    assertThat(attributes).containsExactly(Map.of("traceparent", ONE), Map.of());
  }

  /** Six records are a message of 199 bytes; 66 of context leave room for three. */
  @Test
  void joined_attributesCountAgainstTheLimit() {
    FanoutRecord[] records = new FanoutRecord[6];
    for (int number = 0; number < records.length; number++) {
      String data = "{\"a\":\"" + "x".repeat(22) + "\"}";
      records[number] = record(number, data, header("traceparent", ONE));
    }

    process(null, Collapse.JSON, records);
    assertThat(memory.received()).extracting(each -> each.records().size()).containsExactly(6);
    attributes.clear();
    process(OpenTelemetryTracing.builder().build(), Collapse.JSON, records);

    assertThat(memory.violations()).isEmpty();
    assertThat(memory.received())
        .extracting(each -> each.records().size())
        .containsExactly(6, 3, 3);
    assertThat(attributes).containsOnly(Map.of("traceparent", ONE));
  }

  @Test
  void tracer_send_isAProducerSpanWithLinksAndNoSecret() {
    Tracing tracing = OpenTelemetryTracing.builder().tracer(sdk.get("fanout")).build();

    process(
        tracing,
        Collapse.JSON,
        record(1, "{\"a\":\"" + SECRET + "\"}", header("traceparent", ONE)),
        record(2, "{}", header("traceparent", TWO)),
        record(3, "{}", header("traceparent", TWO)),
        record(4, "{}"));

    assertThat(current).containsExactly(true);
    SpanData span = spans.getFinishedSpanItems().get(0);
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
    assertThat(span.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(span.getName()).isEqualTo("send t");
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getLinks())
        .extracting(link -> link.getSpanContext().getTraceId())
        .containsExactly(ONE.substring(3, 35), TWO.substring(3, 35));
    assertThat(span.getAttributes().get(AttributeKey.longKey("messaging.batch.message_count")))
        .isEqualTo(1);
    assertThat(span.getAttributes().get(AttributeKey.longKey("fanout.accepted"))).isEqualTo(1);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.toString()).doesNotContain(SECRET).doesNotContain("pass@host");
  }

  @Test
  void tracer_sendThatFails_isAnError() {
    Tracing tracing = OpenTelemetryTracing.builder().tracer(sdk.get("fanout")).build();
    memory.always(Behaviours.fail(Failure.fatal("Denied", SECRET)));
    run(tracing, Collapse.NONE, record(1, "{}"));
    memory.always(Behaviours.raise(new IllegalArgumentException(SECRET)));
    run(tracing, Collapse.NONE, record(2, "{}"));

    List<SpanData> all = new ArrayList<>(spans.getFinishedSpanItems());
    assertThat(all).hasSizeGreaterThan(1);
    assertThat(all).allMatch(span -> span.getStatus().getStatusCode() == StatusCode.ERROR);
    assertThat(all)
        .extracting(span -> span.getAttributes().get(AttributeKey.stringKey("error.type")))
        .contains("Denied", "java.lang.IllegalArgumentException");
    assertThat(all.toString()).doesNotContain(SECRET);
  }

  @Test
  void tracingThatThrows_changesNothing() {
    Tracing broken =
        new Tracing() {
          @Override
          public Map<String, String> attributes(List<FanoutRecord> records) {
            throw new IllegalStateException("no attributes");
          }

          @Override
          public Sending sending(TargetConfig target, Batch batch) {
            throw new IllegalStateException("no span");
          }
        };

    process(broken, Collapse.NONE, record(1, "{}"), record(2, "{}"));

    assertThat(attributes).containsExactly(Map.of(), Map.of());
  }
}
