package org.streamfanout.registry.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/**
 * Reads targets from a DynamoDB table with the partition key {@code sourceArn} and the sort key
 * {@code id}: the table of aws-lambda-fanout, as it is. Thread-safe.
 *
 * <p>Every call reads the table, consistently and to the last page, so it belongs behind a cache.
 * The client is the caller's to build and to close. It needs {@code dynamodb:Query}, and {@code
 * dynamodb:Scan} for {@link #all} alone.
 */
public final class DynamoDbTargetRegistry implements TargetRegistry {
  private static final String SOURCE = "sourceArn";

  private final DynamoDbClient client;
  private final String table;
  private final @Nullable Integer pageSize;

  private DynamoDbTargetRegistry(DynamoDbClient client, String table, @Nullable Integer pageSize) {
    this.client = Objects.requireNonNull(client, "client");
    this.table = Objects.requireNonNull(table, "table");
    this.pageSize = pageSize;
  }

  /**
   * Returns the registry of a table.
   *
   * @param table the table's name or ARN
   */
  public static DynamoDbTargetRegistry of(DynamoDbClient client, String table) {
    return new DynamoDbTargetRegistry(client, table, null);
  }

  /** Returns this registry with fewer rows a page than DynamoDB's 1 MB holds. */
  DynamoDbTargetRegistry withPageSize(int rows) {
    return new DynamoDbTargetRegistry(client, table, rows);
  }

  /**
   * {@inheritDoc}
   *
   * @throws RegistryException if the table cannot be read to its last page
   */
  @Override
  public Targets targetsFor(Source source) {
    QueryRequest first =
        QueryRequest.builder()
            .tableName(table)
            .consistentRead(true)
            .limit(pageSize)
            .keyConditionExpression("#source = :source")
            .expressionAttributeNames(Map.of("#source", SOURCE))
            .expressionAttributeValues(Map.of(":source", AttributeValue.fromS(source.id())))
            .build();
    return Targets.ofRows(
        rows(
            "targets of " + source.id(),
            "dynamodb:Query",
            start -> {
              var answer = client.query(first.toBuilder().exclusiveStartKey(start).build());
              return new Page(answer.items(), answer.lastEvaluatedKey());
            }));
  }

  /**
   * Returns the targets of every source in the table, by source id, in no order. Reads the whole
   * table: for listings, not for delivery.
   *
   * @throws RegistryException if the table cannot be read to its last page
   */
  public Map<String, Targets> all() {
    ScanRequest first =
        ScanRequest.builder().tableName(table).consistentRead(true).limit(pageSize).build();
    List<Map<String, @Nullable Object>> rows =
        rows(
            "all targets",
            "dynamodb:Scan",
            start -> {
              var answer = client.scan(first.toBuilder().exclusiveStartKey(start).build());
              return new Page(answer.items(), answer.lastEvaluatedKey());
            });
    Map<String, List<Map<String, @Nullable Object>>> bySource = new LinkedHashMap<>();
    for (Map<String, @Nullable Object> row : rows) {
      bySource.computeIfAbsent(String.valueOf(row.get(SOURCE)), id -> new ArrayList<>()).add(row);
    }
    Map<String, Targets> all = new LinkedHashMap<>();
    bySource.forEach((id, own) -> all.put(id, Targets.ofRows(own)));
    return all;
  }

  /** One answer; an empty last key means that nothing follows. */
  private record Page(
      List<Map<String, AttributeValue>> items, Map<String, AttributeValue> lastKey) {}

  private List<Map<String, @Nullable Object>> rows(
      String what, String action, Function<@Nullable Map<String, AttributeValue>, Page> read) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    Map<String, AttributeValue> start = null;
    try {
      do {
        Page page = read.apply(start);
        page.items().forEach(item -> rows.add(Rows.plain(item)));
        start = page.lastKey();
      } while (!start.isEmpty());
      return rows;
    } catch (SdkException e) {
      throw new RegistryException(problem(what, action, e), e);
    }
  }

  private String problem(String what, String action, SdkException error) {
    String text = "table '" + table + "' did not give the " + what + ": ";
    if (error instanceof ResourceNotFoundException) {
      return text + "it does not exist in this account and region; check its name and the region";
    }
    if (error instanceof AwsServiceException refused && refused.awsErrorDetails() != null) {
      String code = String.valueOf(refused.awsErrorDetails().errorCode());
      if (code.contains("AccessDenied")) {
        return text + "access denied; allow " + action + " on it";
      }
      if (refused.isThrottlingException()) {
        return text + "throttled (" + code + "); raise its read capacity, or read it less often";
      }
      return text + code + " with status " + refused.statusCode() + "; see the cause";
    }
    return text + AwsFailures.told(error);
  }
}
