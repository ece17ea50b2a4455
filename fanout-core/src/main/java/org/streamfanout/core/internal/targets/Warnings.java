package org.streamfanout.core.internal.targets;

import java.util.ArrayList;
import java.util.List;
import org.streamfanout.spi.TargetConfig;

/** What is odd about a row but does no harm. */
final class Warnings {
  private Warnings() {}

  static List<String> of(TargetConfig target) {
    List<String> warnings = new ArrayList<>();
    String name = "target '" + target.id() + "' of '" + target.source().id() + "': ";
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
}
