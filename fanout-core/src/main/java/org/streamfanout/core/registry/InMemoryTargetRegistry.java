package org.streamfanout.core.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/**
 * Targets that the host keeps itself, and may change at any time; the engine sees a change with its
 * next call. Thread-safe.
 */
public final class InMemoryTargetRegistry implements TargetRegistry {
  // The maps inside are never changed after they were put here.
  private final Map<Source, Map<String, TargetConfig>> rows = new ConcurrentHashMap<>();

  /** Makes a registry of targets; of two with one source and id, the later stays. */
  public InMemoryTargetRegistry(TargetConfig... targets) {
    List.of(targets).forEach(this::put);
  }

  /** Adds a target, or replaces the one with its source and id. */
  public void put(TargetConfig target) {
    rows.compute(
        target.source(),
        (source, old) -> {
          Map<String, TargetConfig> changed = old == null ? new LinkedHashMap<>() : copy(old);
          changed.put(target.id(), target);
          return changed;
        });
  }

  /** Removes a target, if it is there. */
  public void remove(Source source, String id) {
    rows.computeIfPresent(
        source,
        (key, old) -> {
          Map<String, TargetConfig> changed = copy(old);
          changed.remove(id);
          return changed.isEmpty() ? null : changed;
        });
  }

  private static Map<String, TargetConfig> copy(Map<String, TargetConfig> old) {
    return new LinkedHashMap<>(old);
  }

  @Override
  public Targets targetsFor(Source source) {
    Map<String, TargetConfig> found = rows.getOrDefault(source, Map.of());
    List<TargetConfig> active = found.values().stream().filter(TargetConfig::active).toList();
    Set<String> inactive =
        found.values().stream()
            .filter(target -> !target.active())
            .map(TargetConfig::id)
            .collect(Collectors.toSet());
    return new Targets(active, List.of(), inactive, null);
  }
}
