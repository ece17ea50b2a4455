package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.cli.Cli.STREAM;
import static org.streamfanout.cli.Cli.event;
import static org.streamfanout.cli.Cli.row;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.cli.Cli.Ran;

class RunCommandTest {
  @TempDir private Path directory;
  private Path delivered;

  @BeforeEach
  void place() {
    delivered = directory.resolve("made/by/the/command/delivered.txt");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private Path targets(String... rows) throws IOException {
    return file("targets.json", "[" + String.join(",", rows) + "]");
  }

  private String rawFile(String id, String more) {
    return row(
        id,
        "file",
        delivered.toString(),
        "'ordering':'SHARD','options':{'format':'raw'}" + (more.isEmpty() ? "" : "," + more));
  }

  /** Its destination is a directory, so nothing can be written there. */
  private String stuckFile() {
    return row("stuck", "file", directory.toString(), "'ordering':'SHARD'");
  }

  @Test
  void run_eventsOfSeveralFiles_deliveredInOrder() throws IOException {
    Path one = file("one.json", event(STREAM, "s0:1:a", "s0:2:b") + "\n" + event(STREAM, "s0:3:c"));
    Path two = file("two.json", event(STREAM, "s0:4:d"));

    Ran ran =
        Cli.run(
            "run",
            "--event",
            one.toString(),
            two.toString(),
            "--targets",
            targets(rawFile("all", "")).toString());

    assertThat(ran.errors()).isEmpty();
    assertThat(ran.exitCode()).isZero();
    assertThat(delivered).hasContent("abcd");
    assertThat(ran.out()).contains(STREAM).containsPattern("all +file +4 +4 +0 +0 +0 +0 +");
  }

  @Test
  void run_standardInput_deliveredAsLinesCome() throws IOException {
    Ran ran =
        Cli.runOn(
            event(STREAM, "s0:1:a") + "\n" + event(STREAM, "s0:2:b"),
            "run",
            "--event",
            "-",
            "--targets",
            targets(rawFile("all", "")).toString());

    assertThat(ran.exitCode()).isZero();
    assertThat(delivered).hasContent("ab");
  }

  @Test
  void run_filterAndInactiveRow_countedAndLeftOut() throws IOException {
    Path events = file("e.json", event(STREAM, "s0:1:{\"n\":1}", "s0:2:{\"n\":2}"));

    Ran ran =
        Cli.run(
            "run",
            "--event",
            events.toString(),
            "--targets",
            targets(
                    rawFile("some", "'filter':{'data':{'n':[2]}}"),
                    "{\"sourceArn\":\"" + STREAM + "\",\"id\":\"off\",\"type\":\"?\"}")
                .toString());

    assertThat(ran.exitCode()).isZero();
    assertThat(delivered).hasContent("{\"n\":2}");
    assertThat(ran.out()).containsPattern("some +file +2 +1 +1 +0").doesNotContain("off");
  }

  @Test
  void run_shardHoldsSomething_itsLaterBatchesAreNotSentAndOthersAre() throws IOException {
    Path events =
        file(
            "e.json",
            event(STREAM, "s0:1:a", "s1:2:b")
                + event("arn:aws:kinesis:us-east-1:123456789012:stream/t", "s0:3:c")
                + event(STREAM, "s0:4:d", "s0:5:e"));
    Path report = directory.resolve("report.json");

    Ran ran =
        Cli.run(
            "run",
            "--event",
            events.toString(),
            "--partial",
            "--report",
            report.toString(),
            "--timeout",
            "5s",
            "--targets",
            targets(stuckFile(), rawFile("x", "").replace(":stream/s", ":stream/t")).toString());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(delivered).hasContent("c");
    JsonNode json = new JsonMapper().readTree(report.toFile());
    JsonNode stuck = json.get("targets").get(0);
    assertThat(names(json)).containsExactly("targets", "batches");
    assertThat(names(stuck))
        .containsExactly(
            "source",
            "id",
            "type",
            "records",
            "accepted",
            "filtered",
            "deadLettered",
            "dropped",
            "alreadySettled",
            "released",
            "held",
            "calls",
            "retries",
            "firstFailure");
    assertThat(stuck.get("id").asText()).isEqualTo("stuck");
    assertThat(stuck.get("records").asLong()).isEqualTo(4);
    assertThat(stuck.get("held").asLong()).isEqualTo(4);
    assertThat(stuck.get("firstFailure").get("kind").asText()).isEqualTo("FATAL");
    assertThat(json.get("batches")).hasSize(4);
    assertThat(json.get("batches").get(2).toString())
        .isEqualTo(
            "{\"source\":\"arn:aws:kinesis:us-east-1:123456789012:stream/t\",\"shard\":\"s0\","
                + "\"checkpoint\":{\"settled\":1,\"total\":1,"
                + "\"lastSettled\":{\"sequenceNumber\":\"3\",\"subSequenceNumber\":0},"
                + "\"firstUnsettled\":null}}");
    assertThat(json.get("batches").get(3).get("checkpoint").toString())
        .isEqualTo(
            "{\"settled\":0,\"total\":2,\"lastSettled\":null,"
                + "\"firstUnsettled\":{\"sequenceNumber\":\"4\",\"subSequenceNumber\":0}}");
    assertThat(ran.out().lines().filter(line -> line.startsWith("{")))
        .containsExactly(
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"1\"},{\"itemIdentifier\":\"2\"}]}",
            "{\"batchItemFailures\":[]}",
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"4\"}]}");
    assertThat(ran.out()).contains("stuck: first failure FATAL/");
  }

  @Test
  void run_eventsOfQueuesAndTopicsThatAreHeld_answersAreThoseOfTheFunction() throws IOException {
    String queue = "arn:aws:sqs:us-east-1:123456789012:q";
    String topic = "arn:aws:sns:us-east-1:123456789012:n";
    String kafka = "kafka://b:9092/t";
    Path events =
        file(
            "e.json",
            """
            {"Records":[{"messageId":"m-1","body":"a","eventSource":"aws:sqs","eventSourceARN":"%1$s"},
            {"messageId":"m-2","body":"b","eventSource":"aws:sqs","eventSourceARN":"%1$s"}]}
            {"eventSource":"SelfManagedKafka","bootstrapServers":"b:9092","records":{"t-0":[
            {"topic":"t","partition":0,"offset":7,"value":"YQ=="}]}}
            {"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"m","TopicArn":"%2$s","Message":"a"}}]}
            """
                .formatted(queue, topic));

    Ran ran =
        Cli.run(
            "run",
            "--event",
            events.toString(),
            "--partial",
            "--timeout",
            "5s",
            "--targets",
            targets(
                    stuckFile().replace(STREAM, queue),
                    stuckFile().replace(STREAM, kafka),
                    stuckFile().replace(STREAM, topic))
                .toString());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out().lines().filter(line -> line.startsWith("{") || line.equals("throws")))
        .containsExactly(
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"m-1\"},{\"itemIdentifier\":\"m-2\"}]}",
            "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"t-0\",\"offset\":7}}]}",
            "throws");
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void run_sourceWithoutRows_nothingIsSent() throws IOException {
    Path events =
        file(
            "e.json",
            event(STREAM, "s0:1:a")
                + event("arn:aws:kinesis:us-east-1:123456789012:stream/mistyped", "s0:3:c"));

    Ran ran =
        Cli.run(
            "run",
            "--event",
            events.toString(),
            "--targets",
            targets(rawFile("all", "")).toString());

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors())
        .contains("event 2: source 'arn:aws:kinesis:us-east-1:123456789012:stream/mistyped'")
        .contains("has no targets")
        .contains("nothing was sent");
    assertThat(delivered).doesNotExist();
  }

  @Test
  void run_sourceWithoutRowsOnStandardInput_stopsThere() throws IOException {
    Path report = directory.resolve("report.json");

    Ran ran =
        Cli.runOn(
            event(STREAM, "s0:1:a")
                + event("arn:aws:kinesis:us-east-1:123456789012:stream/mistyped", "s0:2:b")
                + event(STREAM, "s0:3:c"),
            "run",
            "--event",
            "-",
            "--report",
            report.toString(),
            "--targets",
            targets(rawFile("all", "")).toString());

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("standard input, event 2").contains("stopped here");
    assertThat(delivered).hasContent("a");
    assertThat(new JsonMapper().readTree(report.toFile()).get("batches")).hasSize(1);
  }

  @Test
  void run_noActiveRow_warningAndSettled() throws IOException {
    Path events = file("e.json", event(STREAM, "s0:1:a"));

    Ran ran =
        Cli.run(
            "run",
            "--event",
            events.toString(),
            "--targets",
            targets("{\"sourceArn\":\"" + STREAM + "\",\"id\":\"off\"}").toString());

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.errors()).contains("warning").contains("no active target");
  }

  @Test
  void run_unknownColumn_deliveredAllTheSame() throws IOException {
    Path events = file("e.json", event(STREAM, "s0:1:a"));

    Ran ran =
        Cli.run(
            "run",
            "--event",
            events.toString(),
            "--targets",
            targets(rawFile("all", "'colour':'red'")).toString());

    assertThat(ran.exitCode()).isZero();
    assertThat(delivered).hasContent("a");
  }
}
