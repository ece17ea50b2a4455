package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.streamfanout.registry.dynamodb.Rows;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/**
 * Writes the targets table: the one of aws-lambda-fanout, partition key {@code sourceArn}, sort key
 * {@code id}. Thread-safe.
 *
 * <p>Each write is one request about one row, on the condition that the row is as the caller takes
 * it to be (there, or not there); a change touches the columns that it names and no others. So
 * whatever ends a caller between two requests leaves whole rows.
 *
 * <p>All methods throw {@link AdminException} if the table cannot be reached, is not there, or may
 * not be used.
 */
public final class TargetsTable {
  /** The column of the source, the partition key. */
  public static final String SOURCE = "sourceArn";

  /** The column of the id, the sort key. */
  public static final String ID = "id";

  /** The column that says whether the row takes part. */
  public static final String ACTIVE = "active";

  private static final Map<String, String> KEY_NAMES = Map.of("#source", SOURCE, "#id", ID);
  private static final String IS_THERE = "attribute_exists(#source) AND attribute_exists(#id)";

  private final DynamoDbClient client;
  private final String table;

  private TargetsTable(DynamoDbClient client, String table) {
    this.client = Objects.requireNonNull(client, "client");
    this.table = Objects.requireNonNull(table, "table");
  }

  /**
   * Returns a table.
   *
   * @param table its name or ARN
   */
  public static TargetsTable of(DynamoDbClient client, String table) {
    return new TargetsTable(client, table);
  }

  /** Returns the rows of a source in the order of their ids, to the last page. */
  public List<StoredTarget> rows(String sourceArn) {
    QueryRequest request =
        QueryRequest.builder()
            .tableName(table)
            .consistentRead(true)
            .keyConditionExpression("#source = :source")
            .expressionAttributeNames(Map.of("#source", SOURCE))
            .expressionAttributeValues(Map.of(":source", AttributeValue.fromS(sourceArn)))
            .build();
    return ask(
        "read",
        "dynamodb:Query",
        () -> {
          List<StoredTarget> rows = new ArrayList<>();
          client
              .queryPaginator(request)
              .items()
              .forEach(item -> rows.add(StoredTarget.of(Rows.plain(item))));
          return rows;
        });
  }

  /** Returns all rows, those of a source together and in the order of their ids. */
  public List<StoredTarget> rows() {
    ScanRequest request = ScanRequest.builder().tableName(table).consistentRead(true).build();
    return ask(
        "read",
        "dynamodb:Scan",
        () -> {
          Map<String, List<StoredTarget>> bySource = new LinkedHashMap<>();
          client
              .scanPaginator(request)
              .items()
              .forEach(
                  item -> {
                    StoredTarget row = StoredTarget.of(Rows.plain(item));
                    bySource.computeIfAbsent(row.sourceArn(), at -> new ArrayList<>()).add(row);
                  });
          return bySource.values().stream().flatMap(List::stream).toList();
        });
  }

  /** Returns a row, or nothing if there is none. */
  public Optional<StoredTarget> find(String sourceArn, String id) {
    return ask(
        "read",
        "dynamodb:GetItem",
        () -> {
          Map<String, AttributeValue> item =
              client
                  .getItem(
                      request ->
                          request.tableName(table).key(key(sourceArn, id)).consistentRead(true))
                  .item();
          return item.isEmpty() ? Optional.empty() : Optional.of(StoredTarget.of(Rows.plain(item)));
        });
  }

  /**
   * Adds a row.
   *
   * @return whether it was added; false if there is one of that source and id, which stays as it is
   */
  public boolean add(StoredTarget row) {
    return ask(
        "write",
        "dynamodb:PutItem",
        () ->
            holds(
                () ->
                    client.putItem(
                        request ->
                            request
                                .tableName(table)
                                .item(Rows.item(row.columns()))
                                .conditionExpression("attribute_not_exists(#source)")
                                .expressionAttributeNames(Map.of("#source", SOURCE)))));
  }

  /**
   * Changes columns of a row, and no others.
   *
   * @return whether it was changed; false if there is no such row
   * @throws IllegalArgumentException if nothing changes, or the key would
   */
  public boolean change(String sourceArn, String id, RowChange change) {
    if (change.isEmpty()) {
      throw new IllegalArgumentException("nothing to change");
    }
    Map<String, String> names = new LinkedHashMap<>(KEY_NAMES);
    Map<String, AttributeValue> values = new LinkedHashMap<>();
    List<String> sets = new ArrayList<>();
    List<String> removes = new ArrayList<>();
    change
        .set()
        .forEach(
            (column, value) -> {
              sets.add("#c" + names.size() + " = :v" + values.size());
              names.put("#c" + names.size(), requireNoKey(column));
              values.put(":v" + values.size(), Rows.value(value));
            });
    for (String column : change.remove()) {
      removes.add("#c" + names.size());
      names.put("#c" + names.size(), requireNoKey(column));
    }
    String expression =
        (sets.isEmpty() ? "" : "SET " + String.join(", ", sets) + " ")
            + (removes.isEmpty() ? "" : "REMOVE " + String.join(", ", removes));
    return ask(
        "write",
        "dynamodb:UpdateItem",
        () ->
            holds(
                () ->
                    client.updateItem(
                        request ->
                            request
                                .tableName(table)
                                .key(key(sourceArn, id))
                                .updateExpression(expression)
                                .conditionExpression(IS_THERE)
                                .expressionAttributeNames(names)
                                .expressionAttributeValues(values.isEmpty() ? null : values))));
  }

  private static String requireNoKey(String column) {
    if (column.equals(SOURCE) || column.equals(ID)) {
      throw new IllegalArgumentException("column '" + column + "' is the row's key");
    }
    return column;
  }

  /**
   * Removes a row.
   *
   * @return whether there was one
   */
  public boolean remove(String sourceArn, String id) {
    return ask(
        "write",
        "dynamodb:DeleteItem",
        () ->
            holds(
                () ->
                    client.deleteItem(
                        request ->
                            request
                                .tableName(table)
                                .key(key(sourceArn, id))
                                .conditionExpression(IS_THERE)
                                .expressionAttributeNames(KEY_NAMES))));
  }

  private static boolean holds(Runnable conditional) {
    try {
      conditional.run();
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    }
  }

  private static Map<String, AttributeValue> key(String sourceArn, String id) {
    return Map.of(SOURCE, AttributeValue.fromS(sourceArn), ID, AttributeValue.fromS(id));
  }

  private <T> T ask(String verb, String action, Supplier<T> call) {
    return Ask.aws(
        verb + " the targets table '" + table + "'",
        action,
        () -> {
          try {
            return call.get();
          } catch (ResourceNotFoundException e) {
            throw new AdminException(
                "the targets table '"
                    + table
                    + "' is not there; check --function, --table and --region, or make it with"
                    + " deploy",
                e);
          }
        });
  }
}
