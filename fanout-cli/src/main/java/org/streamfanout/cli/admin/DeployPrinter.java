package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.DeployPlan;
import org.streamfanout.admin.DeployStep;

/** Tells what is deployed or taken away, or would be: each step once it is done. */
final class DeployPrinter {
  private final PrintWriter out;
  private final PrintWriter errors;
  private final OutputOption output;
  private final boolean dryRun;
  private final String nothing;

  /**
   * @param nothing what a step is that has nothing to do
   */
  DeployPrinter(
      PrintWriter out, PrintWriter errors, OutputOption output, boolean dryRun, String nothing) {
    this.out = out;
    this.errors = errors;
    this.output = output;
    this.dryRun = dryRun;
    this.nothing = nothing;
  }

  /** Carries a plan out, unless this is a dry run, and tells of it. */
  void run(DeployPlan plan) {
    plan.warnings().forEach(warning -> errors.println("fanout: " + warning));
    errors.flush();
    List<DeployStep> done = new ArrayList<>();
    try {
      if (dryRun) {
        plan.steps().forEach(step -> tell(step, done));
      } else {
        plan.carryOut(step -> tell(step, done));
      }
    } finally {
      if (output.isJson()) {
        out.println(JsonText.of(done.stream().map(this::json).toList()));
      }
      out.flush();
    }
    if (!output.isJson()) {
      plan.left().forEach(left -> out.println("left as it is: " + left));
      out.flush();
    }
  }

  private void tell(DeployStep step, List<DeployStep> done) {
    done.add(step);
    if (!output.isJson()) {
      out.println(label(step) + " " + step.name() + ": " + verb(step.action()));
      step.changes().forEach(change -> out.printf("  %s%n", line(change)));
      out.flush();
    }
  }

  private static String label(DeployStep step) {
    return step.part().name().toLowerCase(Locale.ROOT);
  }

  private String verb(DeployStep.Action action) {
    return switch (action) {
      case CREATE -> dryRun ? "would be created" : "created";
      case CHANGE -> dryRun ? "would be changed" : "changed";
      case REMOVE -> dryRun ? "would be removed" : "removed";
      case NONE -> nothing;
    };
  }

  private static String line(DeployStep.Change change) {
    String before = change.before();
    String after = change.after();
    if (before == null) {
      return "+ " + change.name() + ": " + after;
    }
    return after == null
        ? "- " + change.name() + ": " + before
        : "~ " + change.name() + ": " + before + " -> " + after;
  }

  private Map<String, @Nullable Object> json(DeployStep step) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("part", step.part().name());
    json.put("name", step.name());
    json.put("action", step.action().name());
    json.put("done", !dryRun);
    List<Map<String, @Nullable Object>> changes = new ArrayList<>();
    for (DeployStep.Change change : step.changes()) {
      Map<String, @Nullable Object> each = new LinkedHashMap<>();
      each.put("name", change.name());
      each.put("before", change.before());
      each.put("after", change.after());
      changes.add(each);
    }
    json.put("changes", changes);
    return json;
  }
}
