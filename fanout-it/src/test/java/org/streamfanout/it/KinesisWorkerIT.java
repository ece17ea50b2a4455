package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** {@code ./fanout kinesis}, the real jar, against a local Kinesis and leases in DynamoDB Local. */
class KinesisWorkerIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int RECORDS = 100;
  private static final int KEYS = 10;

  private static KinesisServer kinesisServer;
  private static DynamoDbServer dynamoDbServer;
  private static KinesisClient kinesis;
  private static DynamoDbClient dynamoDb;
  private static String streamArn;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    kinesisServer = KinesisServer.start();
    dynamoDbServer = DynamoDbServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), kinesisServer.endpoint());
    dynamoDb = AwsTestClients.client(DynamoDbClient.builder(), dynamoDbServer.endpoint());
    kinesis.createStream(request -> request.streamName("orders").shardCount(2));
    kinesis.waiter().waitUntilStreamExists(request -> request.streamName("orders"));
    var summary =
        kinesis
            .describeStreamSummary(request -> request.streamName("orders"))
            .streamDescriptionSummary();
    assertThat(summary.streamStatus()).isEqualTo(StreamStatus.ACTIVE);
    streamArn = summary.streamARN();
  }

  @AfterAll
  static void stop() {
    kinesis.close();
    dynamoDb.close();
    kinesisServer.close();
    dynamoDbServer.close();
  }

  private List<String> arguments(String stream) {
    return List.of(
        "kinesis",
        "--stream",
        stream,
        "--targets",
        "targets.json",
        "--region",
        "us-east-1",
        "--stream-endpoint-url",
        kinesisServer.endpoint().toString(),
        "--lease-endpoint-url",
        dynamoDbServer.endpoint().toString(),
        "--stop-limit",
        "15s",
        "--report",
        "report.json");
  }

  private void writeTargets() throws IOException {
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn": "%1$s", "id": "all", "type": "file", "destination": "out/all.jsonl",
          "active": true, "ordering": "KEY", "collapse": "none"},
         {"sourceArn": "%1$s", "id": "stuck", "type": "file", "destination": "out/stuck.jsonl",
          "active": true, "ordering": "KEY", "collapse": "none"}]
        """
            .formatted(streamArn));
  }

  /** Returns where each record is, {@code shard:sequenceNumber}, by the number that it carries. */
  private static Map<Integer, String> write() {
    Map<Integer, String> places = new TreeMap<>();
    for (int number = 0; number < RECORDS; number++) {
      int written = number;
      var answer =
          kinesis.putRecord(
              request ->
                  request
                      .streamName("orders")
                      .partitionKey("k" + written % KEYS)
                      .data(SdkBytes.fromUtf8String("{\"n\":" + written + "}")));
      places.put(number, answer.shardId() + ":" + answer.sequenceNumber());
    }
    assertThat(places.values().stream().map(place -> place.split(":")[0]).distinct()).hasSize(2);
    return places;
  }

  private List<Integer> delivered(String name) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("out/" + name))) {
      JsonNode data = MAPPER.readTree(MAPPER.readTree(line).get("data").binaryValue());
      numbers.add(data.get("n").asInt());
    }
    return numbers;
  }

  private static Map<String, String> checkpoints() {
    Map<String, String> checkpoints = new TreeMap<>();
    dynamoDb
        .scan(request -> request.tableName("fanout-orders"))
        .items()
        .forEach(
            item -> {
              if (item.containsKey("checkpoint")) {
                checkpoints.put(item.get("leaseKey").s(), item.get("checkpoint").s());
              }
            });
    return checkpoints;
  }

  @Test
  void kinesis_targetDownAtSigterm_nothingIsCheckpointedPastItAndTheNextStartDelivers()
      throws Exception {
    Map<Integer, String> places = write();
    writeTargets();
    Path stuck = Files.createDirectories(directory.resolve("out/stuck.jsonl"));

    Ran first;
    try (WorkerProcess worker = WorkerProcess.start(directory, arguments("orders"))) {
      assertThat(worker.get("/health/live").statusCode()).isEqualTo(200);
      worker.awaitMetric("^fanout_held_records\\{.*target=\"stuck\"} [1-9]");
      assertThat(worker.get("/health/ready").body()).isEqualTo("ready\n");
      worker.terminate();
      first = worker.awaitEnd();
    }

    assertThat(first.exitCode()).as(first.errors()).isZero();
    assertThat(first.errors()).contains("are held for target 'stuck'; not committed");
    assertThat(checkpoints().values()).containsOnly("TRIM_HORIZON");

    Files.delete(stuck);
    Ran second;
    try (WorkerProcess worker = WorkerProcess.start(directory, arguments(streamArn))) {
      worker.awaitLines(directory.resolve("out/stuck.jsonl"), RECORDS);
      worker.awaitMetric("^fanout_shards 2$");
      String metrics = worker.get("/metrics").body();
      assertThat(metrics)
          .contains(
              "fanout_target_records_total{source=\""
                  + streamArn
                  + "\",target=\"stuck\",end=\"accepted\"} "
                  + RECORDS
                  + "\n");
      worker.terminate();
      second = worker.awaitEnd();
    }

    assertThat(second.exitCode()).as(second.errors()).isZero();
    assertThat(second.errors()).contains("fanout: stopped").doesNotContain("are held for");
    assertThat(second.out()).contains(streamArn).containsPattern("stuck +file +100 +100 +0");
    assertThat(delivered("stuck.jsonl")).hasSize(RECORDS).doesNotHaveDuplicates();
    Set<Integer> all = new HashSet<>(delivered("all.jsonl"));
    assertThat(all).isEqualTo(places.keySet());
    assertThat(inOrderByKey(delivered("stuck.jsonl"))).isTrue();
    assertThat(checkpoints()).isEqualTo(last(places));
    JsonNode report = MAPPER.readTree(directory.resolve("report.json").toFile());
    assertThat(report.get("shards")).hasSize(2);
  }

  private static boolean inOrderByKey(List<Integer> numbers) {
    return Stream.iterate(0, key -> key + 1)
        .limit(KEYS)
        .allMatch(
            key -> {
              List<Integer> ofKey =
                  numbers.stream().filter(number -> number % KEYS == key).toList();
              return ofKey.equals(ofKey.stream().sorted().toList());
            });
  }

  private static Map<String, String> last(Map<Integer, String> places) {
    Map<String, String> last = new TreeMap<>();
    places.forEach((number, place) -> last.put(place.split(":")[0], place.split(":")[1]));
    return last;
  }

  @Test
  void kinesis_streamThatIsNotThere_exitTwoAndEveryProblem() throws Exception {
    writeTargets();

    Ran ran =
        ChildProcess.fanout(
            directory,
            Stream.concat(arguments("ghost").stream(), Stream.of("--health-port", "0"))
                .toArray(String[]::new));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors())
        .contains("--stream 'ghost' cannot be described")
        .contains("nothing was sent");
    assertThat(directory.resolve("out")).doesNotExist();
  }
}
