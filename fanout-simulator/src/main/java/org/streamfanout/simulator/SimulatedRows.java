package org.streamfanout.simulator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/** The targets table of a simulation. Used by one strand at a time. */
final class SimulatedRows implements TargetRegistry {
  /** How a row is found. */
  enum State {
    ACTIVE,
    INVALID,
    INACTIVE,
    ABSENT
  }

  private final Map<String, TargetConfig> rows = new LinkedHashMap<>();
  private final Map<String, State> states = new LinkedHashMap<>();

  /** Targets that were there, or meant to be there, all the time. */
  private final Set<String> stable = new HashSet<>();

  private boolean unreadable;
  private boolean empty;

  void add(TargetConfig row) {
    rows.put(row.id(), row);
    states.put(row.id(), State.ACTIVE);
    if (!row.deadLetterOnly()) {
      stable.add(row.id());
    }
  }

  void set(String id, State state) {
    states.put(id, state);
    if (state == State.INACTIVE || state == State.ABSENT) {
      stable.remove(id);
    }
  }

  void change(String id, @Nullable DeliveryPolicy policy) {
    rows.computeIfPresent(
        id,
        (same, row) ->
            row.toBuilder()
                .maxInFlight(row.maxInFlight() % 3 + 1)
                .delivery(policy == null ? row.delivery() : policy)
                .build());
  }

  OnFailure onFailure(String id) {
    TargetConfig row = rows.get(id);
    return row == null ? OnFailure.HOLD : row.onFailure();
  }

  /** Points a row elsewhere, and back: what was settled there is not settled here. */
  void retarget(String id) {
    rows.computeIfPresent(
        id,
        (same, row) -> {
          String elsewhere = row.destination().equals(id) ? id + "-elsewhere" : id;
          return TargetConfig.fromRow(with(row.toRow(), "destination", elsewhere));
        });
  }

  private static Map<String, Object> with(Map<String, Object> row, String column, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(row);
    changed.put(column, value);
    return changed;
  }

  void unreadable(boolean now) {
    unreadable = now;
  }

  void empty(boolean now) {
    empty = now;
  }

  /** Returns the rows of targets that take the stream. */
  List<String> ids() {
    return rows.values().stream()
        .filter(row -> !row.deadLetterOnly())
        .map(TargetConfig::id)
        .toList();
  }

  String describe(String id) {
    TargetConfig row = rows.get(id);
    return row == null
        ? id
        : String.join(
            " ",
            id,
            row.ordering().name(),
            row.onFailure().name(),
            String.valueOf(row.collapse()),
            "inFlight=" + row.maxInFlight(),
            "transform=" + row.transform(),
            row.delivery().toString());
  }

  List<TargetConfig> stable() {
    return rows.values().stream().filter(row -> stable.contains(row.id())).toList();
  }

  @Override
  public Targets targetsFor(Source source) {
    if (unreadable) {
      throw new RegistryException("the table cannot be read");
    }
    if (empty) {
      return Targets.NONE;
    }
    List<TargetConfig> valid = new ArrayList<>();
    List<Targets.Invalid> invalid = new ArrayList<>();
    // A source with no rows at all holds everything, which is a case of its own.
    Set<String> inactive = new HashSet<>(Set.of("spare"));
    rows.forEach(
        (id, row) -> {
          switch (states.getOrDefault(id, State.ABSENT)) {
            case ACTIVE -> valid.add(row);
            case INVALID -> invalid.add(new Targets.Invalid(id, List.of("made invalid")));
            case INACTIVE -> inactive.add(id);
            case ABSENT -> {}
          }
        });
    return new Targets(valid, invalid, inactive, null);
  }
}
