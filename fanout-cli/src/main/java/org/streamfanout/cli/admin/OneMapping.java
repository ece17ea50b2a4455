package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.HookPlan;
import org.streamfanout.admin.HookPlanner;
import org.streamfanout.admin.HookSource;
import org.streamfanout.admin.Polling;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands about the mapping of a source have in common. */
final class OneMapping {
  /** Lambda takes minutes to reach a cluster of Kafka. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @Mixin private HookSourceOptions source = new HookSourceOptions();
  @Mixin private TableOptions table = new TableOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
  private boolean dryRun;

  /** Plans what becomes of a mapping. */
  @FunctionalInterface
  interface Planned {
    HookPlan by(HookPlanner planner, HookSource source, AdminClients clients);
  }

  TableOptions table() {
    return table;
  }

  /** Plans, carries out unless it is a dry run, and prints. */
  void change(PrintWriter out, PrintWriter errors, List<String> problems, Planned planned) {
    List<String> all = new ArrayList<>(problems);
    source.addProblems(all);
    table.addProblems(all);
    if (!all.isEmpty()) {
      throw new AdminException(all);
    }
    try (AdminClients clients = table.open(source.arn(), errors)) {
      HookPlanner planner =
          new HookPlanner(clients, table.functionReference(), Polling.system(LIMIT));
      HookPlan plan = planned.by(planner, source.resolve(clients), clients);
      if (!output.isJson()) {
        // Before the first step: it may take minutes, and be the last.
        plan.warnings().forEach(warning -> errors.println("fanout: " + warning));
        errors.flush();
      }
      if (!dryRun) {
        plan.carryOut();
      }
      if (output.isJson()) {
        out.println(JsonText.of(json(plan)));
      } else {
        print(plan, out);
      }
      out.flush();
    }
  }

  private Map<String, @Nullable Object> json(HookPlan plan) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("function", plan.function());
    json.put("source", plan.source());
    json.put("action", plan.kind().name());
    json.put("done", !dryRun);
    json.put("uuid", plan.uuid());
    json.put("state", plan.state());
    List<Map<String, @Nullable Object>> changes = new ArrayList<>();
    for (HookPlan.Change each : plan.changes()) {
      Map<String, @Nullable Object> change = new LinkedHashMap<>();
      change.put("name", each.name());
      change.put("before", each.before());
      change.put("after", each.after());
      changes.add(change);
    }
    json.put("changes", changes);
    json.put("steps", plan.steps());
    json.put("notes", plan.notes());
    json.put("warnings", plan.warnings());
    return json;
  }

  private void print(HookPlan plan, PrintWriter out) {
    out.println(
        plan.source()
            + " for the function '"
            + plan.function()
            + "': "
            + verb(plan.kind())
            + (plan.uuid() == null ? "" : ", mapping " + plan.uuid())
            + (plan.state() == null || plan.kind() == HookPlan.Kind.REMOVE
                ? ""
                : ", " + plan.state()));
    for (HookPlan.Change change : plan.changes()) {
      boolean isNew = plan.kind() == HookPlan.Kind.CREATE;
      out.printf(
          "  %c %-32s %s%n",
          isNew ? '+' : '~',
          change.name(),
          (isNew ? "" : text(change.before()) + " -> ") + text(change.after()));
    }
    int number = 0;
    for (String step : plan.steps()) {
      number++;
      out.println("  " + number + ". " + step);
    }
    plan.notes().forEach(note -> out.println("  " + note));
  }

  private static String text(@Nullable Object value) {
    if (value == null) {
      return "(none)";
    }
    return value instanceof String text ? text : JsonText.line(value);
  }

  private String verb(HookPlan.Kind kind) {
    return switch (kind) {
      case CREATE -> dryRun ? "would be hooked" : "hooked";
      case CHANGE -> dryRun ? "would be changed" : "changed";
      case REMOVE -> dryRun ? "would be unhooked" : "unhooked";
      case NONE -> "is so already";
    };
  }
}
