package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.DeployStep.Action;
import org.streamfanout.admin.DeployStep.Change;
import org.streamfanout.admin.DeployStep.Part;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** Makes the table of targets, and removes it. */
final class TableDeploy {
  private final DynamoDbClient client;
  private final Polling polling;

  TableDeploy(AdminClients clients, Polling polling) {
    this.client = clients.client(DynamoDbClient.class, DynamoDbClient::builder);
    this.polling = polling;
  }

  Optional<TableDescription> find(String name) {
    return Ask.aws(
        "look up the table '" + name + "' (--table-arn needs no look-up)",
        "dynamodb:DescribeTable",
        () -> {
          try {
            return Optional.of(client.describeTable(request -> request.tableName(name)).table());
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  /** Plans what makes a table be there; adds what is wrong with the one that is. */
  DeployStep plan(
      String name, @Nullable TableDescription there, boolean onDemand, List<String> problems) {
    if (there == null) {
      List<Change> changes = new ArrayList<>();
      changes.add(
          new Change("keys", null, TargetsTable.SOURCE + " (S), " + TargetsTable.ID + " (S)"));
      changes.add(
          new Change(
              "billing",
              null,
              onDemand
                  ? "on demand"
                  : Deployment.READ_UNITS
                      + " read and "
                      + Deployment.WRITE_UNITS
                      + " write units"));
      return DeployStep.of(Part.TABLE, Action.CREATE, name, changes, () -> create(name, onDemand));
    }
    Map<String, String> keys = keys(there);
    Map<String, String> wanted =
        new TreeMap<>(
            Map.of("HASH", TargetsTable.SOURCE + " (S)", "RANGE", TargetsTable.ID + " (S)"));
    if (!keys.equals(wanted)) {
      problems.add(
          "the table '"
              + name
              + "' has the keys "
              + keys
              + ", and a table of targets "
              + wanted
              + "; give another --table");
    }
    if (there.tableStatus() == TableStatus.DELETING) {
      problems.add("the table '" + name + "' is just being deleted; try again when it is gone");
    }
    return DeployStep.of(
        Part.TABLE,
        Action.NONE,
        name,
        List.of(),
        there.tableStatus() == TableStatus.ACTIVE ? () -> {} : () -> awaitActive(name));
  }

  private static Map<String, String> keys(TableDescription table) {
    Map<String, String> types = new TreeMap<>();
    table
        .attributeDefinitions()
        .forEach(each -> types.put(each.attributeName(), each.attributeTypeAsString()));
    Map<String, String> keys = new TreeMap<>();
    table
        .keySchema()
        .forEach(
            key ->
                keys.put(
                    key.keyTypeAsString(),
                    key.attributeName() + " (" + types.get(key.attributeName()) + ")"));
    return keys;
  }

  private void create(String name, boolean onDemand) {
    CreateTableRequest.Builder request =
        CreateTableRequest.builder()
            .tableName(name)
            .keySchema(key(TargetsTable.SOURCE, KeyType.HASH), key(TargetsTable.ID, KeyType.RANGE))
            .attributeDefinitions(text(TargetsTable.SOURCE), text(TargetsTable.ID));
    if (onDemand) {
      request.billingMode(BillingMode.PAY_PER_REQUEST);
    } else {
      request
          .billingMode(BillingMode.PROVISIONED)
          .provisionedThroughput(
              units ->
                  units
                      .readCapacityUnits(Deployment.READ_UNITS)
                      .writeCapacityUnits(Deployment.WRITE_UNITS));
    }
    Ask.aws(
        "create the table '" + name + "'",
        "dynamodb:CreateTable",
        () -> {
          try {
            return Optional.of(client.createTable(request.build()));
          } catch (ResourceInUseException e) {
            throw new AdminException(
                "somebody else has made the table '" + name + "' meanwhile; run it again", e);
          }
        });
    awaitActive(name);
  }

  private void awaitActive(String name) {
    polling.until(
        "the table '" + name + "' to be active",
        () -> find(name).map(TableDescription::tableStatus).orElse(TableStatus.CREATING),
        status -> status == TableStatus.ACTIVE);
  }

  /** Plans what makes a table be gone. */
  DeployStep planRemoval(String name, List<String> problems) {
    Optional<TableDescription> there = find(name);
    if (there.isEmpty()) {
      return DeployStep.none(Part.TABLE, name);
    }
    if (Boolean.TRUE.equals(there.get().deletionProtectionEnabled())) {
      problems.add(
          "the table '"
              + name
              + "' is protected; first: aws dynamodb update-table --table-name "
              + name
              + " --no-deletion-protection-enabled");
    }
    return DeployStep.of(Part.TABLE, Action.REMOVE, name, List.of(), () -> remove(name));
  }

  private void remove(String name) {
    Ask.aws(
        "delete the table '" + name + "'",
        "dynamodb:DeleteTable",
        () -> {
          try {
            return Optional.of(client.deleteTable(request -> request.tableName(name)));
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          } catch (ResourceInUseException e) {
            // It is being made, or deleted, which is waited for below.
            return Optional.empty();
          }
        });
    polling.until(
        "the table '" + name + "' to be gone", () -> find(name).isEmpty(), isGone -> isGone);
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
