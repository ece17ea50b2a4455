package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** {@code ./fanout dynamodb}, the real jar, against a table's stream in DynamoDB Local. */
class DynamoDbWorkerIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int CHANGES = 60;
  private static final int KEYS = 6;

  private static DynamoDbServer server;
  private static RegionalStreams streams;
  private static DynamoDbClient dynamoDb;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws IOException {
    server = DynamoDbServer.start();
    streams = new RegionalStreams(server.endpoint());
    dynamoDb = AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
  }

  @AfterAll
  static void stop() {
    dynamoDb.close();
    streams.close();
    server.close();
  }

  private static String createTable() {
    return dynamoDb
        .createTable(
            request ->
                request
                    .tableName("orders")
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .attributeDefinitions(
                        AttributeDefinition.builder()
                            .attributeName("id")
                            .attributeType(ScalarAttributeType.S)
                            .build())
                    .keySchema(
                        KeySchemaElement.builder()
                            .attributeName("id")
                            .keyType(KeyType.HASH)
                            .build())
                    .streamSpecification(
                        stream ->
                            stream
                                .streamEnabled(true)
                                .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)))
        .tableDescription()
        .latestStreamArn();
  }

  private List<String> arguments(String streamArn) {
    return List.of(
        "dynamodb",
        "--stream",
        streamArn,
        "--targets",
        "targets.json",
        "--region",
        "us-east-1",
        "--stream-endpoint-url",
        streams.endpoint().toString(),
        "--lease-endpoint-url",
        server.endpoint().toString());
  }

  private void writeTargets(String streamArn) throws IOException {
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn": "%s", "id": "all", "type": "file", "destination": "out/all.jsonl",
          "active": true, "ordering": "KEY", "convertDDB": true}]
        """
            .formatted(streamArn));
  }

  @Test
  void dynamodb_changesOfATable_deliveredInOrderCheckpointedAndStopped() throws Exception {
    String streamArn = RegionalStreams.regional(createTable());
    writeTargets(streamArn);
    for (int number = 0; number < CHANGES; number++) {
      Map<String, AttributeValue> item =
          Map.of(
              "id", AttributeValue.fromS("k" + number % KEYS),
              "n", AttributeValue.fromN(Integer.toString(number)));
      dynamoDb.putItem(request -> request.tableName("orders").item(item));
    }

    Ran ran;
    try (WorkerProcess worker = WorkerProcess.start(directory, arguments(streamArn))) {
      worker.awaitLines(directory.resolve("out/all.jsonl"), CHANGES);
      assertThat(worker.get("/health/ready").body()).isEqualTo("ready\n");
      worker.awaitMetric("^fanout_settled_records_total\\{.*} " + CHANGES + "$");
      worker.awaitMetric("^fanout_losses_total 0$");
      worker.terminate();
      ran = worker.awaitEnd();
    }

    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    assertThat(ran.errors()).contains("fanout: stopped");
    Map<String, List<Integer>> byKey = new TreeMap<>();
    String last = "";
    for (String line : Files.readAllLines(directory.resolve("out/all.jsonl"))) {
      JsonNode record = MAPPER.readTree(line);
      JsonNode data = MAPPER.readTree(record.get("data").binaryValue());
      byKey
          .computeIfAbsent(data.get("id").asText(), key -> new ArrayList<>())
          .add(data.get("n").asInt());
      String place = record.get("sequenceNumber").asText();
      last = last.compareTo(place) < 0 ? place : last;
    }
    assertThat(byKey).hasSize(KEYS);
    byKey.forEach(
        (key, numbers) -> {
          List<Integer> written = new ArrayList<>();
          for (int number = Integer.parseInt(key.substring(1)); number < CHANGES; number += KEYS) {
            written.add(number);
          }
          assertThat(numbers).isEqualTo(written);
        });
    assertThat(checkpoints(streamArn)).containsExactly(last);
  }

  private static List<String> checkpoints(String streamArn) {
    String label = streamArn.substring(streamArn.lastIndexOf('/') + 1).replace(':', '-');
    return dynamoDb.scan(request -> request.tableName("fanout-orders-" + label)).items().stream()
        .filter(item -> item.containsKey("checkpoint"))
        .map(item -> item.get("checkpoint").s())
        .toList();
  }

  @Test
  void dynamodb_streamThatIsNotThere_exitTwo() throws Exception {
    String ghost = "arn:aws:dynamodb:us-east-1:000000000000:table/ghost/stream/2026-11-01T00:00:00";
    writeTargets(ghost);

    Ran ran = ChildProcess.fanout(directory, arguments(ghost).toArray(String[]::new));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("cannot be described").contains("nothing was sent");
  }
}
