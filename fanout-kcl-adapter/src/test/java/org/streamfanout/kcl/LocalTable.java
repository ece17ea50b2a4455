package org.streamfanout.kcl;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.streamfanout.testservers.AwsTestClients;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * A table of DynamoDB Local with a stream of new and old images. Its partition key is {@code zone},
 * its sort key {@code number}: neither the alphabet's order nor that of a hash map.
 */
final class LocalTable implements AutoCloseable {
  private final String name;
  private final DynamoDbClient dynamoDb;
  private final DynamoDbStreamsClient streams;
  private final String localArn;

  LocalTable(URI endpoint, String name) {
    this.name = name;
    dynamoDb = AwsTestClients.client(DynamoDbClient.builder(), endpoint);
    streams = AwsTestClients.client(DynamoDbStreamsClient.builder(), endpoint);
    localArn =
        dynamoDb
            .createTable(
                request ->
                    request
                        .tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(
                            attribute("zone", ScalarAttributeType.S),
                            attribute("number", ScalarAttributeType.N))
                        .keySchema(key("zone", KeyType.HASH), key("number", KeyType.RANGE))
                        .streamSpecification(
                            stream ->
                                stream
                                    .streamEnabled(true)
                                    .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)))
            .tableDescription()
            .latestStreamArn();
  }

  private static AttributeDefinition attribute(String attribute, ScalarAttributeType type) {
    return AttributeDefinition.builder().attributeName(attribute).attributeType(type).build();
  }

  private static KeySchemaElement key(String attribute, KeyType type) {
    return KeySchemaElement.builder().attributeName(attribute).keyType(type).build();
  }

  /** The stream's ARN, in a region that there is. */
  String streamArn() {
    return localArn.replace(":ddblocal:", ":" + LocalAws.REGION + ":");
  }

  void put(Map<String, AttributeValue> item) {
    dynamoDb.putItem(request -> request.tableName(name).item(item));
  }

  void delete(Map<String, AttributeValue> key) {
    dynamoDb.deleteItem(request -> request.tableName(name).key(key));
  }

  List<Map<String, AttributeValue>> rows(String table) {
    return dynamoDb.scan(request -> request.tableName(table)).items();
  }

  /** Reads the whole stream directly, shard by shard, parents first as DescribeStream has them. */
  List<Record> changes() {
    List<Record> changes = new ArrayList<>();
    for (Shard shard :
        streams
            .describeStream(request -> request.streamArn(localArn))
            .streamDescription()
            .shards()) {
      String iterator =
          streams
              .getShardIterator(
                  request ->
                      request
                          .streamArn(localArn)
                          .shardId(shard.shardId())
                          .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
              .shardIterator();
      boolean more = true;
      while (more && iterator != null) {
        String from = iterator;
        GetRecordsResponse read = streams.getRecords(request -> request.shardIterator(from));
        changes.addAll(read.records());
        iterator = read.nextShardIterator();
        more = !read.records().isEmpty();
      }
    }
    return changes;
  }

  /**
   * A client that finds the stream by its ARN in a region that there is: DynamoDB Local's is called
   * {@code ddblocal}, which the adapter takes for a mistake.
   */
  DynamoDbStreamsClient streamsClient() {
    return new DynamoDbStreamsClient() {
      @Override
      public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        return streams.describeStream(request.toBuilder().streamArn(localArn).build());
      }

      @Override
      public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        return streams.getShardIterator(request.toBuilder().streamArn(localArn).build());
      }

      @Override
      public GetRecordsResponse getRecords(GetRecordsRequest request) {
        return streams.getRecords(request);
      }

      @Override
      public String serviceName() {
        return streams.serviceName();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    dynamoDb.close();
    streams.close();
  }
}
