package org.streamfanout.cli;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/** Looks at everything that can be known before the first send, and collects what is wrong. */
final class Preflight {
  private final FanoutEngine engine;
  private final TargetRegistry registry;
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<Source, Boolean> looked = new HashMap<>();

  Preflight(FanoutEngine engine, TargetRegistry registry) {
    this.engine = engine;
    this.registry = registry;
  }

  List<String> problems() {
    return problems;
  }

  /** Returns what is odd but does no harm, and forgets it. */
  List<String> takeWarnings() {
    List<String> taken = List.copyOf(warnings);
    warnings.clear();
    return taken;
  }

  /** Looks at every row of a file, whatever the events need. */
  void checkFile(JsonTargetRegistry file) {
    for (Targets.Invalid each : file.unplaced()) {
      add("targets file", each);
    }
    file.sources().forEach(this::checkSource);
  }

  /** Parses the inputs that can be read twice, and looks at the rows of all their sources. */
  void checkEvents(List<EventInput> inputs) throws InterruptedException {
    Map<Source, String> sources = new LinkedHashMap<>();
    for (EventInput input : inputs) {
      if (input.isRereadable()) {
        try {
          input.forEach(
              InputStream.nullInputStream(),
              event ->
                  event
                      .batches()
                      .forEach(batch -> sources.putIfAbsent(batch.source(), event.place())));
        } catch (UnusableException e) {
          problems.addAll(e.problems());
        }
      }
    }
    sources.forEach(this::checkSource);
  }

  /** Looks at the rows of the sources of one event. */
  void checkEvent(EventInput.Event event) {
    for (SourceBatch batch : event.batches()) {
      checkSource(batch.source(), event.place());
    }
  }

  /** Looks at the rows of a source that no event names. */
  void checkSource(Source source) {
    checkSource(source, null);
  }

  private void checkSource(Source source, @Nullable String place) {
    if (looked.putIfAbsent(source, true) != null) {
      return;
    }
    Targets targets;
    try {
      targets = registry.targetsFor(source);
    } catch (FanoutException e) {
      problems.add(e.getMessage());
      return;
    }
    if (targets.isEmpty()) {
      problems.add(
          Optional.ofNullable(place).map(where -> where + ": ").orElse("")
              + "source '"
              + source.id()
              + "' has no targets; register some, or correct its name");
      return;
    }
    engine.validate(targets).forEach(each -> add(source.id(), each));
    if (targets.valid().isEmpty() && targets.invalid().isEmpty()) {
      warnings.add("source '" + source.id() + "' has no active target; its records go nowhere");
    }
  }

  private void add(String where, Targets.Invalid row) {
    row.problems()
        .forEach(problem -> problems.add(where + ", target '" + row.id() + "': " + problem));
  }
}
