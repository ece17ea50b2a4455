package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.KafkaServer;

/** {@code ./fanout kafka}, the real jar, against a real broker. */
class KafkaWorkerIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int RECORDS = 200;

  private static KafkaServer server;
  private static int topics;

  @TempDir private Path directory;
  private String topic;

  @BeforeAll
  static void start() {
    server = KafkaServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void createTopic() {
    topic = "orders" + topics++;
    server.createTopic(topic, 2, Map.of());
  }

  private WorkerProcess worker(String... more) throws IOException {
    return WorkerProcess.start(directory, arguments(topic, more));
  }

  private static List<String> arguments(String topic, String... more) {
    return Stream.concat(
            Stream.of(
                "kafka",
                "--bootstrap-servers",
                server.bootstrapServers(),
                "--topic",
                topic,
                "--group",
                "group-" + topic,
                "--targets",
                "targets.json"),
            Stream.of(more))
        .toList();
  }

  private void targets(String... names) throws IOException {
    String source = "kafka://" + server.bootstrapServers() + "/" + topic;
    // In one step, as an editor does: a worker may be reading.
    Path next = directory.resolve("next.json");
    Files.writeString(
        next,
        Stream.of(names)
            .map(
                name ->
                    """
                    {"sourceArn": "%s", "id": "%s", "type": "file",
                     "destination": "out/%s.jsonl", "active": true, "ordering": "KEY"}
                    """
                        .formatted(source, name, name))
            .collect(Collectors.joining(",", "[", "]")));
    Files.move(
        next,
        directory.resolve("targets.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Makes a directory where a target's file would be, so that nothing can be written. */
  private Path stuck() throws IOException {
    return Files.createDirectories(directory.resolve("out/stuck.jsonl"));
  }

  private void produce(int from, int to) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", server.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      List<Future<?>> sends = new ArrayList<>();
      for (int number = from; number < to; number++) {
        sends.add(
            producer.send(
                new ProducerRecord<>(topic, "k" + number % 10, "{\"n\":" + number + "}")));
      }
      for (Future<?> send : sends) {
        send.get();
      }
    }
  }

  private List<Integer> delivered(String name) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("out/" + name + ".jsonl"))) {
      JsonNode data = MAPPER.readTree(MAPPER.readTree(line).get("data").binaryValue());
      numbers.add(data.get("n").asInt());
    }
    return numbers;
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private Map<Integer, Long> committed() throws Exception {
    Map<Integer, Long> committed = new TreeMap<>();
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", server.bootstrapServers()))) {
      admin
          .listConsumerGroupOffsets("group-" + topic)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((partition, at) -> committed.put(partition.partition(), at.offset()));
    }
    return committed;
  }

  private Map<Integer, Long> ends() {
    return server.records(topic).stream()
        .collect(
            Collectors.toMap(
                each -> each.partition(), each -> each.offset() + 1, Math::max, TreeMap::new));
  }

  @Test
  void kafka_topic_deliveredCommittedAndStoppedWithItsTargetsTakenUpLive() throws Exception {
    targets("all");
    produce(0, RECORDS);

    Ran ran;
    try (WorkerProcess worker = worker("--report", "report.json", "--status-interval", "1s")) {
      worker.awaitLines(directory.resolve("out/all.jsonl"), RECORDS);
      assertThat(worker.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(worker.get("/health/ready").body()).isEqualTo("ready\n");
      worker.awaitMetric("^fanout_shards 2$");
      targets("all", "late");
      // Each record may be the one before the file was read again, so there are many.
      int from = RECORDS;
      Path late = directory.resolve("out/late.jsonl");
      while (!Files.exists(late)) {
        produce(from, from + 10);
        from += 10;
        worker.awaitLines(directory.resolve("out/all.jsonl"), from);
      }
      int last = from;
      worker.await("all", () -> count(worker) == last);
      worker.terminate();
      ran = worker.awaitEnd();

      assertThat(ran.exitCode()).as(ran.errors()).isZero();
      assertThat(ran.errors()).contains("fanout: stopped").contains(" settled, ");
      assertThat(ran.out()).containsPattern("all +file +" + last + " +" + last + " +0");
      assertThat(delivered("all")).containsExactlyInAnyOrderElementsOf(numbers(0, last));
      assertThat(delivered("late")).isSubsetOf(numbers(RECORDS, last));
      assertThat(committed()).isEqualTo(ends());
      JsonNode report = MAPPER.readTree(directory.resolve("report.json").toFile());
      assertThat(report.get("shards")).hasSize(2);
      assertThat(report.get("targets").get(0).get("accepted").asInt()).isEqualTo(last);
    }
  }

  /** Returns how many source records {@code /metrics} says are settled. */
  private static int count(WorkerProcess worker) {
    try {
      return worker
          .get("/metrics")
          .body()
          .lines()
          .filter(line -> line.startsWith("fanout_settled_records_total{"))
          .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void kafka_targetDownAtSigterm_nothingIsCommittedPastItAndTheNextStartDelivers()
      throws Exception {
    Path stuck = stuck();
    targets("all", "stuck");
    produce(0, RECORDS);

    Ran first;
    try (WorkerProcess worker = worker("--stop-limit", "2s")) {
      worker.awaitMetric("^fanout_held_records\\{.*target=\"stuck\"} [1-9]");
      targets();
      worker.await("no targets", () -> ready(worker).contains("has no targets"));
      targets("all", "stuck");
      worker.await("targets again", () -> ready(worker).equals("ready\n"));
      worker.terminate();
      first = worker.awaitEnd();
    }

    assertThat(first.exitCode()).as(first.errors()).isZero();
    assertThat(first.errors()).contains("are held for target 'stuck'; not committed");
    assertThat(committed().values()).allMatch(offset -> offset == 0);

    Files.delete(stuck);
    Ran second;
    try (WorkerProcess worker = worker()) {
      worker.awaitLines(directory.resolve("out/stuck.jsonl"), RECORDS);
      worker.await("all settled", () -> count(worker) == RECORDS);
      worker.terminate();
      second = worker.awaitEnd();
    }

    assertThat(second.exitCode()).as(second.errors()).isZero();
    assertThat(delivered("stuck")).containsExactlyInAnyOrderElementsOf(numbers(0, RECORDS));
    assertThat(delivered("all")).containsAll(numbers(0, RECORDS));
    assertThat(committed()).isEqualTo(ends());
  }

  private static String ready(WorkerProcess worker) {
    try {
      return worker.get("/health/ready").body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void kafka_secondSigterm_endsAtOnce() throws Exception {
    stuck();
    targets("stuck");
    produce(0, 10);

    Ran ran;
    try (WorkerProcess worker = worker("--stop-limit", "24h")) {
      worker.awaitMetric("^fanout_held_records\\{.*target=\"stuck\"} [1-9]");
      worker.terminate();
      worker.await("the stop", () -> ready(worker).contains("the worker is stopping"));
      worker.terminate();
      ran = worker.awaitEnd();
    }

    assertThat(ran.exitCode()).isEqualTo(128 + 15);
    assertThat(ran.errors()).contains("fanout: stopping").doesNotContain("fanout: stopped");
  }

  @Test
  void kafka_workerThatCannotGoOn_exitOneWithTheReason() throws Exception {
    targets("all");
    produce(0, 10);

    Ran ran =
        ChildProcess.fanout(
            directory,
            arguments(topic, "--config", "auto.offset.reset=none").toArray(String[]::new));

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.errors()).contains("fanout: the worker has ended by itself: ").contains(topic);
    assertThat(directory.resolve("out/all.jsonl")).doesNotExist();
  }

  @Test
  void kafka_topicThatIsNotThereAndBadRow_exitTwoAndEveryProblem() throws Exception {
    targets("all");
    Path file = directory.resolve("targets.json");
    Files.writeString(file, Files.readString(file).replace("\"file\"", "\"pigeon\""));

    Ran ran = ChildProcess.fanout(directory, arguments("ghost").toArray(String[]::new));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors())
        .contains("--topic 'ghost' cannot be read")
        .contains("'pigeon'")
        .contains("nothing was sent");
    assertThat(directory.resolve("out")).doesNotExist();
  }
}
