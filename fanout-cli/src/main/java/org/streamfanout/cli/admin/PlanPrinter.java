package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.RowPlan;
import org.streamfanout.admin.StoredTarget;

/** Tells what became of rows, or would. */
final class PlanPrinter {
  private static final Set<String> KEY = Set.of("sourceArn", "id");

  private final PrintWriter out;
  private final OutputOption output;
  private final boolean dryRun;

  PlanPrinter(PrintWriter out, OutputOption output, boolean dryRun) {
    this.out = out;
    this.output = output;
    this.dryRun = dryRun;
  }

  void print(List<RowPlan> plans) {
    if (output.isJson()) {
      out.println(JsonText.of(plans.stream().map(this::json).toList()));
    } else {
      plans.forEach(this::printText);
    }
    out.flush();
  }

  private Map<String, @Nullable Object> json(RowPlan plan) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("sourceArn", plan.row().sourceArn());
    json.put("id", plan.row().id());
    json.put("action", plan.kind().name());
    json.put("done", !dryRun);
    StoredTarget before = plan.before();
    json.put("before", before == null ? null : before.columns());
    json.put("after", plan.kind() == RowPlan.Kind.REMOVE ? null : plan.row().columns());
    json.put("warnings", plan.warnings());
    return json;
  }

  private void printText(RowPlan plan) {
    out.println(plan.row().id() + " of " + plan.row().sourceArn() + ": " + verb(plan.kind()));
    switch (plan.kind()) {
      case ADD -> columns(plan.row()).forEach((name, value) -> line('+', name, value));
      case REMOVE -> columns(plan.row()).forEach((name, value) -> line('-', name, value));
      case CHANGE -> printChange(plan);
      case NONE -> {
        // Nothing to show.
      }
    }
    plan.warnings().forEach(warning -> out.println("  ! " + warning));
  }

  private void printChange(RowPlan plan) {
    Map<String, @Nullable Object> before = new LinkedHashMap<>();
    if (plan.before() != null) {
      before.putAll(plan.before().columns());
    }
    Set<String> names = new TreeSet<>(plan.change().set().keySet());
    names.addAll(plan.change().remove());
    for (String name : names) {
      line(
          '~',
          name,
          text(before.get(name), "(none)")
              + " -> "
              + text(plan.change().set().get(name), "(none)"));
    }
  }

  private String verb(RowPlan.Kind kind) {
    return switch (kind) {
      case ADD -> dryRun ? "would be added" : "added";
      case CHANGE -> dryRun ? "would be changed" : "changed";
      case REMOVE -> dryRun ? "would be removed" : "removed";
      case NONE -> "is so already";
    };
  }

  private static Map<String, String> columns(StoredTarget row) {
    Map<String, String> columns = new LinkedHashMap<>();
    row.columns()
        .forEach(
            (name, value) -> {
              if (!KEY.contains(name) && value != null) {
                columns.put(name, text(value, ""));
              }
            });
    return columns;
  }

  private static String text(@Nullable Object value, String absent) {
    if (value == null) {
      return absent;
    }
    return value instanceof String text ? text : JsonText.of(value);
  }

  private void line(char sign, String name, String value) {
    out.printf("  %c %-20s %s%n", sign, name, value);
  }
}
