package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/** What the function's role, and the roles of targets of its account, need and may do. */
final class PermissionChecks {
  private static final String NAME = "permissions";

  /**
   * What a function needs to be in a VPC, as <a
   * href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html">Lambda's guide</a>
   * lists it (as known 2026-11).
   */
  private static final List<String> IN_VPC =
      List.of(
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses");

  private PermissionChecks() {}

  static List<Check> of(Facts facts) {
    FunctionFacts function = facts.function();
    if (function == null) {
      return List.of();
    }
    Map<String, List<Permission>> needs = new LinkedHashMap<>();
    needs.put(function.role(), ofFunction(facts, function));
    for (TargetConfig target : facts.targets()) {
      ofTarget(facts, function, target, needs);
    }
    List<Check> checks = new ArrayList<>();
    needs.forEach(
        (role, permissions) ->
            checks.add(
                new Check(NAME, role, notes -> look(facts, function, role, permissions, notes))));
    return checks;
  }

  private static void look(
      Facts facts, FunctionFacts function, String role, List<Permission> permissions, Notes notes) {
    if (!FunctionChecks.isOfAccount(function, role)) {
      notes.unknown(
          role,
          "is of another account, where IAM has to be asked with --profile; it needs "
              + String.join(
                  ", ",
                  permissions.stream()
                      .map(each -> each.action() + " on " + each.resource())
                      .distinct()
                      .toList()));
      return;
    }
    Simulation.look(facts, role, permissions, notes);
    if (notes.isWell()) {
      notes.ok(
          role,
          "its own policies allow it all that it needs: "
              + permissions.stream().distinct().count()
              + " permissions");
    }
  }

  private static void ofTarget(
      Facts facts,
      FunctionFacts function,
      TargetConfig target,
      Map<String, List<Permission>> needs) {
    List<Permission> all = new ArrayList<>(facts.provider(target).permissions(target));
    String claimCheck = target.claimCheck();
    if (claimCheck != null) {
      all.addAll(facts.stores().get(claimCheck).permissions(target));
    }
    for (Permission each : all) {
      boolean isFunctions = target.role() == null || each.action().equals("sts:AssumeRole");
      needs
          .computeIfAbsent(isFunctions ? function.role() : target.role(), at -> new ArrayList<>())
          .add(each);
    }
  }

  private static List<Permission> ofFunction(Facts facts, FunctionFacts function) {
    List<Permission> needs = new ArrayList<>();
    Arn known = facts.tableArn();
    Arn table = known == null ? tableOf(function, facts.table()) : known;
    needs.add(new Permission("dynamodb:Query", table.toString()));
    String progress = function.variable("FANOUT_PROGRESS_TABLE");
    if (progress != null && !progress.isBlank()) {
      String arn = tableOf(function, progress).toString();
      for (String action : List.of("Query", "GetItem", "PutItem", "DeleteItem")) {
        needs.add(new Permission("dynamodb:" + action, arn));
      }
    }
    for (Source source : facts.sources()) {
      for (EventSourceMappingConfiguration mapping : facts.mappingsOf(source)) {
        needs.addAll(ofSource(source, mapping));
      }
    }
    if (function.isInVpc()) {
      IN_VPC.forEach(action -> needs.add(new Permission(action, "*")));
    }
    Arn own = function.arn();
    String logs =
        new Arn(
                own.partition(),
                "logs",
                own.region(),
                own.account(),
                "log-group:/aws/lambda/" + function.name() + ":*")
            .toString();
    needs.add(new Permission("logs:CreateLogStream", logs));
    needs.add(new Permission("logs:PutLogEvents", logs));
    return needs;
  }

  private static Arn tableOf(FunctionFacts function, String name) {
    Arn own = function.arn();
    return new Arn(own.partition(), "dynamodb", own.region(), own.account(), "table/" + name);
  }

  /**
   * What a mapping reads by, as the managed policies AWSLambda*ExecutionRole have it (as known
   * 2026-11).
   */
  private static List<Permission> ofSource(Source source, EventSourceMappingConfiguration mapping) {
    return switch (source.type()) {
      case KINESIS -> {
        List<Permission> needs =
            new ArrayList<>(
                on(
                    source.id(),
                    "kinesis:DescribeStream",
                    "kinesis:DescribeStreamSummary",
                    "kinesis:GetRecords",
                    "kinesis:GetShardIterator",
                    "kinesis:ListShards"));
        if (!source.id().equals(mapping.eventSourceArn())) {
          needs.addAll(
              on(
                  mapping.eventSourceArn(),
                  "kinesis:SubscribeToShard",
                  "kinesis:DescribeStreamConsumer"));
        }
        yield needs;
      }
      case DYNAMODB ->
          on(
              source.id(),
              "dynamodb:DescribeStream",
              "dynamodb:GetRecords",
              "dynamodb:GetShardIterator");
      case SQS ->
          on(source.id(), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes");
      case KAFKA -> {
        String cluster = mapping.eventSourceArn();
        yield cluster == null
            ? List.of()
            : on(cluster, "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers");
      }
      case SNS -> List.of();
    };
  }

  private static List<Permission> on(String resource, String... actions) {
    return List.of(actions).stream().map(action -> new Permission(action, resource)).toList();
  }
}
