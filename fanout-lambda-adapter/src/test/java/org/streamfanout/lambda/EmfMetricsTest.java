package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.FanoutListener.CircuitEvent;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.FanoutListener.FanoutEvent;
import org.streamfanout.spi.FanoutListener.ProgressEvent;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

final class EmfMetricsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Source SOURCE = Source.of(EventText.STREAM);
  private static final Source OTHER = Source.of(EventText.TABLE);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Units that the specification's schema allows and that are used here. */
  private static final Set<String> UNITS =
      Set.of("Count", "Bytes", "Milliseconds", "Seconds", "Percent");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final EmfMetrics metrics =
      new EmfMetrics(
          "fanout",
          new PrintStream(out, false, StandardCharsets.UTF_8),
          Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void flush_oneInvocation_keepsTheOriginalsNamesAndDimensions() throws IOException {
    metrics.sent(sent(SOURCE, "sqs", 12));
    metrics.sent(sent(SOURCE, "sqs", 14));
    metrics.settled(settled(SOURCE, "sqs", counts(7, 3, 1, 2), NOW.minusSeconds(90)));
    metrics.settled(settled(SOURCE, "sqs", counts(5, 5, 0, 0), null));
    metrics.settled(settled(OTHER, "sns", counts(2, 2, 0, 0), null));
    metrics.finished(finished(SOURCE, 2, 7));
    metrics.finished(finished(SOURCE, 2, 5));
    metrics.finished(finished(OTHER, 1, 2));
    metrics.flush();

    List<JsonNode> lines = lines();
    JsonNode function = line(lines, "Function");
    assertThat(function.get("Function").asText()).isEqualTo("fanout");
    assertThat(function.get("Sources").asLong()).isEqualTo(2);
    assertThat(function.get("Records").asLong()).isEqualTo(14);
    JsonNode source = line(lines, "Function", "Source");
    assertThat(source.get("Source").asText()).isEqualTo(SOURCE.id());
    assertThat(source.get("Records").asLong()).isEqualTo(12);
    assertThat(source.get("Targets").asLong()).isEqualTo(2);
    JsonNode target = line(lines, "Function", "Source", "Destination");
    assertThat(target.get("Destination").asText()).isEqualTo("sqs");
    assertThat(target.get("Records")).isEqualTo(JSON.readTree("[7,5]"));
    assertThat(target.get("Accepted").asLong()).isEqualTo(8);
    assertThat(target.get("Filtered").asLong()).isEqualTo(1);
    assertThat(target.get("DeadLettered").asLong()).isEqualTo(1);
    assertThat(target.get("Dropped").asLong()).isZero();
    assertThat(target.get("Held").asLong()).isEqualTo(2);
    assertThat(target.get("Attempts").asLong()).isEqualTo(2);
    assertThat(target.get("Bytes").asLong()).isEqualTo(200);
    assertThat(target.get("Latency")).isEqualTo(JSON.readTree("[12,14]"));
    assertThat(target.get("OldestHeldAge").asDouble()).isEqualTo(90);
    assertThat(target.has("RetentionUsed")).isFalse();
    assertThat(target.get("AlreadySettled").asLong()).isZero();
    assertThat(target.get("LedgerDifference").asLong()).isZero();
    assertThat(lines).hasSize(5);
  }

  @Test
  void flush_retentionKnown_saysHowMuchOfItIsUsed() throws IOException {
    metrics.settled(settled(SOURCE, "sqs", counts(1, 0, 0, 1), NOW.minusSeconds(90)));
    metrics.finished(
        new FanoutEvent(
            SOURCE, "s", 1, 1, 0, Duration.ofMillis(5), null, 0, Duration.ofSeconds(200)));
    metrics.flush();

    JsonNode target = line(lines(), "Function", "Source", "Destination");
    assertThat(target.get("RetentionUsed").asDouble()).isEqualTo(45);
  }

  @Test
  void flush_booksThatDoNotAddUp_saysByHowMuchAndOnce() throws IOException {
    TargetCounts lost = new TargetCounts(5, 2, 0, 0, 0, 0, 0, 0, 1, 0);
    metrics.settled(settled(SOURCE, "sqs", lost, null));
    metrics.flush();
    metrics.settled(settled(SOURCE, "sqs", counts(5, 5, 0, 0), null));
    metrics.flush();

    assertThat(lines())
        .extracting(line -> line.path("LedgerDifference").asLong())
        .containsExactly(3L, 0L);
  }

  @Test
  void flush_progress_isCounted() throws IOException {
    TargetCounts counts = new TargetCounts(5, 1, 0, 0, 0, 4, 0, 0, 1, 0);
    metrics.settled(settled(SOURCE, "sqs", counts, null));
    metrics.progress(new ProgressEvent(SOURCE, "s", 4, 2, 1, 3, 1, "IOException"));
    metrics.progress(new ProgressEvent(SOURCE, "s", 0, 0, 0, 0, 1, "IOException"));
    metrics.flush();

    JsonNode source = line(lines(), "Function", "Source");
    assertThat(source.get("ProgressFailures").asLong()).isEqualTo(2);
    assertThat(source.get("ProgressUnkept").asLong()).isEqualTo(5);
    JsonNode target = line(lines(), "Function", "Source", "Destination");
    assertThat(target.get("AlreadySettled").asLong()).isEqualTo(4);
  }

  @Test
  void flush_nothingHeld_hasNoAge() throws IOException {
    metrics.settled(settled(SOURCE, "sqs", counts(5, 5, 0, 0), null));
    metrics.flush();

    assertThat(line(lines(), "Function", "Source", "Destination").has("OldestHeldAge")).isFalse();
  }

  @Test
  void flush_breakerOpened_isCountedOnceForEachTime() throws IOException {
    CircuitState open = CircuitState.OPEN;
    metrics.circuit(new CircuitEvent(SOURCE, "sqs", CircuitState.CLOSED, open, "it fails"));
    metrics.circuit(new CircuitEvent(SOURCE, "sqs", open, CircuitState.HALF_OPEN, "a probe"));
    metrics.circuit(new CircuitEvent(SOURCE, "sqs", CircuitState.HALF_OPEN, open, "it fails"));
    metrics.flush();

    JsonNode target = line(lines(), "Function", "Source", "Destination");
    assertThat(target.get("CircuitOpened").asLong()).isEqualTo(1);
  }

  @Test
  void flush_twice_writesEachNumberOnce() throws IOException {
    metrics.finished(finished(SOURCE, 1, 7));
    metrics.flush();
    assertThat(lines()).hasSize(2);
    out.reset();

    metrics.flush();

    assertThat(out.toByteArray()).isEmpty();
  }

  @Test
  void flush_moreValuesThanALineHolds_writesSeveralLinesAndLosesNone() throws IOException {
    for (int index = 0; index < 250; index++) {
      metrics.sent(sent(SOURCE, "sqs", index));
    }
    metrics.settled(settled(SOURCE, "sqs", counts(250, 250, 0, 0), null));
    metrics.flush();

    List<Double> latencies = new ArrayList<>();
    long accepted = 0;
    for (JsonNode line : lines()) {
      line.path("Latency").forEach(value -> latencies.add(value.asDouble()));
      accepted += line.path("Accepted").asLong();
    }
    assertThat(latencies).hasSize(250).doesNotHaveDuplicates();
    assertThat(accepted).isEqualTo(250);
  }

  @Test
  void flush_namesThatCloudWatchRefuses_areMadeFit() throws IOException {
    metrics.settled(settled(SOURCE, "zü\n\"" + "x".repeat(2_000), counts(1, 1, 0, 0), null));
    metrics.settled(settled(SOURCE, " ", counts(1, 1, 0, 0), null));
    metrics.flush();

    assertThat(lines())
        .extracting(line -> line.get("Destination").asText())
        .containsExactly("z??\"" + "x".repeat(1_020), "?");
  }

  @Test
  void flush_lines_areOneWriteEach() {
    List<String> writes = new ArrayList<>();
    PrintStream recording =
        new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8) {
          @Override
          public void write(byte[] bytes, int offset, int length) {
            writes.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
          }
        };
    EmfMetrics recorded = new EmfMetrics("fanout", recording, Clock.systemUTC());
    recorded.finished(finished(SOURCE, 1, 7));
    recorded.flush();

    assertThat(writes).hasSize(2).allSatisfy(write -> assertThat(write).endsWith("}\n"));
  }

  /** Reads the lines and checks each against the rules of the format's specification. */
  private List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      assertThat(line.length()).isLessThan(1_000_000);
      JsonNode root = JSON.readTree(line);
      JsonNode directives = root.at("/_aws/CloudWatchMetrics");
      assertThat(root.at("/_aws/Timestamp").asLong()).isEqualTo(NOW.toEpochMilli());
      assertThat(directives).hasSize(1);
      JsonNode directive = directives.get(0);
      assertThat(directive.get("Namespace").asText()).isEqualTo("Custom/FanOut");
      assertThat(directive.get("Dimensions")).isNotEmpty();
      for (JsonNode set : directive.get("Dimensions")) {
        assertThat(set.size()).isBetween(1, 30);
        for (JsonNode dimension : set) {
          JsonNode value = root.get(dimension.asText());
          assertThat(value.isTextual()).isTrue();
          assertThat(value.asText()).isNotBlank().hasSizeLessThanOrEqualTo(1024).isASCII();
        }
      }
      JsonNode declared = directive.get("Metrics");
      assertThat(declared.size()).isBetween(1, 100);
      for (JsonNode metric : declared) {
        assertThat(metric.get("Name").asText()).isNotBlank().hasSizeLessThanOrEqualTo(1024);
        assertThat(UNITS).contains(metric.get("Unit").asText());
        JsonNode value = root.get(metric.get("Name").asText());
        if (value.isArray()) {
          assertThat(value.size()).isBetween(1, 100);
          value.forEach(number -> assertThat(number.isNumber()).isTrue());
        } else {
          assertThat(value.isNumber()).isTrue();
        }
      }
      assertThat(root.size())
          .as("every member is declared")
          .isEqualTo(1 + directive.get("Dimensions").get(0).size() + declared.size());
      lines.add(root);
    }
    return lines;
  }

  private static JsonNode line(List<JsonNode> lines, String... dimensions) {
    return lines.stream()
        .filter(
            line -> {
              Set<String> found = new HashSet<>();
              line.at("/_aws/CloudWatchMetrics/0/Dimensions/0")
                  .forEach(name -> found.add(name.asText()));
              return found.equals(Set.of(dimensions));
            })
        .findFirst()
        .orElseThrow();
  }

  private static SendEvent sent(Source source, String target, long millis) {
    return new SendEvent(source, "s", target, 1, 1, 100, Duration.ofMillis(millis), null);
  }

  private static TargetEvent settled(
      Source source, String target, TargetCounts counts, @Nullable Instant oldestHeld) {
    return new TargetEvent(source, "s", target, "sqs", counts, null, oldestHeld);
  }

  /** Of the records: accepted, filtered, held; what is left is dead-lettered. */
  private static TargetCounts counts(long records, long accepted, long filtered, long held) {
    long deadLettered = records - accepted - filtered - held;
    return new TargetCounts(records, accepted, filtered, deadLettered, 0, 0, 0, held, 1, 0);
  }

  private static FanoutEvent finished(Source source, int targets, int records) {
    return new FanoutEvent(source, "s", targets, records, records, Duration.ofMillis(5), null);
  }
}
