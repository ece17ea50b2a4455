package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.Targets;

/**
 * Says what is wrong with rows, by the engine's own rules and those of every provider on the class
 * path. Does no I/O. Thread-safe.
 */
public final class TargetCheck implements AutoCloseable {
  private final FanoutEngine engine;

  private TargetCheck(FanoutEngine engine) {
    this.engine = engine;
  }

  /**
   * Returns a check.
   *
   * @param settings the operator's, such as hosts that are allowed beside AWS's own
   */
  public static TargetCheck with(Map<String, String> settings) {
    return of(settings, List.of());
  }

  static TargetCheck of(Map<String, String> settings, List<TargetProvider> providers) {
    FanoutEngine.Builder builder = FanoutEngine.builder().registry(source -> Targets.NONE);
    providers.forEach(builder::provider);
    settings.forEach(builder::setting);
    return new TargetCheck(builder.build());
  }

  /**
   * Returns everything that would be wrong with a row if it were active.
   *
   * @param row the row
   * @param others the other rows of its source, since rows may name each other; those that are
   *     switched off count as if they were not
   */
  public List<String> problems(StoredTarget row, List<StoredTarget> others) {
    TargetConfig target;
    try {
      target = active(row);
    } catch (InvalidTargetException e) {
      return e.problems();
    }
    List<TargetConfig> all = new ArrayList<>();
    for (StoredTarget other : others) {
      if (!other.id().equals(row.id())) {
        try {
          all.add(active(other));
        } catch (InvalidTargetException e) {
          // Its own problem, which is told where that row is asked about.
        }
      }
    }
    all.add(target);
    List<String> problems = new ArrayList<>();
    if (!target.source().id().equals(row.sourceArn())) {
      problems.add(
          "column 'sourceArn' is '"
              + row.sourceArn()
              + "', where no host looks; write it as '"
              + target.source().id()
              + "'");
    }
    for (Targets.Invalid each : engine.validate(new Targets(all, List.of(), Set.of(), null))) {
      if (each.id().equals(row.id())) {
        problems.addAll(each.problems());
      }
    }
    return problems;
  }

  /**
   * Returns a row as if it were active.
   *
   * @throws InvalidTargetException with every problem, if it cannot be understood
   */
  public static TargetConfig active(StoredTarget row) {
    Map<String, @Nullable Object> columns = new LinkedHashMap<>(row.columns());
    columns.put(TargetsTable.ACTIVE, true);
    return TargetConfig.fromRow(columns);
  }

  /** Returns the providers that rows are checked by, by type; aliases have no entry. */
  public Map<String, TargetProvider> providers() {
    return engine.providers();
  }

  /** Lets the engine go. */
  @Override
  public void close() {
    engine.close();
  }
}
