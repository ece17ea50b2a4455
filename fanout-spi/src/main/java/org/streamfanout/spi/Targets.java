package org.streamfanout.spi;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a registry knows about one source.
 *
 * @param valid active rows that can be understood
 * @param invalid active rows that cannot; their records are held
 * @param inactive the ids of rows that are switched off
 * @param staleSince when the copy that this is was read, if it could not be refreshed; null if it
 *     is fresh
 */
public record Targets(
    List<TargetConfig> valid,
    List<Invalid> invalid,
    Set<String> inactive,
    @Nullable Instant staleSince) {

  /** No rows at all. */
  public static final Targets NONE = new Targets(List.of(), List.of(), Set.of(), null);

  /**
   * An active row that cannot be used.
   *
   * @param id the row's id
   * @param problems everything that is wrong with it; never empty
   */
  public record Invalid(String id, List<String> problems) {
    /** Copies the list. */
    public Invalid {
      Objects.requireNonNull(id, "id");
      problems = List.copyOf(problems);
    }
  }

  /** Copies the collections. */
  public Targets {
    valid = List.copyOf(valid);
    invalid = List.copyOf(invalid);
    inactive = Set.copyOf(inactive);
  }

  /**
   * Reads rows of one source, as {@link TargetConfig#fromRow} does each. A row whose {@code active}
   * column is false or absent is inactive, whatever else is wrong with it; one whose {@code active}
   * is neither true nor false is invalid. Rows that share an id are invalid.
   */
  public static Targets ofRows(List<? extends Map<String, ?>> rows) {
    List<TargetConfig> valid = new ArrayList<>();
    List<Invalid> invalid = new ArrayList<>();
    Set<String> inactive = new HashSet<>();
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new HashSet<>();
    for (Map<String, ?> row : rows) {
      String id = TargetConfig.idOf(row);
      if (!seen.add(id)) {
        repeated.add(id);
      }
      try {
        TargetConfig target = TargetConfig.fromRow(row);
        if (target.active()) {
          valid.add(target);
        } else {
          inactive.add(id);
        }
      } catch (InvalidTargetException e) {
        if (TargetConfig.isSwitchedOff(row)) {
          inactive.add(id);
        } else {
          invalid.add(new Invalid(id, e.problems()));
        }
      }
    }
    for (String id : repeated) {
      valid.removeIf(target -> target.id().equals(id));
      inactive.remove(id);
      invalid.add(new Invalid(id, List.of("id '" + id + "' is used by more than one row")));
    }
    return new Targets(valid, invalid, inactive, null);
  }

  /** Returns whether there are no rows at all, inactive ones included. */
  public boolean isEmpty() {
    return valid.isEmpty() && invalid.isEmpty() && inactive.isEmpty();
  }

  /** Returns this answer as the copy that a failed refresh could not replace. */
  public Targets stale(Instant since) {
    return new Targets(valid, invalid, inactive, since);
  }
}
