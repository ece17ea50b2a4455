package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.DestinationNames;
import org.streamfanout.admin.RowPlan;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsPlanner;
import org.streamfanout.admin.TargetsTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanout register}: adds a target to a source. */
@Command(
    name = "register",
    aliases = "create",
    description = "Adds a target to a source; inactive, unless --active true is given.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class RegisterCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  @Parameters(
      index = "0",
      paramLabel = "<type>",
      completionCandidates = Choices.Types.class,
      description = "The type of the destination; `fanout providers` lists them.")
  private String type = "";

  @Mixin private SourceOptions source = new SourceOptions();

  @Option(names = "--id", paramLabel = "ID", required = true, description = "Names the target.")
  private String id = "";

  @Option(
      names = "--destination",
      paramLabel = "NAME",
      required = true,
      description =
          "A name that is looked up, or what needs no look-up: an ARN, a URL or an endpoint.")
  private String destination = "";

  @Option(
      names = "--index",
      paramLabel = "INDEX",
      description = "Of a domain given by name: the index, or <index>/<doctype>.")
  private @Nullable String index;

  @Mixin private ColumnOptions columns = new ColumnOptions();
  @Mixin private TableOptions table = new TableOptions();
  @Mixin private CheckOptions checks = new CheckOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
  private boolean dryRun;

  /** Makes the command, which prints to these. */
  public RegisterCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    source.addProblems(true, problems);
    table.addProblems(problems);
    if (destination.isBlank()) {
      problems.add("--destination is empty");
    }
    if (id.isBlank()) {
      problems.add("--id is empty");
    }
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    try (AdminClients clients = table.open(source.arn(), errors);
        TargetCheck check = checks.check(table.aws())) {
      StoredTarget row = row(clients);
      TargetsTable targets = table.table(clients);
      RowPlan plan = new TargetsPlanner(targets, check).register(row);
      if (!dryRun) {
        plan.carryOut(targets);
      }
      new PlanPrinter(out, output, dryRun).print(List.of(plan));
      if (!output.isJson()) {
        advise(plan);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private void advise(RowPlan plan) {
    StoredTarget row = plan.row();
    boolean holds = row.text("onFailure").isEmpty() || row.text("onFailure").equals("HOLD");
    if (holds && !Boolean.TRUE.equals(row.columns().get("deadLetterOnly"))) {
      out.println(
          "It holds what it cannot deliver (onFailure is HOLD), and in a Lambda function its shard"
              + " with it, for all targets. With --on-failure DEAD_LETTER --dead-letter ID the"
              + " others go on.");
    }
    if (!dryRun && !row.isActive()) {
      out.println(
          "It is inactive. To switch it on: ./fanout activate"
              + table.again()
              + " --source-arn "
              + row.sourceArn()
              + " --id "
              + id);
    }
  }

  /** Returns the row that is asked for, with every look-up's problem if there is more than one. */
  private StoredTarget row(AdminClients clients) {
    List<String> problems = new ArrayList<>();
    String sourceArn = "";
    try {
      sourceArn = source.resolve(clients).id();
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    String where = "";
    try {
      where =
          new DestinationNames(clients)
              .resolve(type, destination, given("region"), given("role"), index);
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put(TargetsTable.SOURCE, sourceArn);
    row.put(TargetsTable.ID, id);
    row.put("type", type);
    row.put("destination", where);
    row.put(TargetsTable.ACTIVE, false);
    row.putAll(columns.given());
    return StoredTarget.of(row);
  }

  private @Nullable String given(String column) {
    Object value = columns.given().get(column);
    return value == null ? null : value.toString();
  }
}
