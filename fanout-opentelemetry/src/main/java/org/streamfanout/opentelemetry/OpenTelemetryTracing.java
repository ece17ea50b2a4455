package org.streamfanout.opentelemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Tracing;

/**
 * Passes the W3C trace context of records on to their messages, and makes a span of each send.
 *
 * <p>The context of a record is that of its headers {@code traceparent} and {@code tracestate}, as
 * Kafka's records have, else of a member of its JSON, if one is named. A message carries the
 * context that all of its records share: a consumer goes on with the trace that the record was
 * written in. Where several records of different contexts are joined, the message carries none.
 *
 * <p>With a tracer, each send is a span of kind PRODUCER, a root with links to the contexts of the
 * records sent. It has the target's id and type, the source's id and numbers; never anything of a
 * payload, a key or a destination.
 *
 * <p>Thread-safe.
 */
public final class OpenTelemetryTracing implements Tracing {
  /** How many bytes of a payload are looked at for its context. */
  public static final int MOST_JSON_BYTES = 16 << 10;

  /**
   * How many links a span has; the SDK's own default limit
   * (https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits, as known 2026-11).
   */
  static final int MOST_LINKS = 128;

  private static final String TRACEPARENT = "traceparent";
  private static final String TRACESTATE = "tracestate";

  /** What the standard asks everybody to pass on of a tracestate, at least. */
  private static final int MOST_HEADER_BYTES = 512;

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  private final @Nullable Tracer tracer;
  private final byte @Nullable [] jsonMember;

  private OpenTelemetryTracing(Builder builder) {
    this.tracer = builder.tracer;
    this.jsonMember =
        builder.jsonMember == null ? null : builder.jsonMember.getBytes(StandardCharsets.UTF_8);
  }

  /** Starts with headers only, and no spans. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Map<String, String> attributes(List<FanoutRecord> records) {
    SpanContext shared = contextOf(records.get(0));
    for (int index = 1; index < records.size() && shared.isValid(); index++) {
      shared = contextOf(records.get(index)).equals(shared) ? shared : SpanContext.getInvalid();
    }
    if (!shared.isValid()) {
      return Map.of();
    }
    Map<String, String> attributes = new HashMap<>();
    W3C.inject(Context.root().with(Span.wrap(shared)), attributes, OpenTelemetryTracing::put);
    return attributes;
  }

  private static void put(@Nullable Map<String, String> carrier, String name, String value) {
    if (carrier != null) {
      carrier.put(name, value);
    }
  }

  private SpanContext contextOf(FanoutRecord record) {
    Map<String, String> carrier = new HashMap<>();
    for (Header header : record.headers()) {
      if (header.name().equals(TRACEPARENT) || header.name().equals(TRACESTATE)) {
        Bytes value = header.value();
        if (value != null && value.length() <= MOST_HEADER_BYTES) {
          carrier.put(header.name(), value.utf8());
        }
      }
    }
    if (!carrier.containsKey(TRACEPARENT)) {
      String found = ofJson(record.data());
      if (found == null) {
        return SpanContext.getInvalid();
      }
      carrier.clear();
      carrier.put(TRACEPARENT, found);
    }
    return Span.fromContext(W3C.extract(Context.root(), carrier, Carrier.GETTER)).getSpanContext();
  }

  private @Nullable String ofJson(@Nullable Bytes data) {
    return jsonMember == null || data == null
        ? null
        : TopLevelText.find(data, jsonMember, MOST_JSON_BYTES);
  }

  private enum Carrier implements TextMapGetter<Map<String, String>> {
    GETTER;

    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }

  @Override
  public Sending sending(TargetConfig target, Batch batch) {
    if (tracer == null) {
      return Unwatched.SENDING;
    }
    SpanBuilder builder =
        tracer
            .spanBuilder("send " + target.id())
            .setNoParent()
            .setSpanKind(SpanKind.PRODUCER)
            .setAttribute("messaging.operation.type", "send")
            .setAttribute("messaging.batch.message_count", (long) batch.messages().size())
            .setAttribute("fanout.target.id", target.id())
            .setAttribute("fanout.target.type", target.type())
            .setAttribute("fanout.source", batch.source().id());
    contextsOf(batch).forEach(builder::addLink);
    Span span = builder.startSpan();
    return watch(span);
  }

  /** The scope is closed when the send ends, on this thread. */
  @SuppressWarnings("MustBeClosedChecker")
  private static WatchedSend watch(Span span) {
    return new WatchedSend(span, span.makeCurrent());
  }

  private Set<SpanContext> contextsOf(Batch batch) {
    Set<SpanContext> contexts = new LinkedHashSet<>();
    for (Message message : batch.messages()) {
      for (FanoutRecord record : message.records()) {
        SpanContext context = contextOf(record);
        if (context.isValid() && contexts.size() < MOST_LINKS) {
          contexts.add(context);
        }
      }
    }
    return contexts;
  }

  private enum Unwatched implements Sending {
    SENDING;

    @Override
    public void answered(List<Outcome> outcomes) {}

    @Override
    public void failed(Throwable error) {}
  }

  private record WatchedSend(Span span, Scope scope) implements Sending {
    @Override
    public void answered(List<Outcome> outcomes) {
      Failure first = null;
      long accepted = 0;
      for (Outcome outcome : outcomes) {
        Failure failure = outcome instanceof Outcome.Failed failed ? failed.failure() : null;
        accepted += failure == null ? 1 : 0;
        first = first == null ? failure : first;
      }
      span.setAttribute("fanout.accepted", accepted);
      end(first == null ? null : first.code());
    }

    @Override
    public void failed(Throwable error) {
      end(error.getClass().getName());
    }

    /** What an exception says may hold what was sent; its type does not. */
    private void end(@Nullable String errorType) {
      if (errorType != null) {
        span.setStatus(StatusCode.ERROR).setAttribute("error.type", errorType);
      }
      scope.close();
      span.end();
    }
  }

  /** Builds a tracing; not thread-safe. */
  public static final class Builder {
    private @Nullable Tracer tracer;
    private @Nullable String jsonMember;

    private Builder() {}

    /** Makes a span of each send by this tracer; none by default. */
    public Builder tracer(Tracer newTracer) {
      tracer = Objects.requireNonNull(newTracer, "tracer");
      return this;
    }

    /**
     * Takes the context also from a member at the top of a record's JSON, if it has no header: a
     * text without escapes, within the first {@value #MOST_JSON_BYTES} bytes. Off by default, since
     * it looks at every payload.
     *
     * @param name such as {@code traceparent}
     */
    public Builder jsonMember(String name) {
      jsonMember = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Returns the tracing. */
    public OpenTelemetryTracing build() {
      return new OpenTelemetryTracing(this);
    }
  }
}
