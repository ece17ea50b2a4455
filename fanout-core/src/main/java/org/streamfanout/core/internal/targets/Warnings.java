package org.streamfanout.core.internal.targets;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.streamfanout.spi.TargetConfig;

/** What is odd about a row but does no harm. */
final class Warnings {
  /** Types whose destinations know no AWS identity, so that the original ignored the columns. */
  private static final Set<String> WITHOUT_ROLE_AND_REGION = Set.of("memcached", "redis");

  private Warnings() {}

  static List<String> of(TargetConfig target) {
    List<String> warnings = new ArrayList<>();
    String name = "target '" + target.id() + "' of '" + target.source().id() + "': ";
    target
        .unknownColumns()
        .keySet()
        .forEach(column -> warnings.add(name + "column '" + column + "' is unknown and ignored"));
    if (WITHOUT_ROLE_AND_REGION.contains(target.type())
        && Stream.of(target.role(), target.externalId(), target.region())
            .anyMatch(Objects::nonNull)) {
      warnings.add(
          name
              + "columns 'role', 'externalId' and 'region' are ignored for type '"
              + target.type()
              + "'");
    }
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
