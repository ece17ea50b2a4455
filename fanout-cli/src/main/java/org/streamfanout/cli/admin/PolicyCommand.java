package org.streamfanout.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.Caller;
import org.streamfanout.admin.FunctionGrants;
import org.streamfanout.admin.PolicyCommands;
import org.streamfanout.admin.PolicyDocument;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetsFile;
import org.streamfanout.spi.Arn;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout policy}: prints what has to be allowed. */
@Command(
    name = "policy",
    description =
        "Prints what has to be allowed: to the function's role, by the roles of targets, and by the"
            + " accounts of streams. Changes nothing.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class PolicyCommand implements Callable<Integer> {
  /** What is printed of each policy. */
  enum As {
    json,
    commands
  }

  private final PrintWriter out;
  private final PrintWriter errors;

  @Mixin private TableOptions table = new TableOptions();
  @Mixin private RoleOptions role = new RoleOptions();

  @Option(
      names = "--targets",
      paramLabel = "FILE",
      description = "Takes the targets from a file, not from the table, without any call of AWS.")
  private @Nullable Path targets;

  @Option(
      names = "--without-targets",
      description = "Leaves targets out: for a table that is not there yet.")
  private boolean withoutTargets;

  @Option(names = "--vpc", description = "The function runs in a VPC.")
  private boolean vpc;

  @Option(
      names = "--progress-table",
      paramLabel = "NAME",
      description = "The table that the function remembers progress in, or its ARN.")
  private @Nullable String progressTable;

  @Mixin private GrantOptions grants = new GrantOptions();

  @Option(
      names = "--as",
      paramLabel = "json|commands",
      description =
          "Prints documents, or commands of AWS's command line that put them where they belong;"
              + " ${DEFAULT-VALUE} by default.",
      defaultValue = "json")
  private As as = As.json;

  @Mixin private OutputOption output = new OutputOption();

  /** Makes the command, which prints to these. */
  public PolicyCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    table.addProblems(problems);
    role.addProblems(problems);
    grants.addProblems(problems);
    if (targets != null && withoutTargets) {
      problems.add("--targets and --without-targets exclude each other");
    }
    List<StoredTarget> rows = new ArrayList<>();
    if (targets != null) {
      readFile(targets, rows, problems);
    }
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    try (AdminClients clients =
        table.open(grants.sources().stream().findFirst().orElse(null), errors)) {
      if (targets == null && !withoutTargets) {
        rows.addAll(table.table(clients).rows());
      }
      print(of(clients, rows));
    }
    return CommandLine.ExitCode.OK;
  }

  private static void readFile(Path file, List<StoredTarget> rows, List<String> problems) {
    try {
      rows.addAll(TargetsFile.of(file.toString()).read(Files.readString(file), file.toString()));
    } catch (AdminException e) {
      problems.addAll(e.problems());
    } catch (IOException e) {
      problems.add("file '" + file + "' cannot be read: " + e);
    }
  }

  private FunctionGrants of(AdminClients clients, List<StoredTarget> rows) {
    String function = functionArn(clients);
    Arn arn =
        Arn.parse(function)
            .orElseThrow(() -> new AdminException("'" + function + "' is no ARN of a function"));
    FunctionGrants.Builder builder =
        FunctionGrants.of(function)
            .table(table.tableName())
            .targets(rows)
            .inVpc(vpc)
            .progressTable(progressTable);
    String given = role.role();
    if (given != null) {
      builder.role(
          Arn.parse(given).isPresent()
              ? given
              : "arn:" + arn.partition() + ":iam::" + arn.account() + ":role/" + given);
    }
    grants.addTo(builder);
    return builder.build();
  }

  private String functionArn(AdminClients clients) {
    String given = table.functionArn();
    if (given != null) {
      return given;
    }
    Arn like = Arn.parse(table.givenTable()).orElseGet(() -> Caller.of(clients));
    return new Arn(
            like.partition(),
            "lambda",
            clients.region(),
            like.account(),
            "function:" + table.functionName())
        .toString();
  }

  private void print(FunctionGrants all) {
    all.warnings().forEach(warning -> errors.println("fanout: " + warning));
    errors.flush();
    List<PolicyCommands.Entry> entries =
        PolicyCommands.of(all, "fanout-" + table.functionName()).entries();
    if (output.isJson()) {
      out.println(JsonText.of(entries.stream().map(PolicyCommand::json).toList()));
    } else {
      entries.forEach(this::printText);
    }
    out.flush();
  }

  private void printText(PolicyCommands.Entry entry) {
    out.println("# " + entry.title() + " (account " + entry.account() + ")");
    if (as == As.commands) {
      entry.commands().forEach(out::println);
    } else {
      out.println(entry.document().pretty());
    }
  }

  private static Map<String, @Nullable Object> json(PolicyCommands.Entry entry) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("title", entry.title());
    json.put("account", entry.account());
    json.put("document", tree(entry.document()));
    json.put("commands", entry.commands());
    return json;
  }

  private static JsonNode tree(PolicyDocument document) {
    try {
      return new JsonMapper().readTree(document.json());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a policy is not written as JSON", e);
    }
  }
}
