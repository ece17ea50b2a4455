package org.streamfanout.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/** Remembers how the last look-up of each source's targets went, and what it found. Thread-safe. */
final class TargetsHealth {
  private final ReentrantLock looking = new ReentrantLock();
  private final Map<Source, Known> known =
      new ConcurrentSkipListMap<>(Comparator.comparing(Source::id));

  /**
   * What is known of a source.
   *
   * @param targets what was last found; null if every look-up failed
   * @param problem why targets are not known now; null if they are
   */
  record Known(@Nullable Targets targets, @Nullable String problem) {}

  /** Returns a registry that answers as another does, and lets this one know. */
  TargetRegistry watch(TargetRegistry registry) {
    return source -> lookUp(registry, source);
  }

  private Targets lookUp(TargetRegistry registry, Source source) {
    try {
      Targets targets = registry.targetsFor(source);
      String problem =
          targets.isEmpty()
              ? "source '" + source.id() + "' has no targets; its records wait"
              : null;
      known.put(source, new Known(targets, problem));
      return targets;
    } catch (RuntimeException e) {
      String problem = String.valueOf(e.getMessage());
      known.merge(
          source,
          new Known(null, problem),
          (before, now) -> new Known(before.targets, now.problem));
      throw e;
    }
  }

  /**
   * Looks all sources up again in a registry that this one watches: while a source has no records,
   * nobody else does. One thread does so at a time, and others do not wait, since a registry may
   * take its time, and whoever asks for the health must have an answer.
   */
  void lookAgain(TargetRegistry watched) {
    if (!looking.tryLock()) {
      return;
    }
    try {
      known.keySet().forEach(source -> lookAgain(watched, source));
    } finally {
      looking.unlock();
    }
  }

  private static void lookAgain(TargetRegistry watched, Source source) {
    try {
      watched.targetsFor(source);
    } catch (RuntimeException e) {
      // Not lost: it is what is known of the source from here on.
    }
  }

  /** Returns why targets are not known; empty if all that were asked for are. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (Known each : known.values()) {
      if (each.problem != null) {
        problems.add(each.problem);
      }
    }
    return problems;
  }

  /** Returns what is known of each source that was asked for. */
  Map<Source, Known> known() {
    return Map.copyOf(known);
  }
}
