package org.streamfanout.progress.dynamodb;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/** The table that a {@link DynamoDbProgressStore} needs. Stateless. */
public final class ProgressTable {
  private ProgressTable() {}

  /**
   * Makes the table, on demand and with its time to live, and waits until it can be used; one that
   * is there already stays as it is, but for the time to live. Needs {@code dynamodb:CreateTable},
   * {@code DescribeTable}, {@code DescribeTimeToLive} and {@code UpdateTimeToLive}.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if DynamoDB refuses
   */
  public static void create(DynamoDbClient client, String table) {
    try {
      client.createTable(
          request ->
              request
                  .tableName(table)
                  .billingMode(BillingMode.PAY_PER_REQUEST)
                  .keySchema(
                      key(DynamoDbProgressStore.SHARD, KeyType.HASH),
                      key(DynamoDbProgressStore.TARGET, KeyType.RANGE))
                  .attributeDefinitions(
                      text(DynamoDbProgressStore.SHARD), text(DynamoDbProgressStore.TARGET)));
    } catch (ResourceInUseException e) {
      // It is there; whether it is ready is seen below.
    }
    try (DynamoDbWaiter waiter = client.waiter()) {
      waiter.waitUntilTableExists(request -> request.tableName(table));
    }
    TimeToLiveStatus status =
        client
            .describeTimeToLive(request -> request.tableName(table))
            .timeToLiveDescription()
            .timeToLiveStatus();
    if (!List.of(TimeToLiveStatus.ENABLED, TimeToLiveStatus.ENABLING).contains(status)) {
      client.updateTimeToLive(
          request ->
              request
                  .tableName(table)
                  .timeToLiveSpecification(
                      spec -> spec.enabled(true).attributeName(DynamoDbProgressStore.EXPIRES)));
    }
  }

  private static KeySchemaElement key(String name, KeyType type) {
    return KeySchemaElement.builder().attributeName(name).keyType(type).build();
  }

  private static AttributeDefinition text(String name) {
    return AttributeDefinition.builder()
        .attributeName(name)
        .attributeType(ScalarAttributeType.S)
        .build();
  }
}
