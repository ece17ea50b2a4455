package org.streamfanout.admin;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What would become of one row of the targets table. Made by {@link TargetsPlanner}, carried out by
 * {@link #carryOut}; until then nothing has changed. Immutable.
 */
public final class RowPlan {
  /** What happens to the row. */
  public enum Kind {
    /** It is added. */
    ADD,
    /** Some of its columns change. */
    CHANGE,
    /** It is removed. */
    REMOVE,
    /** Nothing: it is as it should be. */
    NONE
  }

  private final Kind kind;
  private final StoredTarget row;
  private final @Nullable StoredTarget before;
  private final RowChange change;
  private final List<String> warnings;

  private RowPlan(
      Kind kind,
      StoredTarget row,
      @Nullable StoredTarget before,
      RowChange change,
      List<String> warnings) {
    this.kind = kind;
    this.row = Objects.requireNonNull(row, "row");
    this.before = before;
    this.change = change;
    this.warnings = List.copyOf(warnings);
  }

  static RowPlan add(StoredTarget row) {
    return new RowPlan(Kind.ADD, row, null, new RowChange(Map.of(), Set.of()), List.of());
  }

  static RowPlan change(StoredTarget before, RowChange change, List<String> warnings) {
    RowChange news = change.beyond(before);
    return new RowPlan(
        news.isEmpty() ? Kind.NONE : Kind.CHANGE, before.with(news), before, news, warnings);
  }

  static RowPlan remove(StoredTarget row) {
    return new RowPlan(Kind.REMOVE, row, row, new RowChange(Map.of(), Set.of()), List.of());
  }

  /** Returns what happens. */
  public Kind kind() {
    return kind;
  }

  /** Returns the row as it will be, or was if it is removed. */
  public StoredTarget row() {
    return row;
  }

  /** Returns the row as it is; null if there is none. */
  public @Nullable StoredTarget before() {
    return before;
  }

  /** Returns which columns change; none unless the kind is {@link Kind#CHANGE}. */
  public RowChange change() {
    return change;
  }

  /** Returns what is wrong with the row and was before, too. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * Does it, by one request at most.
   *
   * @throws AdminException if somebody else added or removed the row meanwhile, or the table cannot
   *     be written
   */
  public void carryOut(TargetsTable table) {
    boolean done =
        switch (kind) {
          case ADD -> table.add(row);
          case CHANGE -> table.change(row.sourceArn(), row.id(), change);
          case REMOVE -> {
            // One that has gone already is what was wanted.
            table.remove(row.sourceArn(), row.id());
            yield true;
          }
          case NONE -> true;
        };
    if (!done) {
      throw new AdminException(
          "target '"
              + row.id()
              + "' of "
              + row.sourceArn()
              + (kind == Kind.ADD ? " was added" : " was removed")
              + " by somebody else meanwhile; look at it with list, and try again");
    }
  }
}
