package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.streamfanout.lambda.EmfMetrics;
import org.streamfanout.spi.FanoutListener.FanoutEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/** The alarms that {@code docs/operations.md} suggests watch metrics that there are. */
class AlarmsTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");
  private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)` \\(");
  private static final Pattern PROMETHEUS = Pattern.compile("\\bfanout_\\w+");
  private static final Pattern DESCRIBED = Pattern.compile("(?m)^\\| `(fanout_\\w+)` ");

  /** What AWS lets an alarm's comparison be (as known 2026-11). */
  private static final Set<String> COMPARISONS =
      Set.of("GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold");

  private static String page() throws IOException {
    return Files.readString(Repository.file("docs/operations.md"));
  }

  private static List<JsonNode> blocks() throws IOException {
    List<JsonNode> blocks = new ArrayList<>();
    for (MatchResult block : YAML.matcher(page()).results().toList()) {
      blocks.add(new YAMLMapper().readTree(block.group(1)));
    }
    return blocks;
  }

  /** What a function that holds something really writes: metrics with their dimensions. */
  static Set<String> written() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Clock clock = Clock.systemUTC();
    EmfMetrics metrics =
        new EmfMetrics("fanout", new PrintStream(out, true, StandardCharsets.UTF_8), clock);
    TargetCounts counts = new TargetCounts(3, 2, 0, 0, 0, 0, 0, 1, 1, 0);
    metrics.settled(
        new TargetEvent(
            SOURCE, "s", "billing-queue", "sqs", counts, null, clock.instant().minusSeconds(60)));
    metrics.finished(
        new FanoutEvent(SOURCE, "s", 1, 3, 2, Duration.ofMillis(5), null, 0, Duration.ofHours(24)));
    metrics.flush();
    Set<String> written = new HashSet<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      for (JsonNode set : new JsonMapper().readTree(line).at("/_aws/CloudWatchMetrics")) {
        for (JsonNode metric : set.get("Metrics")) {
          Set<String> dimensions = new HashSet<>();
          set.at("/Dimensions/0").forEach(each -> dimensions.add(each.asText()));
          written.add(key(set.get("Namespace").asText(), metric.get("Name").asText(), dimensions));
        }
      }
    }
    return written;
  }

  private static String key(String namespace, String metric, Set<String> dimensions) {
    return namespace + " " + metric + " " + dimensions.stream().sorted().toList();
  }

  @Test
  void cloudWatch_alarmsWatchWhatAFunctionWrites() throws IOException {
    List<JsonNode> alarms = new ArrayList<>();
    blocks().stream()
        .filter(block -> !block.has("groups"))
        .forEach(block -> block.forEach(alarms::add));

    assertThat(alarms).isNotEmpty();
    Set<String> written = written();
    for (JsonNode alarm : alarms) {
      assertThat(alarm.get("Type").asText()).isEqualTo("AWS::CloudWatch::Alarm");
      JsonNode properties = alarm.get("Properties");
      Set<String> dimensions = new HashSet<>();
      properties.get("Dimensions").forEach(each -> dimensions.add(each.get("Name").asText()));
      assertThat(written)
          .contains(
              key(
                  properties.get("Namespace").asText(),
                  properties.get("MetricName").asText(),
                  dimensions));
      assertThat(COMPARISONS).contains(properties.get("ComparisonOperator").asText());
      assertThat(properties.get("Period").asInt() % 60).isZero();
      assertThat(properties.get("Threshold").isNumber()).isTrue();
    }
  }

  /** Those that are suggested in words. */
  @Test
  void cloudWatch_otherMetricsOfThePage_areWrittenToo() throws IOException {
    String text = page();
    int from = text.indexOf("Alarm in the same way on");
    String sentence = text.substring(from, text.indexOf("keep the stream's own", from));
    List<String> names =
        NAME.matcher(sentence).results().map(match -> match.group(1)).collect(Collectors.toList());
    Set<String> written =
        written().stream().map(key -> key.split(" ")[1]).collect(Collectors.toSet());

    assertThat(names).contains("LedgerDifference", "Held", "Dropped", "StaleTargets");
    // Of the stream and of Lambda itself are the others.
    assertThat(written).containsAll(names);
  }

  @Test
  void prometheus_alertsWatchWhatAWorkerWrites() throws IOException {
    Set<String> described =
        DESCRIBED
            .matcher(Files.readString(Repository.file("docs/cli.md")))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    List<JsonNode> rules = new ArrayList<>();
    blocks().stream()
        .filter(block -> block.has("groups"))
        .forEach(
            block -> block.get("groups").forEach(group -> group.get("rules").forEach(rules::add)));

    assertThat(rules).isNotEmpty();
    for (JsonNode rule : rules) {
      List<String> names =
          PROMETHEUS.matcher(rule.get("expr").asText()).results().map(MatchResult::group).toList();
      assertThat(names).isNotEmpty();
      assertThat(described).containsAll(names);
      assertThat(rule.at("/labels/severity").asText()).isIn("page", "ticket");
    }
  }
}
