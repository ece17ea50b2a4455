package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.RowPlan;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsPlanner;
import org.streamfanout.admin.TargetsTable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands about one registered target have in common. */
final class OneTarget {
  @Mixin private SourceOptions source = new SourceOptions();

  @Option(names = "--id", paramLabel = "ID", required = true, description = "The target.")
  private String id = "";

  @Mixin private TableOptions table = new TableOptions();
  @Mixin private CheckOptions checks = new CheckOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
  private boolean dryRun;

  /** A row's place and who plans what becomes of it. */
  record Place(String sourceArn, String id, TargetsPlanner planner) {}

  /** Plans, carries out unless it is a dry run, and prints. */
  List<RowPlan> change(
      PrintWriter out,
      PrintWriter errors,
      List<String> problems,
      Function<Place, List<RowPlan>> planned) {
    List<String> all = new ArrayList<>(problems);
    source.addProblems(true, all);
    table.addProblems(all);
    if (!all.isEmpty()) {
      throw new AdminException(all);
    }
    try (AdminClients clients = table.open(source.arn(), errors);
        TargetCheck check = checks.check(table.aws())) {
      TargetsTable targets = table.table(clients);
      String sourceArn = source.resolve(clients).id();
      List<RowPlan> plans =
          planned.apply(new Place(sourceArn, id, new TargetsPlanner(targets, check)));
      if (!dryRun) {
        plans.forEach(plan -> plan.carryOut(targets));
      }
      if (plans.isEmpty() && !output.isJson()) {
        out.println("there is no target '" + id + "' of " + sourceArn);
      } else {
        new PlanPrinter(out, output, dryRun).print(plans);
      }
      return plans;
    }
  }
}
