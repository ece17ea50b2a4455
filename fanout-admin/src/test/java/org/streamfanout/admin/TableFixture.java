package org.streamfanout.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A targets table in DynamoDB Local. */
final class TableFixture implements AutoCloseable {
  static final String NAME = "fanoutTargets";
  static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/inputStream";

  private final DynamoDbServer server = DynamoDbServer.start();
  private final DynamoDbClient client =
      AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());

  DynamoDbClient client() {
    return client;
  }

  TargetsTable table() {
    return TargetsTable.of(client, NAME);
  }

  void create() {
    DynamoDbTables.createTargets(client, NAME);
  }

  void delete() {
    client.deleteTable(request -> request.tableName(NAME));
  }

  /** Puts an item of {@link #STREAM} as it is. */
  void put(String id, Map<String, AttributeValue> columns) {
    Map<String, AttributeValue> item = new LinkedHashMap<>(columns);
    item.put("sourceArn", AttributeValue.fromS(STREAM));
    item.put("id", AttributeValue.fromS(id));
    client.putItem(request -> request.tableName(NAME).item(item));
  }

  Map<String, AttributeValue> item(String id) {
    return client
        .getItem(
            request ->
                request
                    .tableName(NAME)
                    .key(
                        Map.of(
                            "sourceArn",
                            AttributeValue.fromS(STREAM),
                            "id",
                            AttributeValue.fromS(id))))
        .item();
  }

  /** Returns a row of {@link #STREAM}; names and values take turns. */
  static StoredTarget row(String id, @Nullable Object... columns) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("sourceArn", STREAM);
    row.put("id", id);
    for (int at = 0; at < columns.length; at += 2) {
      row.put(String.valueOf(columns[at]), columns[at + 1]);
    }
    return new StoredTarget(STREAM, id, row);
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
