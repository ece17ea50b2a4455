package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.progress.dynamodb.DynamoDbProgressStore;
import org.streamfanout.progress.dynamodb.ProgressTable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KafkaServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** {@code ./fanout kafka --progress-table}, killed while a target holds. */
class WorkerProgressIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String TABLE = "progress";
  private static final int RECORDS = 100;

  @TempDir private Path directory;

  private static List<String> arguments(KafkaServer kafka, DynamoDbServer tables) {
    return List.of(
        "kafka",
        "--bootstrap-servers",
        kafka.bootstrapServers(),
        "--topic",
        "orders",
        "--group",
        "orders",
        "--targets",
        "targets.json",
        "--region",
        "us-east-1",
        "--endpoint-url",
        tables.endpoint().toString(),
        "--config",
        "session.timeout.ms=6000",
        "--progress-table",
        TABLE);
  }

  /** Returns how many records the table says that the good target has. */
  private static long settled(KafkaServer kafka, DynamoDbClient client) {
    try {
      return DynamoDbProgressStore.builder(client, TABLE)
          .build()
          .load(
              Source.of("kafka://" + kafka.bootstrapServers() + "/orders"),
              "orders-0",
              Deadline.after(Duration.ofSeconds(30)))
          .stream()
          .filter(progress -> progress.targetId().equals("good"))
          .flatMap(progress -> progress.records().values().stream())
          .filter(RecordProgress::isSettled)
          .count();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void targets(KafkaServer kafka) throws IOException {
    String source = "kafka://" + kafka.bootstrapServers() + "/orders";
    Files.writeString(
        directory.resolve("targets.json"),
        Stream.of("good", "stuck")
            .map(
                name ->
                    """
                    {"sourceArn": "%s", "id": "%s", "type": "file", "maxAttempts": 2,
                     "destination": "out/%s.jsonl", "active": true, "ordering": "KEY"}
                    """
                        .formatted(source, name, name))
            .collect(Collectors.joining(",", "[", "]")));
  }

  private static void produce(KafkaServer kafka) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      List<Future<?>> sends = new ArrayList<>();
      for (int number = 0; number < RECORDS; number++) {
        sends.add(
            producer.send(
                new ProducerRecord<>("orders", "k" + number % 10, "{\"n\":" + number + "}")));
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

  @Test
  void killedWhileATargetHolds_othersSeeNothingTwiceAfterTheRestart() throws Exception {
    try (KafkaServer kafka = KafkaServer.start();
        DynamoDbServer tables = DynamoDbServer.start();
        AwsClients clients =
            AwsClients.builder()
                .region("us-east-1")
                .endpoint(tables.endpoint())
                .credentials(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build()) {
      DynamoDbClient client =
          clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);
      ProgressTable.create(client, TABLE);
      kafka.createTopic("orders", 1, Map.of());
      targets(kafka);
      // Where its file would be, so that nothing can be written.
      Path stuck = Files.createDirectories(directory.resolve("out/stuck.jsonl"));
      produce(kafka);

      try (WorkerProcess worker = WorkerProcess.start(directory, arguments(kafka, tables))) {
        worker.awaitLines(directory.resolve("out/good.jsonl"), RECORDS);
        worker.await("progress in the table", () -> settled(kafka, client) == RECORDS);
        // Ended without a word to anybody.
      }
      Files.delete(stuck);
      try (WorkerProcess worker = WorkerProcess.start(directory, arguments(kafka, tables))) {
        worker.awaitLines(directory.resolve("out/stuck.jsonl"), RECORDS);
        worker.terminate();
        assertThat(worker.awaitEnd().exitCode()).isZero();
      }

      List<Integer> all = IntStream.range(0, RECORDS).boxed().toList();
      assertThat(delivered("good")).containsExactlyInAnyOrderElementsOf(all);
      assertThat(delivered("stuck")).containsExactlyInAnyOrderElementsOf(all);
    }
  }
}
