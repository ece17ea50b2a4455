package org.streamfanout.provider.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Writes to one table, or to one for each date: a BatchWriteItem for each batch, or, where writes
 * are conditional, a PutItem or DeleteItem for each message. Thread-safe.
 */
final class DynamoDbSender implements TargetSender {
  private static final String SERVICE = "DynamoDB";

  private final TargetConfig target;
  private final TableName table;
  private final ItemRules rules;
  private final AwsAccess access;
  private final ItemWrites writes;
  private final ProviderContext context;

  DynamoDbSender(
      TargetConfig target,
      TableName table,
      ItemRules rules,
      AwsAccess access,
      ProviderContext context) {
    this.target = target;
    this.table = table;
    this.rules = rules;
    this.access = access;
    this.writes = new ItemWrites(rules, table, target.source());
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private DynamoDbClient client() {
    return AwsClients.of(context).client(DynamoDbClient.class, DynamoDbClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    Map<String, Sent> batchable = new LinkedHashMap<>();
    for (int index = 0; index < messages.size(); index++) {
      try {
        List<ItemWrite> ofMessage = writes.of(messages.get(index));
        if (rules.isOneByOne()) {
          writeOneByOne(index, ofMessage, deadline, outcomes);
        } else {
          ItemWrite write = ofMessage.get(0);
          if (batchable.putIfAbsent(write.identity(), new Sent(index, write)) != null) {
            outcomes.refuse(index, Failure.notSent("this call has a write of the same item"));
          }
        }
      } catch (UnfitRecordException unfit) {
        outcomes.refuse(index, unfit.failure());
      }
    }
    if (!batchable.isEmpty()) {
      writeBatch(List.copyOf(batchable.values()), deadline, outcomes);
    }
    return outcomes.toList();
  }

  private record Sent(int index, ItemWrite write) {}

  private void writeBatch(List<Sent> all, Deadline deadline, EntryOutcomes outcomes) {
    Map<String, List<WriteRequest>> requests = new LinkedHashMap<>();
    for (Sent sent : all) {
      requests
          .computeIfAbsent(sent.write().table(), absent -> new ArrayList<>())
          .add(sent.write().toRequest());
    }
    try {
      BatchWriteItemResponse response =
          client()
              .batchWriteItem(
                  request ->
                      request
                          .requestItems(requests)
                          .overrideConfiguration(AwsCalls.until(deadline)));
      answered(response, all, outcomes);
    } catch (SdkException error) {
      Failure failure = failure(AwsFailures.ofCall(error, all.size()), all.size());
      all.forEach(sent -> outcomes.refuse(sent.index(), failure));
    }
  }

  /**
   * What was not processed comes back as it was sent, and nothing else tells entries apart. If
   * something comes back that was not sent, the answer says nothing about any of them.
   */
  private static void answered(
      BatchWriteItemResponse response, List<Sent> all, EntryOutcomes outcomes) {
    List<Sent> unprocessed = new ArrayList<>();
    for (Map.Entry<String, List<WriteRequest>> returned : response.unprocessedItems().entrySet()) {
      for (WriteRequest request : returned.getValue()) {
        Sent sent = find(all, returned.getKey(), request);
        if (sent == null) {
          return;
        }
        unprocessed.add(sent);
      }
    }
    Failure throttled =
        Failure.throttled("Unprocessed", "DynamoDB handed this item back for want of throughput");
    unprocessed.forEach(sent -> outcomes.refuse(sent.index(), throttled));
    all.forEach(sent -> outcomes.accept(sent.index()));
  }

  private static @Nullable Sent find(List<Sent> all, String table, WriteRequest request) {
    return all.stream().filter(sent -> sent.write().is(table, request)).findFirst().orElse(null);
  }

  /**
   * A write alone that is too large is no measure: limits count JSON, and DynamoDB counts items.
   */
  private static Failure failure(Failure failure, int writes) {
    return writes == 1 && failure.kind() == Failure.Kind.TOO_LARGE
        ? Failure.rejected(failure.code(), failure.detail())
        : failure;
  }

  private void writeOneByOne(
      int index, List<ItemWrite> ofMessage, Deadline deadline, EntryOutcomes outcomes) {
    try {
      for (ItemWrite write : ofMessage) {
        writeIfAllowed(write, deadline);
      }
      outcomes.accept(index);
    } catch (SdkException error) {
      outcomes.refuse(index, failure(AwsFailures.classify(error), 1));
    }
  }

  /** A condition that does not hold means that a newer item is there, or another's: all is well. */
  private void writeIfAllowed(ItemWrite write, Deadline deadline) {
    Condition condition = Condition.of(write, rules.newerOnly());
    try {
      if (write.item() == null) {
        client()
            .deleteItem(
                request ->
                    request
                        .tableName(write.table())
                        .key(write.key())
                        .conditionExpression(condition.expression())
                        .expressionAttributeNames(condition.names())
                        .expressionAttributeValues(condition.values())
                        .overrideConfiguration(AwsCalls.until(deadline)));
      } else {
        client()
            .putItem(
                request ->
                    request
                        .tableName(write.table())
                        .item(write.item())
                        .conditionExpression(condition.expression())
                        .expressionAttributeNames(condition.names())
                        .expressionAttributeValues(condition.values())
                        .overrideConfiguration(AwsCalls.until(deadline)));
      }
    } catch (ConditionalCheckFailedException settledAlready) {
      // Accepted, as said above.
    }
  }

  @Override
  public long sizeInBytes(Message message) {
    return writes.sizeInBytes(message);
  }

  @Override
  public @Nullable String conflictKey(Message message) {
    return writes.conflictKey(message);
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  /** Looks at the table of today where dates choose it. */
  @Override
  public List<Finding> check(Deadline deadline) {
    String name = table.at(context.clock().instant());
    String subject = "table " + name;
    try {
      TableDescription description =
          client()
              .describeTable(
                  request ->
                      request.tableName(name).overrideConfiguration(AwsCalls.until(deadline)))
              .table();
      List<String> problems = keyProblems(description);
      return problems.isEmpty()
          ? List.of(AwsDestinations.finding(target.id(), subject, null))
          : problems.stream()
              .map(
                  problem ->
                      new Finding(Finding.Severity.ERROR, target.id(), subject + ": " + problem))
              .toList();
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }

  private List<String> keyProblems(TableDescription description) {
    List<KeyAttribute> keys = rules.keys();
    if (keys.isEmpty()) {
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    List<String> names =
        description.keySchema().stream().map(KeySchemaElement::attributeName).toList();
    List<String> ours = keys.stream().map(KeyAttribute::name).toList();
    if (!names.equals(ours)) {
      problems.add(
          "its key is " + names + ", but the target's options name " + ours + "; make them equal");
    }
    for (KeyAttribute key : keys) {
      for (AttributeDefinition attribute : description.attributeDefinitions()) {
        boolean differs =
            key.type() != null
                && attribute.attributeName().equals(key.name())
                && !key.type().name().equals(attribute.attributeTypeAsString());
        if (differs) {
          problems.add(
              "key attribute '"
                  + key.name()
                  + "' has the type "
                  + attribute.attributeTypeAsString()
                  + ", but the target's options say "
                  + key.type());
        }
      }
    }
    return problems;
  }
}
