package org.streamfanout.lambda.function;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.progress.dynamodb.ProgressTable;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The table of targets that the function {@code fanout} reads, in DynamoDB Local. */
final class TargetTable implements AutoCloseable {
  private static final String NAME = "fanoutTargets";

  private final DynamoDbServer server = DynamoDbServer.start();
  private final AwsClients clients =
      AwsClients.builder()
          .region("eu-west-1")
          .endpoint(server.endpoint())
          .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
          .build();
  private final DynamoDbClient client =
      clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);

  /** Makes the table. */
  void create() {
    DynamoDbTables.createTargets(client, NAME);
  }

  /** Drops the table. */
  void delete() {
    client.deleteTable(request -> request.tableName(NAME));
  }

  /** Makes the table of progress. */
  void createProgress(String name) {
    ProgressTable.create(client, name);
  }

  /** Returns how many items a table has, and drops it. */
  int deleteProgress(String name) {
    int items = client.scan(request -> request.tableName(name)).count();
    client.deleteTable(request -> request.tableName(name));
    return items;
  }

  /** Puts an active target. */
  void put(String source, String id, String type, String destination) {
    put(source, id, type, destination, Map.of());
  }

  /** Puts an active target with more columns. */
  void put(
      String source,
      String id,
      String type,
      String destination,
      Map<String, AttributeValue> columns) {
    Map<String, AttributeValue> item = new HashMap<>(columns);
    item.put("sourceArn", AttributeValue.fromS(source));
    item.put("id", AttributeValue.fromS(id));
    item.put("type", AttributeValue.fromS(type));
    item.put("destination", AttributeValue.fromS(destination));
    item.put("active", AttributeValue.fromBool(true));
    client.putItem(request -> request.tableName(NAME).item(item));
  }

  /** Returns variables with which a function reads this table and may write files. */
  Map<String, String> variables() {
    URI endpoint = server.endpoint();
    return new HashMap<>(
        Map.of("FANOUT_ENDPOINT_URL", endpoint.toString(), "FANOUT_ALLOW_LOCAL", "true"));
  }

  @Override
  public void close() {
    clients.close();
    server.close();
  }
}
