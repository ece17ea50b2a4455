package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.streamfanout.spi.TargetConfig;

/**
 * Says what a change of the targets table would do, and refuses one that would break something:
 * records of a stream with an active row that cannot be understood are held. Writes nothing.
 * Thread-safe.
 */
public final class TargetsPlanner {
  private final TargetsTable table;
  private final TargetCheck check;

  /** Makes plans for a table. */
  public TargetsPlanner(TargetsTable table, TargetCheck check) {
    this.table = Objects.requireNonNull(table, "table");
    this.check = Objects.requireNonNull(check, "check");
  }

  /**
   * Plans a new row.
   *
   * @throws AdminException with everything that is wrong with it, active or not, or if there is
   *     another row of that id
   */
  public RowPlan register(StoredTarget row) {
    List<StoredTarget> rows = table.rows(row.sourceArn());
    List<String> problems = check.problems(row, rows);
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    for (StoredTarget there : rows) {
      if (there.id().equals(row.id())) {
        RowPlan same = RowPlan.change(there, difference(there, row), List.of());
        if (same.kind() == RowPlan.Kind.NONE) {
          return same;
        }
        throw new AdminException(
            "target '"
                + row.id()
                + "' of "
                + row.sourceArn()
                + " is registered already, and differs in "
                + columns(same.change())
                + "; change it with update, or give another --id");
      }
    }
    return RowPlan.add(row);
  }

  /**
   * Plans a change of some columns. What was wrong with the row before is no reason to refuse, so
   * that it can be mended step by step, unless the change switches it on.
   *
   * @throws AdminException if there is no such row, or with everything that the change would break
   */
  public RowPlan update(String sourceArn, String id, RowChange change) {
    List<StoredTarget> rows = table.rows(sourceArn);
    StoredTarget before =
        rows.stream()
            .filter(row -> row.id().equals(id))
            .findFirst()
            .orElseThrow(() -> notThere(sourceArn, id));
    StoredTarget after = before.with(change);
    List<String> problems = check.problems(after, rows);
    if (problems.isEmpty()) {
      return RowPlan.change(before, change, List.of());
    }
    if (Boolean.FALSE.equals(change.set().get(TargetsTable.ACTIVE))) {
      return RowPlan.change(before, change, problems);
    }
    Set<String> caused = new LinkedHashSet<>(problems);
    if (before.isActive() || !after.isActive()) {
      check.problems(before, rows).forEach(caused::remove);
    }
    if (!caused.isEmpty()) {
      throw new AdminException(List.copyOf(caused));
    }
    return RowPlan.change(before, change, problems);
  }

  /**
   * Plans the removal of a row.
   *
   * @return what would be removed; nothing if there is no such row
   * @throws AdminException if other active rows send their dead letters there
   */
  public List<RowPlan> unregister(String sourceArn, String id) {
    List<StoredTarget> rows = table.rows(sourceArn);
    List<String> problems = new ArrayList<>();
    for (StoredTarget row : rows) {
      if (row.isActive() && !row.id().equals(id) && row.text("deadLetter").equals(id)) {
        problems.add("the active target '" + row.id() + "' sends its dead letters to '" + id + "'");
      }
    }
    List<RowPlan> plans =
        rows.stream().filter(row -> row.id().equals(id)).map(RowPlan::remove).toList();
    if (!plans.isEmpty() && !problems.isEmpty()) {
      throw new AdminException(problems);
    }
    return plans;
  }

  /**
   * Plans what makes the table what a file says: rows that it names are added or changed, in the
   * columns that are {@linkplain TargetConfig#columns understood}; what else a row has stays.
   *
   * @param wanted the rows, of any sources
   * @param prune whether rows of these sources that the file does not name are removed
   * @return what is to be done, in an order in which no row names one that is not there yet
   * @throws AdminException with everything that would be wrong then, unless it is wrong already
   */
  public List<RowPlan> replace(List<StoredTarget> wanted, boolean prune) {
    List<String> problems = new ArrayList<>();
    List<RowPlan> plans = new ArrayList<>();
    Map<String, List<StoredTarget>> bySource = new LinkedHashMap<>();
    wanted.forEach(
        row -> bySource.computeIfAbsent(row.sourceArn(), at -> new ArrayList<>()).add(row));
    bySource.forEach((source, rows) -> replace(source, rows, prune, plans, problems));
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    plans.sort(Comparator.comparingInt(TargetsPlanner::turn));
    return plans;
  }

  private void replace(
      String source,
      List<StoredTarget> wanted,
      boolean prune,
      List<RowPlan> plans,
      List<String> problems) {
    Map<String, StoredTarget> before = new LinkedHashMap<>();
    table.rows(source).forEach(row -> before.put(row.id(), row));
    Map<String, StoredTarget> after = new LinkedHashMap<>(prune ? Map.of() : before);
    Set<String> named = new HashSet<>();
    for (StoredTarget row : wanted) {
      StoredTarget there = before.get(row.id());
      StoredTarget then = there == null ? row : there.with(understood(there, row));
      after.put(row.id(), then);
      if (!named.add(row.id())) {
        problems.add(source + ", target '" + row.id() + "': it is there twice");
      }
    }
    List<StoredTarget> all = List.copyOf(after.values());
    for (StoredTarget row : wanted) {
      StoredTarget there = before.get(row.id());
      StoredTarget then = after.getOrDefault(row.id(), row);
      Set<String> wrong = new LinkedHashSet<>(check.problems(then, all));
      Set<String> caused = new LinkedHashSet<>(wrong);
      if (there != null && (there.isActive() || !then.isActive())) {
        check.problems(there, List.copyOf(before.values())).forEach(caused::remove);
      }
      caused.forEach(problem -> problems.add(source + ", target '" + row.id() + "': " + problem));
      plans.add(
          there == null
              ? RowPlan.add(row)
              : RowPlan.change(there, understood(there, row), List.copyOf(wrong)));
    }
    if (prune) {
      before.keySet().removeAll(after.keySet());
      before.values().forEach(row -> plans.add(RowPlan.remove(row)));
    }
  }

  /** Returns the difference without columns that only the table has and nobody here understands. */
  private static RowChange understood(StoredTarget there, StoredTarget wanted) {
    RowChange all = difference(there, wanted);
    Set<String> remove = new LinkedHashSet<>(all.remove());
    remove.retainAll(TargetConfig.columns());
    return new RowChange(all.set(), remove);
  }

  /** Rows that others send their dead letters to come first, and what goes is last. */
  private static int turn(RowPlan plan) {
    return switch (plan.kind()) {
      case NONE -> 0;
      case ADD -> Boolean.TRUE.equals(plan.row().columns().get("deadLetterOnly")) ? 1 : 2;
      case CHANGE -> 3;
      case REMOVE -> 4;
    };
  }

  private static AdminException notThere(String sourceArn, String id) {
    return new AdminException(
        "there is no target '" + id + "' of " + sourceArn + "; list shows what there is");
  }

  /** Returns what turns one row into another, unknown columns of the first included. */
  static RowChange difference(StoredTarget from, StoredTarget to) {
    Map<String, Object> set = new LinkedHashMap<>();
    to.columns()
        .forEach(
            (column, value) -> {
              if (value != null
                  && !column.equals(TargetsTable.SOURCE)
                  && !column.equals(TargetsTable.ID)) {
                set.put(column, value);
              }
            });
    Set<String> remove = new LinkedHashSet<>(from.columns().keySet());
    remove.removeAll(to.columns().keySet());
    return new RowChange(set, remove).beyond(from);
  }

  private static String columns(RowChange change) {
    Set<String> names = new LinkedHashSet<>(change.set().keySet());
    names.addAll(change.remove());
    return String.join(", ", names);
  }
}
