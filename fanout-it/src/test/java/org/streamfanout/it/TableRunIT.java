package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code ./fanout run --table}, against a real table. */
class TableRunIT {
  private static DynamoDbServer server;
  private static AwsClients clients;
  private static DynamoDbClient dynamoDb;
  private static int tables;

  @TempDir private Path directory;
  private String table;

  @BeforeAll
  static void start() {
    server = DynamoDbServer.start();
    clients =
        AwsClients.builder()
            .region("us-east-1")
            .endpoint(server.endpoint())
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .build();
    dynamoDb = clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
  }

  @BeforeEach
  void createTable() {
    table = "targets" + tables++;
    DynamoDbTables.createTargets(dynamoDb, table);
  }

  private void putRow(String id, String type, String destination, boolean active) {
    Map<String, AttributeValue> row = new HashMap<>();
    row.put("sourceArn", AttributeValue.fromS(Capture.STREAM));
    row.put("id", AttributeValue.fromS(id));
    row.put("type", AttributeValue.fromS(type));
    row.put("destination", AttributeValue.fromS(destination));
    row.put("active", AttributeValue.fromBool(active));
    row.put("deaggregate", AttributeValue.fromBool(true));
    row.put("parallel", AttributeValue.fromBool(false));
    dynamoDb.putItem(request -> request.tableName(table).item(row));
  }

  private Ran run(URI endpoint, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--event",
                Repository.file("examples/events/kinesis-kpl.json").toString(),
                "--table",
                table,
                "--region",
                "us-east-1",
                "--endpoint-url",
                endpoint.toString()));
    arguments.addAll(List.of(more));
    return ChildProcess.fanout(directory, arguments.toArray(String[]::new));
  }

  @Test
  void run_rowsOfATable_delivered() throws Exception {
    putRow("all", "file", "all.jsonl", true);
    putRow("off", "nonsense", "x", false);

    Ran ran = run(server.endpoint(), "--allow-local");

    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    assertThat(Files.readAllLines(directory.resolve("all.jsonl"))).hasSize(601);
  }

  @Test
  void run_localRowsWithoutTheOperatorsWord_nothingIsSent() throws Exception {
    putRow("all", "file", "all.jsonl", true);
    putRow("other", "nonsense", "x", true);

    Ran ran = run(server.endpoint());

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("target 'all': ").contains("target 'other': ");
    assertThat(directory.resolve("all.jsonl")).doesNotExist();
  }

  @Test
  void run_noRows_nothingIsSent() throws Exception {
    Ran ran = run(server.endpoint(), "--allow-local");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("source '" + Capture.STREAM + "' has no targets");
  }

  @Test
  void run_tableThatDoesNotExist_problem() throws Exception {
    table = "no-such-table";

    Ran ran = run(server.endpoint());

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("no-such-table").contains("nothing was sent");
  }
}
