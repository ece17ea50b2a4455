package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PackageType;

/**
 * Works out what a deployment has to make and to change, and does neither. Thread-safe.
 *
 * <p>What is there is never replaced as a whole: a table stays as it is, a role keeps its trust and
 * its other policies, a function what was not asked for, and all variables of its environment.
 */
public final class DeployPlanner {
  private static final String TABLE_VARIABLE = "FANOUT_TABLE_NAME";

  private final AdminClients clients;
  private final Polling polling;

  /**
   * Makes a planner.
   *
   * @param clients stay the caller's
   * @param polling bounds each wait of the plans' work
   */
  public DeployPlanner(AdminClients clients, Polling polling) {
    this.clients = Objects.requireNonNull(clients, "clients");
    this.polling = Objects.requireNonNull(polling, "polling");
  }

  /** What was found out about a deployment. */
  private final class Work {
    final Deployment wanted;
    final FunctionDeploy functions = new FunctionDeploy(clients, polling);
    final List<String> problems = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final List<DeployStep> steps = new ArrayList<>();
    final @Nullable FunctionConfiguration function;

    Work(Deployment wanted) {
      this.wanted = wanted;
      function =
          asked(() -> functions.find(wanted.function()), Optional.<FunctionConfiguration>empty())
              .orElse(null);
    }

    /** Returns an answer, or another one if there is a problem, which is kept with the others. */
    <T> T asked(Supplier<T> ask, T otherwise) {
      try {
        return ask.get();
      } catch (AdminException e) {
        problems.addAll(e.problems());
        return otherwise;
      }
    }

    /** The table that is meant: the one given, else the one in use, else the one by the name. */
    String table() {
      String given = wanted.table();
      if (given != null) {
        return given;
      }
      String inUse =
          function == null ? null : FunctionDeploy.environment(function).get(TABLE_VARIABLE);
      return inUse != null ? inUse : standardTable();
    }

    String standardTable() {
      return wanted.function() + "Targets";
    }

    String standardRole() {
      return wanted.function() + "Role";
    }
  }

  /**
   * Plans a deployment.
   *
   * @throws AdminException with everything that is in its way
   */
  public DeployPlan plan(Deployment wanted) {
    Work work = new Work(wanted);
    checkFunction(work);
    String table = work.table();
    checkTable(work, table);
    TableDescription thereTable = Deployment.isArn(table) ? null : planTable(work, table);
    String role = planRole(work, table, thereTable);
    planFunction(work, table, role);
    warn(work, table);
    if (!work.problems.isEmpty()) {
      throw new AdminException(work.problems.stream().distinct().toList());
    }
    return new DeployPlan(work.steps, work.warnings.stream().distinct().toList(), List.of());
  }

  private static void checkFunction(Work work) {
    FunctionConfiguration there = work.function;
    if (there == null) {
      if (work.wanted.functionIsThere() && work.problems.isEmpty()) {
        work.problems.add(
            "there is no function '"
                + work.wanted.function()
                + "', and --function-arn makes none; give --function NAME");
      }
      return;
    }
    if (there.packageType() == PackageType.IMAGE) {
      work.problems.add(
          "the function '"
              + work.wanted.function()
              + "' is made of an image, whose code cannot be replaced by a jar; give another"
              + " --function");
    }
    if (there.environment() != null && there.environment().error() != null) {
      work.problems.add(
          "the variables of the function '"
              + work.wanted.function()
              + "' cannot be read, so they could not be kept: "
              + there.environment().error().message());
    }
  }

  private void checkTable(Work work, String table) {
    Arn.parse(table)
        .map(Arn::region)
        .filter(region -> !region.equals(clients.region()))
        .ifPresent(
            region ->
                work.problems.add(
                    "the table is in "
                        + region
                        + " and the function in "
                        + clients.region()
                        + "; a function reads its table in its own region"));
  }

  private @Nullable TableDescription planTable(Work work, String table) {
    TableDeploy tables = new TableDeploy(clients, polling);
    TableDescription there =
        work.asked(() -> tables.find(table), Optional.<TableDescription>empty()).orElse(null);
    work.steps.add(tables.plan(table, there, work.wanted.onDemand(), work.problems));
    return there;
  }

  /** Plans the role, if it is one that is looked after, and returns its ARN. */
  private String planRole(Work work, String table, @Nullable TableDescription thereTable) {
    String given = work.wanted.role();
    String current = work.function == null ? null : work.function.role();
    if (given != null && Deployment.isArn(given)) {
      return given;
    }
    if (given == null && current != null && !nameOf(current).equals(work.standardRole())) {
      work.warnings.add(
          "the function has the role "
              + current
              + ", which is left as it is; fanout policy prints what it needs, and --exec-role "
              + nameOf(current)
              + " keeps it up to date");
      return current;
    }
    String name = given != null ? given : work.standardRole();
    RoleDeploy roles = new RoleDeploy(clients);
    Role there = work.asked(() -> roles.find(name), Optional.<Role>empty()).orElse(null);
    Optional<String> found =
        work.asked(
            () -> Optional.of(functionArn(work, table, thereTable)), Optional.<String>empty());
    if (found.isEmpty()) {
      return name;
    }
    String function = found.get();
    Arn arn = Arn.parse(function).orElseThrow();
    String role =
        there != null
            ? there.arn()
            : "arn:" + arn.partition() + ":iam::" + arn.account() + ":role/" + name;
    FunctionGrants grants = grants(work, function, role, table, thereTable != null);
    work.warnings.addAll(grants.warnings());
    work.steps.add(roles.planRole(name, there, grants, work.problems));
    work.steps.add(
        work.asked(
            () ->
                roles.planPolicy(
                    name,
                    there != null,
                    grants,
                    work.wanted.revoke(),
                    work.problems,
                    work.warnings),
            DeployStep.none(DeployStep.Part.POLICY, RoleDeploy.POLICY)));
    return role;
  }

  private static String nameOf(String roleArn) {
    return roleArn.substring(roleArn.lastIndexOf('/') + 1);
  }

  private String functionArn(Work work, String table, @Nullable TableDescription thereTable) {
    if (work.function != null) {
      return work.function.functionArn();
    }
    Arn like =
        Arn.parse(table)
            .or(() -> Arn.parse(thereTable == null ? null : thereTable.tableArn()))
            .orElseGet(() -> Caller.of(clients));
    return new Arn(
            like.partition(),
            "lambda",
            clients.region(),
            like.account(),
            "function:" + work.wanted.function())
        .toString();
  }

  private FunctionGrants grants(
      Work work, String function, String role, String table, boolean tableIsThere) {
    FunctionGrants.Builder grants =
        FunctionGrants.of(function)
            .role(role)
            .table(table)
            .inVpc(
                !work.wanted.subnets().isEmpty()
                    || (work.function != null && FunctionDeploy.isInVpc(work.function)));
    Map<String, String> environment =
        new LinkedHashMap<>(
            work.function == null ? Map.of() : FunctionDeploy.environment(work.function));
    environment.putAll(work.wanted.environment());
    grants.progressTable(environment.get("FANOUT_PROGRESS_TABLE"));
    work.wanted.grants().accept(grants);
    if (tableIsThere || Deployment.isArn(table)) {
      try {
        grants.targets(
            TargetsTable.of(clients.client(DynamoDbClient.class, DynamoDbClient::builder), table)
                .rows());
      } catch (AdminException e) {
        work.warnings.add(
            "nothing more is granted for targets, since their rows cannot be read: "
                + e.getMessage());
      }
    }
    return work.asked(grants::build, FunctionGrants.of(function).build());
  }

  private static void planFunction(Work work, String table, String role) {
    Map<String, String> environment = new LinkedHashMap<>(work.wanted.environment());
    environment.put(TABLE_VARIABLE, table);
    FunctionConfiguration there = work.function;
    if (there == null) {
      work.steps.add(work.functions.planCreation(work.wanted, role, environment));
      return;
    }

    work.steps.add(work.functions.planCode(work.wanted, there));
    work.steps.add(work.functions.planConfiguration(work.wanted, there, role, environment));
    if (!String.valueOf(there.runtimeAsString()).startsWith("java")) {
      work.warnings.add(
          "the function runs "
              + there.runtimeAsString()
              + " now; pause its sources until its code and its configuration are both replaced");
    }
  }

  private static void warn(Work work, String table) {
    Integer memory = work.wanted.memory();
    if (memory == null && work.function != null) {
      memory = work.function.memorySize();
    }
    if (memory != null && memory < Deployment.DEFAULT_MEMORY) {
      work.warnings.add(
          memory
              + " MiB of memory are little for Java with these clients; "
              + Deployment.DEFAULT_MEMORY
              + " are enough to start with");
    }
    if (!table.equals(work.standardTable())) {
      work.warnings.add(
          "the targets are in "
              + table
              + "; the other commands need to be told so: "
              + (Deployment.isArn(table) ? "--table-arn " : "--table ")
              + table);
    }
  }
}
