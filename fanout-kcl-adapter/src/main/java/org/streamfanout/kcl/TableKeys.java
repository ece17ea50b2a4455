package org.streamfanout.kcl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The key attributes of a table, as its stream tells them. Stateless. */
final class TableKeys {
  private TableKeys() {}

  /**
   * Returns the names of the key attributes: the partition key's, then the sort key's.
   *
   * @param order another order that is wanted
   * @throws FanoutException if the stream cannot be described, or {@code order} has other names
   */
  static List<String> of(
      DynamoDbStreamsClient streams, Source stream, @Nullable List<String> order) {
    List<KeySchemaElement> schema;
    try {
      schema =
          streams
              .describeStream(request -> request.streamArn(stream.id()).limit(1))
              .streamDescription()
              .keySchema();
    } catch (SdkException e) {
      throw new FanoutException(
          "stream '"
              + stream.id()
              + "' cannot be described; check its ARN and the permission dynamodb:DescribeStream: "
              + e.getMessage(),
          e);
    }
    List<String> names = new ArrayList<>();
    for (KeySchemaElement each : schema) {
      names.add(each.keyType() == KeyType.HASH ? 0 : names.size(), each.attributeName());
    }
    if (names.isEmpty()) {
      throw new FanoutException("stream '" + stream.id() + "' does not tell its table's key");
    }
    if (order != null
        && (order.size() != names.size() || !new HashSet<>(order).equals(new HashSet<>(names)))) {
      throw new FanoutException(
          "the key attributes of '" + stream.id() + "' are " + names + ", not " + order);
    }
    return order == null ? names : order;
  }
}
