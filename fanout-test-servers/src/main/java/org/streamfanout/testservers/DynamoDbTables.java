package org.streamfanout.testservers;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Makes tables for tests, without the code under test. */
public final class DynamoDbTables {
  private DynamoDbTables() {}

  /** Makes an empty table of targets; a local server has it at once. */
  public static void createTargets(DynamoDbClient client, String name) {
    create(client, name, "sourceArn", "id");
  }

  /**
   * Makes an empty table; a local server has it at once.
   *
   * @param keys the attribute of its partition key, and perhaps of its sort key, both texts
   */
  public static void create(DynamoDbClient client, String name, String... keys) {
    List<AttributeDefinition> attributes = new ArrayList<>();
    List<KeySchemaElement> schema = new ArrayList<>();
    for (String key : keys) {
      attributes.add(
          AttributeDefinition.builder()
              .attributeName(key)
              .attributeType(ScalarAttributeType.S)
              .build());
      schema.add(
          KeySchemaElement.builder()
              .attributeName(key)
              .keyType(schema.isEmpty() ? KeyType.HASH : KeyType.RANGE)
              .build());
    }
    client.createTable(
        request ->
            request
                .tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(attributes)
                .keySchema(schema));
  }
}
