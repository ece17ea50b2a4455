package org.streamfanout.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/** Remembers how the last look-up of each source's targets went. Thread-safe. */
final class TargetsHealth {
  private final Map<String, String> problems = new ConcurrentSkipListMap<>();

  /** Returns a registry that answers as another does, and lets this one know. */
  TargetRegistry watch(TargetRegistry registry) {
    return source -> lookUp(registry, source);
  }

  private Targets lookUp(TargetRegistry registry, Source source) {
    try {
      Targets targets = registry.targetsFor(source);
      if (targets.isEmpty()) {
        problems.put(source.id(), "source '" + source.id() + "' has no targets; its records wait");
      } else {
        problems.remove(source.id());
      }
      return targets;
    } catch (RuntimeException e) {
      problems.put(source.id(), String.valueOf(e.getMessage()));
      throw e;
    }
  }

  /** Returns why targets are not known; empty if all that were asked for are. */
  List<String> problems() {
    return new ArrayList<>(problems.values());
  }
}
