package org.streamfanout.admin;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of some columns of a row; the others stay as they are. Immutable.
 *
 * @param set new values, by column
 * @param remove columns that go
 */
public record RowChange(Map<String, Object> set, Set<String> remove) {
  /** Copies both. */
  public RowChange {
    set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
    remove = Collections.unmodifiableSet(new LinkedHashSet<>(remove));
  }

  /** Returns whether nothing changes. */
  public boolean isEmpty() {
    return set.isEmpty() && remove.isEmpty();
  }

  /** Returns this change without what a row has already. */
  public RowChange beyond(StoredTarget row) {
    Map<String, Object> news = new LinkedHashMap<>(set);
    news.entrySet().removeIf(each -> same(each.getValue(), row.columns().get(each.getKey())));
    Set<String> gone = new LinkedHashSet<>(remove);
    gone.removeIf(column -> !row.columns().containsKey(column));
    return new RowChange(news, gone);
  }

  private static boolean same(Object wanted, @Nullable Object stored) {
    if (wanted instanceof Number a && stored instanceof Number b) {
      return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
    }
    return Objects.equals(wanted, stored);
  }
}
