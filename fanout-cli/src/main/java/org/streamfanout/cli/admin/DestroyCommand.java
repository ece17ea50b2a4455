package org.streamfanout.cli.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.DeployPlan;
import org.streamfanout.admin.DestroyPlanner;
import org.streamfanout.admin.Polling;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout destroy}: removes the function and its table. */
@Command(
    name = "destroy",
    description = "Removes the function and its table of targets; the role stays.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class DestroyCommand implements Callable<Integer> {
  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter errors;
  private final BooleanSupplier isTerminal;

  @Mixin private TableOptions table = new TableOptions();

  @Option(
      names = "--yes",
      description = "Does not ask. It is asked on a terminal only: a script needs no --yes.")
  private boolean yes;

  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
  private boolean dryRun;

  /** Makes the command, which prints to these and asks if there is a terminal. */
  public DestroyCommand(InputStream in, PrintWriter out, PrintWriter errors) {
    this(in, out, errors, () -> System.console() != null);
  }

  /** Makes the command where somebody else knows whether there is a terminal. */
  public DestroyCommand(
      InputStream in, PrintWriter out, PrintWriter errors, BooleanSupplier isTerminal) {
    this.in = in;
    this.out = out;
    this.errors = errors;
    this.isTerminal = isTerminal;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    table.addProblems(problems);
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    try (AdminClients clients = table.open(null, errors)) {
      DeployPlan plan =
          new DestroyPlanner(clients, Polling.system(DeployCommand.LONGEST_WAIT))
              .plan(table.functionName(), table.tableName());
      if (!dryRun && !yes && !plan.isDone() && isTerminal.getAsBoolean()) {
        ask();
      }
      new DeployPrinter(out, errors, output, dryRun, "is gone already").run(plan);
    }
    return CommandLine.ExitCode.OK;
  }

  private void ask() {
    errors.print(
        "This deletes the function '"
            + table.functionName()
            + "' and the table '"
            + table.tableName()
            + "' with all of its targets (./fanout export"
            + table.again()
            + " writes them to a file). Type the function's name to go on: ");
    errors.flush();
    String answer = answer();
    if (answer == null || !answer.strip().equals(table.functionName())) {
      throw new AdminException("not confirmed; nothing was deleted");
    }
  }

  private @Nullable String answer() {
    try {
      return new BufferedReader(new InputStreamReader(in, Charset.defaultCharset())).readLine();
    } catch (IOException e) {
      throw new AdminException("the answer cannot be read: " + e.getMessage());
    }
  }
}
