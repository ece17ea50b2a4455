package org.streamfanout.core.internal.targets;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

/**
 * A row with {@code onFailure=DEAD_LETTER} names, in {@code deadLetter}, a usable row of the same
 * source with {@code deadLetterOnly=true}, which itself holds what it cannot deliver. Adds to the
 * rows' problems.
 */
final class DeadLetterRules {
  private final Targets targets;
  private final Map<String, TargetConfig> rows = new HashMap<>();
  private final Map<String, List<String>> problems;

  DeadLetterRules(Targets targets, Map<String, List<String>> problems) {
    this.targets = targets;
    this.problems = problems;
    targets.valid().forEach(target -> rows.put(target.id(), target));
  }

  void check() {
    // Dead-letter targets first: whether one is usable decides about the rows that name it.
    targets.valid().stream().filter(TargetConfig::deadLetterOnly).forEach(this::checkRow);
    targets.valid().stream().filter(target -> !target.deadLetterOnly()).forEach(this::checkRow);
  }

  private void checkRow(TargetConfig target) {
    List<String> found = problems.getOrDefault(target.id(), new ArrayList<>());
    String deadLetter = target.deadLetter();
    if (target.deadLetterOnly() && target.onFailure() != OnFailure.HOLD) {
      found.add(
          "column 'onFailure' is "
              + target.onFailure()
              + ", but a row with deadLetterOnly=true must hold what it cannot deliver;"
              + " use HOLD");
    }
    if (deadLetter == null) {
      if (target.onFailure() == OnFailure.DEAD_LETTER) {
        found.add(
            "column 'onFailure' is DEAD_LETTER, but 'deadLetter' is empty; name the id of a row"
                + " of the same source with deadLetterOnly=true");
      }
      return;
    }
    if (target.onFailure() != OnFailure.DEAD_LETTER) {
      found.add(
          "column 'deadLetter' is '"
              + deadLetter
              + "', but 'onFailure' is "
              + target.onFailure()
              + ", so nothing would ever go there; use DEAD_LETTER, or empty 'deadLetter'");
    }
    String circle = circle(target);
    String wrong = circle == null ? destinationProblem(target, deadLetter) : circle;
    if (wrong != null) {
      found.add("column 'deadLetter' is '" + deadLetter + "', " + wrong);
    }
  }

  private @Nullable String destinationProblem(TargetConfig target, String deadLetter) {
    TargetConfig row = rows.get(deadLetter);
    if (row == null) {
      if (targets.inactive().contains(deadLetter)) {
        return "which is not active; set active=true on that row";
      }
      boolean invalid = targets.invalid().stream().anyMatch(each -> each.id().equals(deadLetter));
      return invalid
          ? "which cannot be used itself; repair that row"
          : "which no row of source '" + target.source().id() + "' has as its id";
    }
    if (!row.deadLetterOnly()) {
      return "which is a target of the whole stream; set deadLetterOnly=true on that row";
    }
    return problems.getOrDefault(deadLetter, List.of()).isEmpty()
        ? null
        : "which cannot be used itself; repair that row";
  }

  /** Returns the way back to a row along the dead letters, if there is one. */
  private @Nullable String circle(TargetConfig start) {
    List<String> way = new ArrayList<>(List.of(start.id()));
    TargetConfig row = start;
    while (row != null && row.deadLetter() != null && way.size() <= rows.size() + 1) {
      String next = row.deadLetter();
      way.add(next);
      if (next.equals(start.id())) {
        return way.size() == 2
            ? "the row itself; name another"
            : "which leads back here: " + String.join(" -> ", way);
      }
      row = rows.get(next);
    }
    return null;
  }
}
