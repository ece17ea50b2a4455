package org.streamfanout.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of the targets table as it is stored, whether or not it can be understood. Immutable.
 *
 * @param sourceArn its source, as it was written
 * @param id its id
 * @param columns every column, those two included: text, booleans, numbers, bytes, lists and maps
 */
public record StoredTarget(String sourceArn, String id, Map<String, @Nullable Object> columns) {

  /** Copies the columns. */
  public StoredTarget {
    Objects.requireNonNull(sourceArn, "sourceArn");
    Objects.requireNonNull(id, "id");
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
  }

  /** Returns the row of these columns, which name its source and id. */
  public static StoredTarget of(Map<String, ? extends @Nullable Object> columns) {
    return new StoredTarget(
        String.valueOf(columns.get(TargetsTable.SOURCE)),
        String.valueOf(columns.get(TargetsTable.ID)),
        new LinkedHashMap<>(columns));
  }

  /** Returns whether the row says that it is active. */
  public boolean isActive() {
    Object active = columns.get(TargetsTable.ACTIVE);
    return Boolean.TRUE.equals(active) || "true".equals(active);
  }

  /** Returns a column as text; an empty one if it is absent. */
  public String text(String column) {
    Object value = columns.get(column);
    return value == null ? "" : value.toString();
  }

  /** Returns this row after a change. */
  public StoredTarget with(RowChange change) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(columns);
    changed.putAll(change.set());
    change.remove().forEach(changed::remove);
    return new StoredTarget(sourceArn, id, changed);
  }
}
