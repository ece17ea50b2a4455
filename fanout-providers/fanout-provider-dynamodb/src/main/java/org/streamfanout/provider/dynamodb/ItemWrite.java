package org.streamfanout.provider.dynamodb;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteRequest;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * One write of one item. Immutable.
 *
 * @param table the table's name or ARN
 * @param key the item's key
 * @param item the whole item; null to delete it
 * @param version what the item must be older than; null for nothing
 * @param owner attributes that the item must have to be deleted; empty for none
 */
record ItemWrite(
    String table,
    Map<String, AttributeValue> key,
    @Nullable Map<String, AttributeValue> item,
    @Nullable AttributeValue version,
    Map<String, AttributeValue> owner) {

  static ItemWrite put(
      String table,
      Map<String, AttributeValue> key,
      Map<String, AttributeValue> item,
      @Nullable AttributeValue version) {
    return new ItemWrite(table, key, item, version, Map.of());
  }

  static ItemWrite delete(
      String table, Map<String, AttributeValue> key, @Nullable AttributeValue version) {
    return new ItemWrite(table, key, null, version, Map.of());
  }

  /** Returns this write for an item that has these attributes. */
  ItemWrite ownedBy(Map<String, AttributeValue> newOwner) {
    return new ItemWrite(table, key, item, version, newOwner);
  }

  /** Returns what is equal for two writes exactly if they are of one item. */
  String identity() {
    return identity(table, key);
  }

  /** Returns what is equal for two keys exactly if they are of one item. */
  static String identity(String table, Map<String, AttributeValue> key) {
    // A name or ARN of a table has no slash but before the name.
    StringBuilder identity = new StringBuilder(table.substring(table.lastIndexOf('/') + 1));
    new TreeMap<>(key)
        .forEach(
            (name, value) -> {
              String text = text(value);
              identity.append('/').append(name.length()).append(':').append(name);
              identity.append('/').append(text.length()).append(':').append(text);
            });
    return identity.toString();
  }

  private static String text(AttributeValue value) {
    if (value.n() != null) {
      return "N" + DynamoDbNumber.canonical(value.n());
    }
    return value.b() != null
        ? "B" + Base64.getEncoder().encodeToString(value.b().asByteArrayUnsafe())
        : "S" + value.s();
  }

  /** Returns this write as an entry of a BatchWriteItem. */
  WriteRequest toRequest() {
    return item == null
        ? WriteRequest.builder().deleteRequest(DeleteRequest.builder().key(key).build()).build()
        : WriteRequest.builder().putRequest(PutRequest.builder().item(item).build()).build();
  }

  /** Returns whether an entry that DynamoDB hands back is this write. */
  boolean is(String otherTable, WriteRequest request) {
    boolean isPut = request.putRequest() != null;
    if (isPut != (item != null) || (!isPut && request.deleteRequest() == null)) {
      return false;
    }
    Map<String, AttributeValue> attributes =
        isPut ? request.putRequest().item() : request.deleteRequest().key();
    if (!attributes.keySet().containsAll(key.keySet())) {
      return false;
    }
    Map<String, AttributeValue> otherKey = new HashMap<>();
    key.keySet().forEach(name -> otherKey.put(name, Objects.requireNonNull(attributes.get(name))));
    return identity(otherTable, otherKey).equals(identity());
  }
}
