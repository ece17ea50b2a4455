package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

class PrometheusTextTest {
  private static final Source SOURCE = Source.of("kafka://a:1/t");
  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

  /** A sample as the format's grammar has it: name, labels with their escapes, a number. */
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "(?:\\{([a-zA-Z_]\\w*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\""
              + "(?:,[a-zA-Z_]\\w*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\")*)})?"
              + " (-?\\d+(?:\\.\\d+)?)");

  private static WorkerNumbers numbers(String targetId) {
    LatencyBuckets.Counter took = new LatencyBuckets.Counter();
    took.add(Duration.ofMillis(3));
    took.add(Duration.ofMillis(1));
    took.add(Duration.ofMinutes(1));
    return new WorkerNumbers(
        NOW,
        12,
        2,
        List.of(
            new WorkerNumbers.Target(
                SOURCE,
                targetId,
                "sqs",
                new TargetCounts(21, 1, 2, 3, 4, 5, 0, 6, 9, 8),
                Map.of("accepted", 2L, "throttled", 1L),
                300,
                took.now(),
                new Ledger.Held(6, NOW.minusSeconds(5), NOW.minusMillis(61_500)),
                new WorkerNumbers.Breaker(CircuitState.OPEN, NOW),
                3,
                null,
                null)),
        List.of(new WorkerNumbers.Shard(SOURCE, "t-0", 12)),
        Map.of(SOURCE, NOW.minusSeconds(90)),
        Map.of(SOURCE, Duration.ofDays(7)));
  }

  private static String page(String targetId) {
    return PrometheusText.of(
        numbers(targetId),
        new Worker.Status(List.of(), 3, 7L, new ShardStatus(40, 4_000, 2, null)),
        true);
  }

  @Test
  void of_everyNumber_isThere() {
    String labels = "{source=\"kafka://a:1/t\",target=\"q\"";

    assertThat(page("q").lines())
        .contains(
            "fanout_ready 1",
            "fanout_shards 3",
            "fanout_in_hand_records 40",
            "fanout_in_hand_bytes 4000",
            "fanout_losses_total 7",
            "fanout_settled_records_total{source=\"kafka://a:1/t\",shard=\"t-0\"} 12",
            "fanout_target_records_total" + labels + ",end=\"accepted\"} 1",
            "fanout_target_records_total" + labels + ",end=\"filtered\"} 2",
            "fanout_target_records_total" + labels + ",end=\"dead_lettered\"} 3",
            "fanout_target_records_total" + labels + ",end=\"dropped\"} 4",
            "fanout_target_records_total" + labels + ",end=\"already_settled\"} 5",
            "fanout_target_records_total" + labels + ",end=\"released\"} 0",
            "fanout_held_records" + labels + "} 6",
            "fanout_circuit_state" + labels + "} 2",
            "fanout_call_limit" + labels + "} 3",
            "fanout_oldest_held_seconds" + labels + "} 61.5",
            "fanout_ledger_difference 2",
            "fanout_retention_seconds{source=\"kafka://a:1/t\"} 604800",
            "fanout_attempts_total" + labels + ",outcome=\"accepted\"} 2",
            "fanout_attempts_total" + labels + ",outcome=\"throttled\"} 1",
            "fanout_retried_messages_total" + labels + "} 8",
            "fanout_attempt_bytes_total" + labels + "} 300",
            "fanout_attempt_duration_seconds_bucket" + labels + ",le=\"0.001\"} 1",
            "fanout_attempt_duration_seconds_bucket" + labels + ",le=\"0.005\"} 2",
            "fanout_attempt_duration_seconds_bucket" + labels + ",le=\"10\"} 2",
            "fanout_attempt_duration_seconds_bucket" + labels + ",le=\"+Inf\"} 3",
            "fanout_attempt_duration_seconds_sum" + labels + "} 60.004",
            "fanout_attempt_duration_seconds_count" + labels + "} 3",
            "fanout_targets_stale_seconds{source=\"kafka://a:1/t\"} 90");
  }

  @Test
  void of_workerThatCannotTell_saysNothingOfExpiredRecords() {
    assertThat(
            PrometheusText.of(
                numbers("q"), new Worker.Status(List.of(), 1, null, ShardStatus.EMPTY), false))
        .contains("fanout_ready 0\n")
        .doesNotContain("fanout_losses_total");
  }

  @Test
  void of_oddTargetId_isEscaped() {
    assertThat(page("a\\b\"c\nd"))
        .contains("fanout_held_records{source=\"kafka://a:1/t\",target=\"a\\\\b\\\"c\\nd\"} 6\n");
  }

  /** Help and type come once and first, and the samples of a metric stand together. */
  @Test
  void of_anyPage_keepsToTheFormat() {
    String page = page("a\\b\"c\nd,e}=");
    List<String> lines = new ArrayList<>(Arrays.asList(page.split("\n", -1)));

    assertThat(lines.remove(lines.size() - 1)).isEmpty();
    Set<String> finished = new LinkedHashSet<>();
    String current = "";
    String type = "";
    for (String line : lines) {
      if (line.startsWith("# HELP ")) {
        finished.add(current);
        current = line.split(" ")[2];
        assertThat(finished).doesNotContain(current);
        type = "";
      } else if (line.startsWith("# TYPE ")) {
        assertThat(line.split(" ")[2]).isEqualTo(current);
        type = line.split(" ")[3];
        assertThat(type).isIn("counter", "gauge", "histogram");
      } else {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches() || line.contains("le=\"+Inf\"")).as(line).isTrue();
        assertThat(type).as(line).isNotEmpty();
        String name = line.split("[{ ]")[0];
        assertThat(name)
            .isIn(
                type.equals("histogram")
                    ? List.of(current + "_bucket", current + "_sum", current + "_count")
                    : List.of(current));
        assertThat(current.endsWith("_total")).isEqualTo(type.equals("counter"));
      }
    }
  }
}
