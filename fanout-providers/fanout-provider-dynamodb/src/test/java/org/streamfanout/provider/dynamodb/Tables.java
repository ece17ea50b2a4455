package org.streamfanout.provider.dynamodb;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** DynamoDB Local, and a client to look into it. */
final class Tables implements AutoCloseable {
  private final DynamoDbServer server = DynamoDbServer.start();
  private final DynamoDbClient client =
      AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
  private final DynamoDbStreamsClient streams =
      AwsTestClients.client(DynamoDbStreamsClient.builder(), server.endpoint());
  private int made;

  URI endpoint() {
    return server.endpoint();
  }

  /** Makes a table and returns its name; keys are written {@code name:S} or {@code name:N}. */
  String make(String... keys) {
    return makeNamed("table-" + made++, keys);
  }

  String makeNamed(String name, String... keys) {
    List<KeySchemaElement> schema = new ArrayList<>();
    List<AttributeDefinition> attributes = new ArrayList<>();
    for (String key : keys) {
      String[] parts = key.split(":");
      attributes.add(
          AttributeDefinition.builder()
              .attributeName(parts[0])
              .attributeType(ScalarAttributeType.fromValue(parts[1]))
              .build());
      schema.add(
          KeySchemaElement.builder()
              .attributeName(parts[0])
              .keyType(schema.isEmpty() ? KeyType.HASH : KeyType.RANGE)
              .build());
    }
    client.createTable(
        request ->
            request
                .tableName(name)
                .keySchema(schema)
                .attributeDefinitions(attributes)
                .billingMode(BillingMode.PAY_PER_REQUEST));
    return name;
  }

  /** Makes a table with a stream, with the keys {@code id} (S) and {@code n} (N). */
  SourceTable makeSource() {
    String name = make("id:S", "n:N");
    String arn =
        client
            .updateTable(
                request ->
                    request
                        .tableName(name)
                        .streamSpecification(
                            stream ->
                                stream
                                    .streamEnabled(true)
                                    .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)))
            .tableDescription()
            .latestStreamArn();
    return new SourceTable(name, arn, client, streams);
  }

  void drop(String table) {
    client.deleteTable(request -> request.tableName(table));
  }

  /** Returns every item of a table, in any order. */
  List<Map<String, AttributeValue>> items(String table) {
    return client.scanPaginator(request -> request.tableName(table)).items().stream().toList();
  }

  @Override
  public void close() {
    streams.close();
    client.close();
    server.close();
  }
}
