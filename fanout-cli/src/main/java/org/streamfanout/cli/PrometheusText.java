package org.streamfanout.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/**
 * Writes numbers in Prometheus' text exposition format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/, as known 2026-11). Not
 * thread-safe.
 */
final class PrometheusText {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final int NANOS = 9;

  private final StringBuilder text = new StringBuilder(1 << 12);

  private enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** An end that a record comes to at a target. */
  private record End(String label, ToLongFunction<TargetCounts> count) {}

  private static final List<End> ENDS =
      List.of(
          new End("accepted", TargetCounts::accepted),
          new End("filtered", TargetCounts::filtered),
          new End("dead_lettered", TargetCounts::deadLettered),
          new End("dropped", TargetCounts::dropped),
          new End("already_settled", TargetCounts::alreadySettled),
          new End("released", TargetCounts::released));

  private PrometheusText() {}

  /**
   * Returns the page.
   *
   * @param status what the worker is at; null before it runs
   * @param ready whether the worker reads and knows its targets
   */
  static String of(WorkerNumbers numbers, Worker.@Nullable Status status, boolean ready) {
    PrometheusText page = new PrometheusText();
    page.write(numbers, ready);
    if (status != null) {
      page.write(status);
    }
    return page.text.toString();
  }

  private void write(Worker.Status status) {
    head("fanout_shards", Type.GAUGE, "Shards or partitions that the worker has now.");
    line("fanout_shards", "", status.shards());
    head(
        "fanout_in_hand_records",
        Type.GAUGE,
        "Source records that were read and are past the checkpoint, of all shards.");
    line("fanout_in_hand_records", "", status.inHand().records());
    head("fanout_in_hand_bytes", Type.GAUGE, "The size of the batches that they are in.");
    line("fanout_in_hand_bytes", "", status.inHand().bytes());
    Long losses = status.losses();
    if (losses != null) {
      head(
          "fanout_losses_total",
          Type.COUNTER,
          "Kafka: records that were gone from the log before they were read; DynamoDB: how often"
              + " that was noticed of a stream.");
      line("fanout_losses_total", "", losses);
    }
  }

  private void write(WorkerNumbers numbers, boolean ready) {
    head("fanout_ready", Type.GAUGE, "1 while the worker reads and knows its targets, else 0.");
    line("fanout_ready", "", ready ? 1 : 0);
    head(
        "fanout_settled_records_total",
        Type.COUNTER,
        "Source records that are settled for every target.");
    for (WorkerNumbers.Shard each : numbers.shards()) {
      String labels = label("source", each.source().id()) + "," + label("shard", each.name());
      line("fanout_settled_records_total", labels, each.settled());
    }
    head(
        "fanout_target_records_total",
        Type.COUNTER,
        "Records as the target decodes them, by the end they came to.");
    for (WorkerNumbers.Target each : numbers.targets()) {
      for (End end : ENDS) {
        line(
            "fanout_target_records_total",
            labels(each) + "," + label("end", end.label),
            end.count.applyAsLong(each.counts()));
      }
    }
    writeHeld(numbers);
    writeBooks(numbers);
    writeHealth(numbers.targets());
    writeAttempts(numbers.targets());
    writeStale(numbers);
  }

  private void writeHeld(WorkerNumbers numbers) {
    head("fanout_held_records", Type.GAUGE, "Records that wait for the target now.");
    for (WorkerNumbers.Target each : numbers.targets()) {
      line("fanout_held_records", labels(each), each.counts().held());
    }
    head(
        "fanout_oldest_held_seconds",
        Type.GAUGE,
        "How long ago the oldest record that waits came into the source; 0 if none waits.");
    for (WorkerNumbers.Target each : numbers.targets()) {
      Ledger.Held held = each.held();
      Duration age = held == null ? Duration.ZERO : held.age(numbers.at());
      line("fanout_oldest_held_seconds", labels(each), age);
    }
  }

  private void writeBooks(WorkerNumbers numbers) {
    head(
        "fanout_ledger_difference",
        Type.GAUGE,
        "By how many records the books do not add up since the start; 0, or the engine is wrong.");
    line("fanout_ledger_difference", "", numbers.difference());
    head(
        "fanout_retention_seconds",
        Type.GAUGE,
        "How long the source keeps a record, for sources of which it is known.");
    numbers.retention().entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().id()))
        .forEach(
            entry ->
                line(
                    "fanout_retention_seconds",
                    label("source", entry.getKey().id()),
                    entry.getValue()));
  }

  private void writeHealth(List<WorkerNumbers.Target> targets) {
    head(
        "fanout_circuit_state",
        Type.GAUGE,
        "The target's breaker: 0 closed, 1 half-open, 2 open, so that it gets a probe now and"
            + " then.");
    for (WorkerNumbers.Target each : targets) {
      line(
          "fanout_circuit_state",
          labels(each),
          switch (each.breaker().state()) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
          });
    }
    head(
        "fanout_call_limit",
        Type.GAUGE,
        "Calls that a target which has been throttled may have under way.");
    for (WorkerNumbers.Target each : targets) {
      Integer limit = each.callLimit();
      if (limit != null) {
        line("fanout_call_limit", labels(each), limit);
      }
    }
  }

  private void writeAttempts(List<WorkerNumbers.Target> targets) {
    head(
        "fanout_attempts_total",
        Type.COUNTER,
        "Calls of the destination, by what became of the batch: accepted, or the kind of its first"
            + " failure.");
    for (WorkerNumbers.Target each : targets) {
      each.attempts().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              entry ->
                  line(
                      "fanout_attempts_total",
                      labels(each) + "," + label("outcome", entry.getKey()),
                      entry.getValue()));
    }
    head("fanout_retried_messages_total", Type.COUNTER, "Messages that were sent again.");
    for (WorkerNumbers.Target each : targets) {
      line("fanout_retried_messages_total", labels(each), each.counts().retries());
    }
    head("fanout_attempt_bytes_total", Type.COUNTER, "Bytes of all calls, failed ones included.");
    for (WorkerNumbers.Target each : targets) {
      line("fanout_attempt_bytes_total", labels(each), each.bytes());
    }
    head("fanout_attempt_duration_seconds", Type.HISTOGRAM, "How long the calls took.");
    targets.forEach(this::writeLatency);
  }

  private void writeLatency(WorkerNumbers.Target target) {
    String name = "fanout_attempt_duration_seconds";
    long upTo = 0;
    for (int bucket = 0; bucket < LatencyBuckets.BOUNDS.size(); bucket++) {
      upTo += target.took().counts().get(bucket);
      String bound = seconds(LatencyBuckets.BOUNDS.get(bucket));
      line(name + "_bucket", labels(target) + "," + label("le", bound), upTo);
    }
    line(name + "_bucket", labels(target) + "," + label("le", "+Inf"), target.took().count());
    line(name + "_sum", labels(target), target.took().sum());
    line(name + "_count", labels(target), target.took().count());
  }

  private void writeStale(WorkerNumbers numbers) {
    head(
        "fanout_targets_stale_seconds",
        Type.GAUGE,
        "How long ago the targets in use were read, for sources whose targets cannot be read"
            + " again.");
    numbers.staleSince().entrySet().stream()
        .sorted((one, other) -> one.getKey().id().compareTo(other.getKey().id()))
        .forEach(
            entry -> {
              Source source = entry.getKey();
              Instant since = entry.getValue();
              line(
                  "fanout_targets_stale_seconds",
                  label("source", source.id()),
                  WorkerNumbers.notNegative(Duration.between(since, numbers.at())));
            });
  }

  private void head(String name, Type type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ');
    text.append(
            switch (type) {
              case COUNTER -> "counter";
              case GAUGE -> "gauge";
              case HISTOGRAM -> "histogram";
            })
        .append('\n');
  }

  private static String labels(WorkerNumbers.Target target) {
    return label("source", target.source().id()) + "," + label("target", target.id());
  }

  private static String label(String name, @Nullable String value) {
    String escaped =
        (value == null ? "" : value)
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n");
    return name + "=\"" + escaped + "\"";
  }

  private void line(String name, String labels, long value) {
    line(name, labels, Long.toString(value));
  }

  private void line(String name, String labels, Duration value) {
    line(name, labels, seconds(value));
  }

  private void line(String name, String labels, String value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  private static String seconds(Duration time) {
    BigDecimal seconds =
        BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), NANOS));
    return seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
  }
}
