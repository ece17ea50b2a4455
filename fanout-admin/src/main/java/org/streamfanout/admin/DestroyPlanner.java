package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/** Works out what the end of a fan-out takes away, and takes nothing. Thread-safe. */
public final class DestroyPlanner {
  private final AdminClients clients;
  private final Polling polling;

  /**
   * Makes a planner.
   *
   * @param clients stay the caller's
   * @param polling bounds each wait of the plans' work
   */
  public DestroyPlanner(AdminClients clients, Polling polling) {
    this.clients = Objects.requireNonNull(clients, "clients");
    this.polling = Objects.requireNonNull(polling, "polling");
  }

  /**
   * Plans the removal of a function, and then of its table; what is gone already is no problem. The
   * role stays, and so do mappings and logs, which the plan names.
   *
   * @param function the function's name
   * @param table the table's name or ARN
   * @throws AdminException with everything that is in its way
   */
  public DeployPlan plan(String function, String table) {
    List<String> problems = new ArrayList<>();
    List<String> left = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    List<DeployStep> steps = new ArrayList<>();
    FunctionDeploy functions = new FunctionDeploy(clients, polling);
    try {
      Optional<FunctionConfiguration> there = functions.find(function);
      addMappings(function, left, warnings);
      steps.add(functions.planRemoval(function, there.isPresent()));
      there.ifPresent(
          each ->
              left.add(
                  "the role "
                      + each.role()
                      + ": aws iam delete-role-policy --role-name "
                      + nameOf(each.role())
                      + " --policy-name "
                      + RoleDeploy.POLICY
                      + ", then aws iam delete-role --role-name "
                      + nameOf(each.role())));
      left.add(
          "the log group /aws/lambda/"
              + function
              + ": aws logs delete-log-group --log-group-name /aws/lambda/"
              + function);
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    try {
      steps.add(new TableDeploy(clients, polling).planRemoval(nameOfTable(table), problems));
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    return new DeployPlan(steps, warnings, left);
  }

  private static String nameOf(String roleArn) {
    return roleArn.substring(roleArn.lastIndexOf('/') + 1);
  }

  /** A table of another region or account is not deleted by the way. */
  private String nameOfTable(String table) {
    Optional<Arn> arn = Arn.parse(table);
    if (arn.isPresent() && !arn.get().region().equals(clients.region())) {
      throw new AdminException(
          "the table " + table + " is not in " + clients.region() + "; give --region");
    }
    return table;
  }

  private void addMappings(String function, List<String> left, List<String> warnings) {
    LambdaClient lambda = clients.client(LambdaClient.class, LambdaClient::builder);
    List<EventSourceMappingConfiguration> mappings =
        Ask.aws(
            "look up what calls the function '" + function + "'",
            "lambda:ListEventSourceMappings",
            () -> {
              try {
                return lambda
                    .listEventSourceMappingsPaginator(request -> request.functionName(function))
                    .eventSourceMappings()
                    .stream()
                    .toList();
              } catch (ResourceNotFoundException e) {
                return List.<EventSourceMappingConfiguration>of();
              }
            });
    for (EventSourceMappingConfiguration mapping : mappings) {
      left.add(
          "the mapping "
              + mapping.uuid()
              + " of "
              + Optional.ofNullable(mapping.eventSourceArn()).orElse("a self-managed Kafka")
              + ": aws lambda delete-event-source-mapping --uuid "
              + mapping.uuid());
    }
    if (!mappings.isEmpty()) {
      warnings.add(
          mappings.size()
              + (mappings.size() == 1 ? " mapping calls" : " mappings call")
              + " the function and will fail once it is gone; unhook first, or pause to keep their"
              + " places");
    }
  }
}
