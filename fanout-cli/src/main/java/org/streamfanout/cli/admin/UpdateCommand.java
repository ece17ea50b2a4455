package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.RowChange;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout update}: changes columns of a target. */
@Command(
    name = "update",
    description = "Changes a target; what is not given stays as it is.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class UpdateCommand implements Callable<Integer> {
  private static final Set<String> NEEDED = Set.of("sourceArn", "id", "type", "destination");

  private final PrintWriter out;
  private final PrintWriter errors;

  @Mixin private OneTarget target = new OneTarget();

  @Option(
      names = "--destination",
      paramLabel = "TEXT",
      description = "The new destination, as the column holds it.")
  private @Nullable String destination;

  @Mixin private ColumnOptions columns = new ColumnOptions();

  @Option(
      names = "--unset",
      paramLabel = "COLUMN",
      split = ",",
      description = "Columns that get their defaults again.")
  private List<String> unset = new ArrayList<>();

  /** Makes the command, which prints to these. */
  public UpdateCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    Map<String, Object> set = new LinkedHashMap<>(columns.given());
    List<String> problems = new ArrayList<>();
    if (destination != null) {
      set.put("destination", destination);
      if (destination.isBlank()) {
        problems.add("--destination is empty");
      }
    }
    Set<String> remove = new TreeSet<>(unset);
    for (String column : remove) {
      if (NEEDED.contains(column)) {
        problems.add("--unset " + column + ": every row needs this column");
      }
      if (set.containsKey(column)) {
        problems.add("column '" + column + "' is both given and --unset");
      }
    }
    RowChange change = new RowChange(set, remove);
    if (change.isEmpty()) {
      problems.add("nothing to change; give an option for a column, or --unset");
    }
    target.change(
        out,
        errors,
        problems,
        place -> List.of(place.planner().update(place.sourceArn(), place.id(), change)));
    return CommandLine.ExitCode.OK;
  }
}
