package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fanout list}: shows targets, those that cannot be used included. */
@Command(
    name = "list",
    description = "Lists the targets of a source, or of all, and what is wrong with them.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ListCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private TableOptions table = new TableOptions();
  @Mixin private CheckOptions checks = new CheckOptions();
  @Mixin private OutputOption output = new OutputOption();

  /** Makes the command, which prints to these. */
  public ListCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    source.addProblems(false, problems);
    table.addProblems(problems);
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    try (AdminClients clients = table.open(source.arn(), errors);
        TargetCheck check = checks.check(table.aws())) {
      TargetsTable targets = table.table(clients);
      List<StoredTarget> rows =
          source.isGiven() ? targets.rows(source.resolve(clients).id()) : targets.rows();
      print(problems(rows, check));
    }
    return CommandLine.ExitCode.OK;
  }

  /** Returns what is wrong with each of some rows, among which are all of their sources. */
  static Map<StoredTarget, List<String>> problems(List<StoredTarget> rows, TargetCheck check) {
    Map<String, List<StoredTarget>> bySource =
        rows.stream().collect(Collectors.groupingBy(StoredTarget::sourceArn));
    Map<StoredTarget, List<String>> problems = new LinkedHashMap<>();
    for (StoredTarget row : rows) {
      problems.put(row, check.problems(row, bySource.getOrDefault(row.sourceArn(), List.of())));
    }
    return problems;
  }

  private void print(Map<StoredTarget, List<String>> rows) {
    if (output.isJson()) {
      out.println(JsonText.of(rows.entrySet().stream().map(ListCommand::json).toList()));
    } else if (rows.isEmpty()) {
      out.println("no targets; add one with register");
    } else {
      rows.keySet().stream()
          .map(StoredTarget::sourceArn)
          .distinct()
          .forEach(sourceArn -> printSource(sourceArn, rows));
    }
    out.flush();
  }

  private static Map<String, @Nullable Object> json(Map.Entry<StoredTarget, List<String>> row) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("sourceArn", row.getKey().sourceArn());
    json.put("id", row.getKey().id());
    json.put("columns", row.getKey().columns());
    json.put("problems", row.getValue());
    return json;
  }

  private void printSource(String sourceArn, Map<StoredTarget, List<String>> rows) {
    out.println(sourceArn);
    TextTable text = new TextTable("id", "type", "destination", "active", "role", "region");
    rows.keySet().stream()
        .filter(row -> row.sourceArn().equals(sourceArn))
        .forEach(
            row ->
                text.add(
                    row.id(),
                    row.text("type"),
                    row.text("destination"),
                    String.valueOf(row.isActive()),
                    row.text("role"),
                    row.text("region")));
    text.print(out);
    rows.forEach(
        (row, problems) -> {
          if (row.sourceArn().equals(sourceArn)) {
            problems.forEach(problem -> out.println("  ! " + row.id() + ": " + problem));
          }
        });
  }
}
