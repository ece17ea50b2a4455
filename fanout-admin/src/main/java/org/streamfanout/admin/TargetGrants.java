package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;

/** What targets need, of the function's own role and of those that their rows name. */
final class TargetGrants {
  private static final String ASSUME = "sts:AssumeRole";
  private static final String ANYTHING = "*";

  /** What stands before a name in the ARNs of destinations that may be given by name alone. */
  private static final Map<String, String> NAMED =
      Map.of(
          "kinesis", "kinesis:stream/",
          "firehose", "firehose:deliverystream/",
          "lambda", "lambda:function:",
          "dynamodb", "dynamodb:table/",
          "eventbridge", "events:event-bus/");

  private static final Pattern FUNCTION_OF_ACCOUNT = Pattern.compile("(\\d{12}):function:(.+)");

  private final Arn function;
  private final String ownRole;
  private final Providers providers;
  private final PayloadStores stores;
  private final Needs own = new Needs();
  private final Map<String, Needs> byRole = new TreeMap<>();
  private final List<String> warnings = new ArrayList<>();

  /** What one role needs, and for whom. */
  private static final class Needs {
    final Map<String, Set<String>> actionsByResource = new TreeMap<>();
    final List<String> targets = new ArrayList<>();
    final Set<String> externalIds = new TreeSet<>();
    boolean withoutExternalId;

    void add(Permission permission) {
      actionsByResource
          .computeIfAbsent(permission.resource(), each -> new TreeSet<>())
          .add(permission.action());
    }

    /** Returns a statement for each set of actions, on all that need just these. */
    List<Statement> statements() {
      Map<List<String>, List<String>> resourcesByActions = new LinkedHashMap<>();
      actionsByResource.forEach(
          (resource, actions) ->
              resourcesByActions
                  .computeIfAbsent(List.copyOf(actions), each -> new ArrayList<>())
                  .add(resource));
      Map<String, Integer> used = new LinkedHashMap<>();
      List<Statement> statements = new ArrayList<>();
      resourcesByActions.forEach(
          (actions, resources) -> {
            String service = actions.get(0).substring(0, actions.get(0).indexOf(':'));
            int number = used.merge(service, 1, Integer::sum);
            String sid =
                "DeliverTo"
                    + Character.toUpperCase(service.charAt(0))
                    + service.substring(1).replaceAll("[^A-Za-z0-9]", "")
                    + (number == 1 ? "" : number);
            statements.add(Statement.allow(sid, actions, resources));
          });
      return statements;
    }
  }

  TargetGrants(Arn function, String ownRole, Providers providers, PayloadStores stores) {
    this.function = function;
    this.ownRole = ownRole;
    this.providers = providers;
    this.stores = stores;
  }

  /** Adds a row; one that cannot be used is granted nothing, which a warning says. */
  void add(StoredTarget row) {
    try {
      add(TargetConfig.fromRow(columns(row)));
    } catch (InvalidTargetException e) {
      warnings.add(
          "target '"
              + row.id()
              + "' is not valid, and nothing is granted for it: "
              + String.join("; ", e.problems()));
    } catch (FanoutException e) {
      warnings.add(
          "target '"
              + row.id()
              + "' cannot be used, and nothing is granted for it: "
              + e.getMessage());
    }
  }

  private void add(TargetConfig target) {
    List<Permission> permissions =
        new ArrayList<>(providers.get(target.type()).permissions(target));
    String claimCheck = target.claimCheck();
    if (claimCheck != null) {
      permissions.addAll(stores.get(claimCheck).permissions(target));
    }
    String role =
        permissions.stream()
            .filter(permission -> permission.action().equals(ASSUME))
            .map(Permission::resource)
            .findFirst()
            .orElse(null);
    Needs needs = role == null ? own : byRole.computeIfAbsent(role, each -> new Needs());
    needs.targets.add(target.id());
    if (target.externalId() == null) {
      needs.withoutExternalId = true;
    } else {
      needs.externalIds.add(target.externalId());
    }
    for (Permission permission : permissions) {
      if (permission.resource().equals(ANYTHING)) {
        warnings.add(
            "the destination of target '"
                + target.id()
                + "' does not tell its ARN, so "
                + permission.action()
                + " is not granted; allow it by hand, on what is meant");
      } else if (!permission.action().equals(ASSUME)) {
        needs.add(permission);
      }
    }
  }

  /** Returns the row as if it were active, with its destination's ARN where it has a name only. */
  private Map<String, @Nullable Object> columns(StoredTarget row) {
    Map<String, @Nullable Object> columns = new LinkedHashMap<>(row.columns());
    columns.put(TargetsTable.ACTIVE, true);
    String prefix =
        providers.find(row.text("type")).map(TargetProvider::type).map(NAMED::get).orElse(null);
    String name = row.text("destination");
    if (prefix == null || name.isEmpty() || name.startsWith("arn:")) {
      return columns;
    }
    String account = Arn.parse(row.text("role")).map(Arn::account).orElse(function.account());
    var ofAccount = FUNCTION_OF_ACCOUNT.matcher(name);
    if (ofAccount.matches()) {
      account = ofAccount.group(1);
      name = ofAccount.group(2);
    }
    String region = row.text("region").isEmpty() ? function.region() : row.text("region");
    int colon = prefix.indexOf(':');
    columns.put(
        "destination",
        new Arn(
                AwsDestinations.partitionOf(region),
                prefix.substring(0, colon),
                region,
                account,
                prefix.substring(colon + 1) + name)
            .toString());
    return columns;
  }

  List<String> warnings() {
    return warnings;
  }

  /** Returns what the function's own role needs. */
  List<Statement> statements() {
    List<Statement> statements = new ArrayList<>(own.statements());
    if (!byRole.isEmpty()) {
      statements.add(Statement.allow("AssumeTargetRoles", List.of(ASSUME), byRole.keySet()));
    }
    return statements;
  }

  /** Returns what the roles that rows name need; keys are added to those of the keys' accounts. */
  List<TargetRole> roles(List<String> keys) {
    List<TargetRole> roles = new ArrayList<>();
    byRole.forEach(
        (arn, needs) -> {
          List<Statement> statements = new ArrayList<>(needs.statements());
          List<String> ofAccount = keys.stream().filter(key -> isOf(key, arn)).toList();
          if (!ofAccount.isEmpty()) {
            statements.add(FunctionGrants.encrypt(ofAccount));
          }
          roles.add(
              new TargetRole(
                  arn, needs.targets, trust(arn, needs), new PolicyDocument(statements)));
        });
    return roles;
  }

  /** Returns whether a key is of the account of a role that a row names. */
  boolean isOfTargetRole(String key) {
    return byRole.keySet().stream().anyMatch(role -> isOf(key, role));
  }

  private static boolean isOf(String key, String role) {
    return Arn.parse(key).map(Arn::account).equals(Arn.parse(role).map(Arn::account));
  }

  private PolicyDocument trust(String arn, Needs needs) {
    Statement statement =
        Statement.allow("FanoutAssumesIt", List.of(ASSUME), List.of()).to("AWS", ownRole);
    if (!needs.withoutExternalId) {
      statement = statement.where("sts:ExternalId", needs.externalIds);
    } else if (!needs.externalIds.isEmpty()) {
      warnings.add(
          "some targets assume "
              + arn
              + " with an external id and some without, so none is asked for");
    }
    return new PolicyDocument(List.of(statement));
  }
}
