package org.streamfanout.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.deadletter.DeadLetter.Stage;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/**
 * The one target that a replay sends to, of each source: its row, without what was done to the
 * letter's record already, and without an end other than being accepted. For one thread.
 */
final class ReplayRows implements TargetRegistry {
  /** What would give a record up; a letter that is refused again stays where it is. */
  private static final Set<String> ENDS =
      Set.of("onFailure", "deadLetter", "onOpen", "maxRecordAge");

  private static final Set<String> DECODING = Set.of("deaggregate", "convertDDB", "appendNewlines");
  private static final Set<String> SELECTING = Set.of("filter", "transform");

  private final String id;
  private final Providers providers = Providers.discover(List.of());
  private final Map<Source, Row> rows = new HashMap<>();
  private @Nullable TargetRegistry registry;
  private Stage stage = Stage.READY;

  /**
   * A source's row.
   *
   * @param target null if there is no usable one
   * @param problems why not; empty if there is none of the id at all
   */
  record Row(@Nullable TargetConfig target, List<String> problems) {
    boolean isThere() {
      return target != null || !problems.isEmpty();
    }
  }

  ReplayRows(String id) {
    this.id = id;
  }

  /** Takes the rows from here. */
  TargetRegistry over(TargetRegistry newRegistry) {
    registry = newRegistry;
    return this;
  }

  /** Says how far the records of the next batches have come. */
  void setStage(Stage newStage) {
    stage = newStage;
  }

  @Override
  public Targets targetsFor(Source source) {
    TargetConfig target = row(source).target();
    return target == null
        ? Targets.NONE
        : new Targets(List.of(forStage(target)), List.of(), Set.of(), null);
  }

  /** Returns the row of a source, as it was when it was first asked for. */
  Row row(Source source) {
    return rows.computeIfAbsent(source, this::lookUp);
  }

  private Row lookUp(Source source) {
    TargetRegistry from = registry;
    if (from == null) {
      throw new IllegalStateException("rows are taken from nowhere");
    }
    Targets targets = from.targetsFor(source);
    Optional<TargetConfig> valid =
        targets.valid().stream().filter(each -> each.id().equals(id)).findFirst();
    if (valid.isPresent()) {
      return valid.get().deadLetterOnly()
          ? new Row(null, List.of("it takes dead letters only"))
          : new Row(valid.get(), List.of());
    }
    for (Targets.Invalid invalid : targets.invalid()) {
      if (invalid.id().equals(id)) {
        return new Row(null, invalid.problems());
      }
    }
    return new Row(
        null,
        targets.inactive().contains(id)
            ? List.of("its row is not active; set active=true")
            : List.of());
  }

  private TargetConfig forStage(TargetConfig target) {
    Set<String> without = new HashSet<>(ENDS);
    if (stage == Stage.READY) {
      without.addAll(SELECTING);
      without.addAll(DECODING);
    } else if (stage == Stage.DECODED) {
      // The filter has to know what its data was converted to.
      without.add("deaggregate");
      without.add("appendNewlines");
    }
    Map<String, Object> row = new HashMap<>(target.toRow());
    row.keySet().removeAll(without);
    return TargetConfig.fromRow(row);
  }

  /** Returns the order that the target's destination keeps. */
  Ordering ordering(TargetConfig target) {
    boolean fifo =
        providers
            .find(target.type())
            .map(provider -> provider.capabilities(target).fifo())
            .orElse(false);
    boolean coarse = target.ordering() == Ordering.NONE || target.ordering() == Ordering.BATCH;
    return fifo && coarse ? Ordering.KEY : target.ordering();
  }
}
