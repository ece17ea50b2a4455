package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.TargetsTable;
import org.streamfanout.spi.Arn;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The targets table of a function. */
final class TableOptions {
  private static final String FUNCTION_RESOURCE = "function:";

  @Mixin private AwsOptions aws = new AwsOptions();

  @Option(
      names = "--function",
      paramLabel = "NAME",
      description = "The function; ${DEFAULT-VALUE} by default. Its table is <function>Targets.",
      defaultValue = "fanout")
  private String function = "fanout";

  @Option(
      names = "--function-arn",
      paramLabel = "ARN",
      description = "The function, without a look-up.")
  private @Nullable String functionArn;

  @Option(names = "--table", paramLabel = "NAME", description = "The targets table.")
  private @Nullable String table;

  @Option(
      names = "--table-arn",
      paramLabel = "ARN",
      description = "The targets table, without a look-up.")
  private @Nullable String tableArn;

  AwsOptions aws() {
    return aws;
  }

  /** Adds what is wrong with these options. */
  void addProblems(List<String> problems) {
    if (table != null && tableArn != null) {
      problems.add("--table and --table-arn both name the table; give one of them");
    }
    addArnProblem("--table-arn", tableArn, "dynamodb", "table/", problems);
    addArnProblem("--function-arn", functionArn, "lambda", FUNCTION_RESOURCE, problems);
  }

  static void addArnProblem(
      String option, @Nullable String arn, String service, String resource, List<String> problems) {
    if (arn != null
        && Arn.parse(arn)
            .filter(each -> each.service().equals(service))
            .filter(each -> each.resource().startsWith(resource))
            .isEmpty()) {
      problems.add(
          option
              + " '"
              + arn
              + "' is no ARN such as arn:aws:"
              + service
              + ":eu-west-1:123456789012:"
              + resource
              + "...");
    }
  }

  /** Returns the function's name, without a version or an alias. */
  String functionName() {
    if (functionArn == null) {
      return function;
    }
    String resource =
        Arn.parse(functionArn)
            .map(Arn::resource)
            .orElseThrow(
                () -> new AdminException("--function-arn '" + functionArn + "' is no ARN"));
    String name = resource.substring(FUNCTION_RESOURCE.length());
    int qualifier = name.indexOf(':');
    return qualifier < 0 ? name : name.substring(0, qualifier);
  }

  /** Returns whether the function is given by its ARN. */
  boolean isFunctionArn() {
    return functionArn != null;
  }

  /** Returns the function's ARN, without a version or an alias; null if only a name is given. */
  @Nullable String functionArn() {
    return functionArn == null
        ? null
        : functionArn.substring(0, functionArn.indexOf(FUNCTION_RESOURCE))
            + FUNCTION_RESOURCE
            + functionName();
  }

  /** Returns the table's name or ARN; null if none is given. */
  @Nullable String givenTable() {
    return tableArn != null ? tableArn : table;
  }

  /** Returns the table's name or ARN. */
  String tableName() {
    String given = givenTable();
    return given != null ? given : functionName() + "Targets";
  }

  /** Returns clients for the region that these options, or the ARN of a source, name. */
  AdminClients open(@Nullable String sourceArn, PrintWriter errors) {
    List<String> regions = new ArrayList<>();
    for (String arn : new String[] {tableArn, functionArn, sourceArn}) {
      Arn.parse(arn).map(Arn::region).filter(each -> !each.isEmpty()).ifPresent(regions::add);
    }
    return aws.open(regions, errors);
  }

  TargetsTable table(AdminClients clients) {
    return TargetsTable.of(
        clients.client(DynamoDbClient.class, DynamoDbClient::builder), tableName());
  }

  /** Returns what names the same table and function again, for commands that are suggested. */
  String again() {
    StringBuilder text = new StringBuilder();
    if (functionArn != null) {
      text.append(" --function-arn ").append(functionArn);
    } else {
      text.append(" --function ").append(function);
    }
    if (tableArn != null) {
      text.append(" --table-arn ").append(tableArn);
    } else if (table != null) {
      text.append(" --table ").append(table);
    }
    return text.toString();
  }
}
