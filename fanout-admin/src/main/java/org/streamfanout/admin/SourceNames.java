package org.streamfanout.admin;

import java.util.Objects;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Looks up the sources of an account by their names. Thread-safe. */
public final class SourceNames {
  private final AdminClients clients;

  /** Makes look-ups with these clients, which stay the caller's. */
  public SourceNames(AdminClients clients) {
    this.clients = Objects.requireNonNull(clients, "clients");
  }

  /**
   * Returns the Kinesis stream of a name.
   *
   * @throws AdminException if there is none, or it cannot be looked up
   */
  public Source kinesis(String stream) {
    KinesisClient kinesis = clients.client(KinesisClient.class, KinesisClient::builder);
    return Source.of(
        Ask.aws(
            "look up the stream '" + stream + "' (--source-arn needs no look-up)",
            "kinesis:DescribeStreamSummary",
            () ->
                kinesis
                    .describeStreamSummary(request -> request.streamName(stream))
                    .streamDescriptionSummary()
                    .streamARN()));
  }

  /**
   * Returns the latest change stream of a DynamoDB table.
   *
   * @throws AdminException if there is no such table, its changes are not streamed, or it cannot be
   *     looked up
   */
  public Source dynamoDb(String table) {
    DynamoDbClient dynamoDb = clients.client(DynamoDbClient.class, DynamoDbClient::builder);
    String stream =
        Ask.aws(
            "look up the table '" + table + "' (--source-arn needs no look-up)",
            "dynamodb:DescribeTable",
            () ->
                dynamoDb
                    .describeTable(request -> request.tableName(table))
                    .table()
                    .latestStreamArn());
    if (stream == null) {
      throw new AdminException(
          "the table '"
              + table
              + "' streams no changes; switch its stream on, with new and old images");
    }
    return Source.of(stream);
  }
}
