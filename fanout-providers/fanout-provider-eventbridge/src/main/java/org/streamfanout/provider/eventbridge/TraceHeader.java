package org.streamfanout.provider.eventbridge;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes a W3C trace context as X-Ray's header, which is what {@code PutEvents} takes: see <a
 * href="https://www.w3.org/TR/trace-context/#traceparent-header">traceparent</a> and <a
 * href="https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader">the
 * tracing header</a>, as known 2026-11.
 */
final class TraceHeader {
  /** The attribute that a message has it in. */
  static final String W3C = "traceparent";

  private static final Pattern TRACEPARENT =
      Pattern.compile("00-([0-9a-f]{8})([0-9a-f]{24})-([0-9a-f]{16})-([0-9a-f]{2})");

  private TraceHeader() {}

  /** Returns X-Ray's form; null for none, and for what is no trace context. */
  static @Nullable String of(@Nullable String traceparent) {
    Matcher parts = TRACEPARENT.matcher(traceparent == null ? "" : traceparent);
    if (!parts.matches()) {
      return null;
    }
    boolean sampled = (Integer.parseInt(parts.group(4), 16) & 1) == 1;
    return "Root=1-"
        + parts.group(1)
        + "-"
        + parts.group(2)
        + ";Parent="
        + parts.group(3)
        + ";Sampled="
        + (sampled ? 1 : 0);
  }
}
