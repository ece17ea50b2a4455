package org.streamfanout.core.internal.targets;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;

/** What is odd about a row but does no harm. */
final class Warnings {
  private Warnings() {}

  static List<String> of(TargetConfig target) {
    List<String> warnings = new ArrayList<>();
    String name = name(target);
    target
        .unknownColumns()
        .keySet()
        .forEach(column -> warnings.add(name + "column '" + column + "' is unknown and ignored"));
    if (target.deadLetterOnly()) {
      String ignored = " is ignored where deadLetterOnly=true: dead letters go as they are";
      if (target.filter() != null) {
        warnings.add(name + "column 'filter'" + ignored);
      }
      if (target.transform() != null) {
        warnings.add(name + "column 'transform'" + ignored);
      }
    }
    return warnings;
  }

  /**
   * Returns what is odd about a valid row for its type: whoever calls no service of AWS has no use
   * for a role or a region.
   */
  static List<String> ofType(
      TargetConfig target, TargetProvider provider, @Nullable PayloadStoreProvider store) {
    boolean callsAws =
        !provider.permissions(target).isEmpty()
            || (store != null && !store.permissions(target).isEmpty());
    Map<String, @Nullable String> columns = new LinkedHashMap<>();
    columns.put("role", target.role());
    columns.put("externalId", target.externalId());
    columns.put("region", target.region());
    List<String> ignored =
        columns.entrySet().stream()
            .filter(column -> column.getValue() != null)
            .map(column -> "'" + column.getKey() + "'")
            .toList();
    return ignored.isEmpty() || callsAws
        ? List.of()
        : List.of(
            name(target)
                + (ignored.size() == 1 ? "column " : "columns ")
                + String.join(", ", ignored)
                + " ignored, since type '"
                + target.type()
                + "' calls no service of AWS");
  }

  private static String name(TargetConfig target) {
    return "target '" + target.id() + "' of '" + target.source().id() + "': ";
  }
}
