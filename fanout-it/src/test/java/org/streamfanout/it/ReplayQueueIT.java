package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.it.DeadLetterBox.letter;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testkit.Records;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;

/** {@code ./fanout replay} out of queues whose messages have an order, or take long. */
@Timeout(600)
class ReplayQueueIT {
  private static final int TOO_LARGE = 5_000;

  @TempDir private Path directory;
  private Path replayed;
  private SqsServer server;
  private SqsClient sqs;

  @BeforeEach
  void start() {
    replayed = directory.resolve("replayed.jsonl");
    server = SqsServer.start();
    sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
  }

  @AfterEach
  void stop() {
    sqs.close();
    server.close();
  }

  private void writeRow(String more) throws IOException {
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn":"%s","id":"t","type":"file","destination":"%s","active":true%s}]"""
            .formatted(Records.KINESIS.id(), replayed, more));
  }

  private List<String> arguments(String from, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replay",
                "--from",
                from,
                "--target",
                "t",
                "--max-wait",
                "1s",
                "--region",
                "us-east-1",
                "--endpoint-url",
                server.endpoint().toString()));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private Ran replay(DeadLetterBox box) throws Exception {
    return ChildProcess.fanout(
        directory, arguments(box.url(), "--targets", "targets.json").toArray(String[]::new));
  }

  /** Returns the numbers of a key's records, as they arrived. */
  private List<Integer> arrived(String key) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    if (Files.exists(replayed)) {
      for (String line : Files.readAllLines(replayed)) {
        var record = new JsonMapper().readTree(line);
        if (record.get("key").asText().equals(key)) {
          String sequenceNumber = record.get("sequenceNumber").asText();
          numbers.add(Integer.parseInt(sequenceNumber.substring(sequenceNumber.length() - 6)));
        }
      }
    }
    return numbers;
  }

  @Test
  void fifo_moreThanOneCallReturns_eachGroupArrivesInItsOrder() throws Exception {
    DeadLetterBox box = DeadLetterBox.fifo(sqs);
    List<Integer> even = new ArrayList<>();
    List<Integer> odd = new ArrayList<>();
    for (int number = 0; number < 70; number++) {
      String key = number % 2 == 0 ? "even" : "odd";
      (number % 2 == 0 ? even : odd).add(number);
      box.put(key, letter("t", number, key, 10));
    }
    writeRow(",\"ordering\":\"KEY\"");

    Ran ran = replay(box);

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
    assertThat(ran.out()).contains("70 read, 70 accepted, 0 filtered, 0 left");
    assertThat(arrived("even")).isEqualTo(even);
    assertThat(arrived("odd")).isEqualTo(odd);
    assertThat(box.size()).isZero();
  }

  @Test
  void fifo_letterIsRefusedAgain_isNotOvertakenAndNotSilent() throws Exception {
    DeadLetterBox box = DeadLetterBox.fifo(sqs);
    for (int number = 0; number < 60; number++) {
      String key = number % 2 == 0 ? "even" : "odd";
      box.put(key, letter("t", number, key, number == 4 ? TOO_LARGE : 10));
    }
    writeRow(",\"ordering\":\"KEY\",\"maxMessageBytes\":1000");

    Ran stuck = replay(box);

    assertThat(stuck.exitCode()).as(stuck.out() + stuck.errors()).isEqualTo(1);
    assertThat(stuck.out())
        .contains("1 left: refused, TooLarge")
        .contains("left: an earlier letter of its order stays")
        .containsPattern("about \\d+ not looked at: a FIFO queue");
    assertThat(arrived("even")).containsExactly(0, 2);
    assertThat(arrived("odd")).hasSize(30).isSorted();
    assertThat(box.size()).isEqualTo(28);

    writeRow(",\"ordering\":\"KEY\"");
    Ran mended = replay(box);

    assertThat(mended.exitCode()).as(mended.out() + mended.errors()).isZero();
    assertThat(arrived("even")).hasSize(30).isSorted();
    assertThat(box.size()).isZero();
  }

  @Test
  void fifo_whatIsNoLetterOrAnothers_isNotOvertakenAndNotSilent() throws Exception {
    DeadLetterBox box = DeadLetterBox.fifo(sqs);
    box.put("a", letter("t", 1, "a", 10));
    box.put("a", "nonsense");
    for (int number = 2; number < 20; number++) {
      box.put("a", letter("t", number, "a", 10));
    }
    box.put("b", letter("u", 1, "b", 10));
    for (int number = 2; number < 20; number++) {
      box.put("b", letter("t", number, "b", 10));
    }
    writeRow(",\"ordering\":\"KEY\"");

    Ran ran = replay(box);

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isEqualTo(1);
    assertThat(ran.out())
        .contains("1 left: no dead letter")
        .contains("passed over: 1 of other targets")
        .containsPattern("about \\d+ not looked at: a FIFO queue");
    assertThat(arrived("a")).containsExactly(1);
    assertThat(arrived("b")).isSorted().isNotEmpty();
    assertThat(box.size()).isEqualTo(39 - arrived("a").size() - arrived("b").size());
  }

  /** Longer than the queue hides a message, of which nobody else sees one meanwhile. */
  @Test
  void queue_replayTakesLongerThanTheVisibility_nothingComesIntoSightOrArrivesTwice()
      throws Exception {
    DeadLetterBox box = DeadLetterBox.standard(sqs);
    for (int number = 0; number < 40; number++) {
      box.put(letter("t", number, "k" + number, number == 0 ? TOO_LARGE : 10));
      box.put(letter("u", number, "k" + number, 10));
    }
    writeRow(",\"maxMessageBytes\":1000");
    List<String> arguments =
        arguments(box.url(), "--targets", "targets.json", "--rate", "3", "--visibility", "4s");

    Ran ran;
    try (WorkerProcess process = WorkerProcess.startPlain(directory, arguments)) {
      process.awaitLines(replayed, 39);
      // All are deleted, or stay and are hidden to the end, three times as long as asked for.
      assertThat(box.visible()).isZero();
      ran = process.awaitEnd();
    }

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isEqualTo(1);
    assertThat(ran.out()).contains("80 read, 39 accepted, 0 filtered, 1 left");
    assertThat(ran.errors()).doesNotContain("warning").doesNotContain("\u001b");
    assertThat(Files.readAllLines(replayed)).hasSize(39).doesNotHaveDuplicates();
    assertThat(box.visible()).isEqualTo(41);
  }

  /** A target that hangs: the first signal ends it within seconds, and all is given back. */
  @Test
  void queue_targetIsDownAndSomebodyStops_endsSoonAndAllIsBack() throws Exception {
    DeadLetterBox box = DeadLetterBox.standard(sqs);
    for (int number = 0; number < 30; number++) {
      box.put(letter("t", number, "k" + number, 10));
    }
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn":"%s","id":"t","type":"http","destination":"http://127.0.0.1:1/","active":true}]"""
            .formatted(Records.KINESIS.id()));
    List<String> arguments =
        arguments(
            box.url(),
            "--targets",
            "targets.json",
            "--allowed-hosts",
            "127.0.0.1:1",
            "--timeout",
            "9m");

    long asked;
    Ran ran;
    try (WorkerProcess process = WorkerProcess.startPlain(directory, arguments)) {
      process.await("all in hand", () -> box.visible() == 0);
      asked = System.nanoTime();
      process.terminate();
      ran = process.awaitEnd();
    }

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isEqualTo(1);
    assertThat(ran.errors())
        .contains("stopping, within 5 s")
        .contains("ended early: stopped as asked")
        .contains("to go on, type: ./fanout replay --from " + box.url());
    // Far from the nine minutes, however slow the machine is.
    assertThat(System.nanoTime() - asked).isLessThan(TimeUnit.MINUTES.toNanos(2));
    assertThat(box.visible()).isEqualTo(30);
  }

  @Test
  void table_lettersOfAFile_goByTheTablesRow() throws Exception {
    try (DynamoDbServer tables = DynamoDbServer.start();
        DynamoDbClient dynamoDb =
            AwsTestClients.client(DynamoDbClient.builder(), tables.endpoint())) {
      createTable(dynamoDb);
      putRow(dynamoDb, "t", true);
      putRow(dynamoDb, "off", false);
      Path from = directory.resolve("letters.jsonl");
      Files.writeString(from, letter("t", 1, "a", 10) + "\n" + letter("off", 2, "a", 10) + "\n");

      Ran ran = replayByTable(tables.endpoint(), from, "t", "--allow-local");
      Ran again = replayByTable(tables.endpoint(), from, "t", "--allow-local");
      Ran inactive = replayByTable(tables.endpoint(), from, "off", "--allow-local");
      Ran unknown = replayByTable(tables.endpoint(), from, "nobody", "--allow-local");
      Ran forbidden = replayByTable(tables.endpoint(), from, "t", "--state", "other");

      assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
      assertThat(again.out()).contains("1 replayed before");
      assertThat(arrived("a")).containsExactly(1);
      assertThat(inactive.exitCode()).as(inactive.out() + inactive.errors()).isEqualTo(1);
      assertThat(inactive.out()).contains("its row is not active; set active=true");
      assertThat(unknown.exitCode()).as(unknown.out() + unknown.errors()).isEqualTo(1);
      assertThat(unknown.out()).contains("0 accepted", "2 of other targets");
      assertThat(unknown.errors()).contains("no letter is of target 'nobody'", "check --target");
      assertThat(forbidden.exitCode()).as(forbidden.out() + forbidden.errors()).isEqualTo(1);
      assertThat(forbidden.out()).contains("1 left: ");
    }
  }

  private Ran replayByTable(URI endpoint, Path from, String target, String... more)
      throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replay",
                "--from",
                from.toString(),
                "--target",
                target,
                "--table",
                "targets",
                "--region",
                "us-east-1",
                "--endpoint-url",
                endpoint.toString()));
    arguments.addAll(List.of(more));
    return ChildProcess.fanout(directory, arguments.toArray(String[]::new));
  }

  private static void createTable(DynamoDbClient dynamoDb) {
    DynamoDbTables.createTargets(dynamoDb, "targets");
  }

  private void putRow(DynamoDbClient dynamoDb, String id, boolean active) {
    dynamoDb.putItem(
        request ->
            request
                .tableName("targets")
                .item(
                    Map.of(
                        "sourceArn", AttributeValue.fromS(Records.KINESIS.id()),
                        "id", AttributeValue.fromS(id),
                        "type", AttributeValue.fromS("file"),
                        "destination", AttributeValue.fromS(replayed.toString()),
                        "active", AttributeValue.fromBool(active),
                        "parallel", AttributeValue.fromBool(false))));
  }
}
