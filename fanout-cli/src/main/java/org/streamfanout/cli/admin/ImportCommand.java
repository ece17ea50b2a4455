package org.streamfanout.cli.admin;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.RowPlan;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsFile;
import org.streamfanout.admin.TargetsPlanner;
import org.streamfanout.admin.TargetsTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanout import}: makes the table what a file says. */
@Command(
    name = "import",
    description = "Makes the targets table what a file says; --dry-run shows the difference.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ImportCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "JSON or YAML, as export writes.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--prune",
      description = "Removes rows of the file's sources that the file does not name.")
  private boolean prune;

  @Mixin private TableOptions table = new TableOptions();
  @Mixin private CheckOptions checks = new CheckOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
  private boolean dryRun;

  /** Makes the command, which prints to these. */
  public ImportCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    table.addProblems(problems);
    List<StoredTarget> rows = new ArrayList<>();
    for (Path file : files) {
      try {
        rows.addAll(TargetsFile.of(file.toString()).read(Files.readString(file), file.toString()));
      } catch (AdminException e) {
        problems.addAll(e.problems());
      } catch (IOException e) {
        problems.add("file '" + file + "' cannot be read: " + e);
      }
    }
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    try (AdminClients clients = table.open(null, errors);
        TargetCheck check = checks.check(table.aws())) {
      TargetsTable targets = table.table(clients);
      List<RowPlan> plans = new TargetsPlanner(targets, check).replace(rows, prune);
      List<RowPlan> done = new ArrayList<>();
      try {
        for (RowPlan plan : plans) {
          if (!dryRun) {
            plan.carryOut(targets);
          }
          done.add(plan);
        }
      } finally {
        new PlanPrinter(out, output, dryRun).print(done);
      }
    }
    return CommandLine.ExitCode.OK;
  }
}
