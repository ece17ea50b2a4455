package org.streamfanout.core.internal.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.internal.pipeline.Collapsers;
import org.streamfanout.core.internal.pipeline.MessageIds;
import org.streamfanout.core.internal.targets.TargetValidation;
import org.streamfanout.core.internal.targets.TargetValidation.Resolution;
import org.streamfanout.core.internal.targets.TargetValidation.Usable;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/**
 * The targets of an engine, by source and id: looked up, validated, opened once, and kept by their
 * last valid version. Thread-safe.
 */
public final class EngineTargets {
  private static final Logger LOG = LoggerFactory.getLogger(EngineTargets.class);

  private final TargetRegistry registry;
  private final TargetValidation validation;
  private final ProviderContext context;
  private final CircuitOptions circuit;
  private final LongSupplier nanoTime;
  private final boolean allowNoTargets;
  private final boolean skipInvalidRows;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Source, Resolved> resolved = new HashMap<>();
  private final Map<Place, Usable> lastValid = new HashMap<>();
  private final Map<Place, TargetRuntime> runtimes = new HashMap<>();
  private final List<TargetRuntime> retired = new ArrayList<>();
  private boolean closed;

  private record Place(Source source, String id) {}

  /** What was made of one answer of the registry. */
  private record Resolved(Targets answer, List<Usable> usable, List<Targets.Invalid> broken) {}

  /**
   * The targets of a source as they are now.
   *
   * @param targets those that take the stream, by id, in the registry's order
   * @param deadLetterTargets those that take dead letters, by id
   * @param broken those that cannot be used, with the reason, by id
   * @param fresh whether the registry has any row, so that an absent target is really gone
   * @param staleSince when the rows were read, if they could not be read again
   */
  public record Current(
      Map<String, TargetSetup> targets,
      Map<String, TargetSetup> deadLetterTargets,
      Map<String, Failure> broken,
      boolean fresh,
      @Nullable Instant staleSince) {}

  /** Makes the targets of an engine. */
  public EngineTargets(
      TargetRegistry registry,
      TargetValidation validation,
      ProviderContext context,
      CircuitOptions circuit,
      LongSupplier nanoTime,
      boolean allowNoTargets,
      boolean skipInvalidRows) {
    this.registry = registry;
    this.validation = validation;
    this.context = context;
    this.circuit = circuit;
    this.nanoTime = nanoTime;
    this.allowNoTargets = allowNoTargets;
    this.skipInvalidRows = skipInvalidRows;
  }

  /**
   * Returns the targets of a source, opened.
   *
   * @throws RegistryException if they cannot be read, or there are none, or the engine was closed
   *     while they were read: what is opened then would never be closed
   */
  public Current of(Source source) {
    Targets answer = ask(source);
    if (answer.isEmpty() && !allowNoTargets) {
      throw new RegistryException(
          "no targets are registered for source '"
              + source.id()
              + "'; register one, or allow sources without targets (allowNoTargets)");
    }
    lock.lock();
    try {
      if (closed) {
        throw new RegistryException(
            "the engine was closed while the targets of source '"
                + source.id()
                + "' were read; nothing was sent");
      }
      Resolved known = resolved.get(source);
      if (known == null || !known.answer.equals(answer)) {
        known = resolve(source, answer);
        resolved.put(source, known);
      }
      return open(source, known);
    } finally {
      lock.unlock();
    }
  }

  private Targets ask(Source source) {
    try {
      return registry.targetsFor(source);
    } catch (RegistryException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new RegistryException(
          "the targets of source '" + source.id() + "' cannot be read: " + e.getMessage(), e);
    }
  }

  private Resolved resolve(Source source, Targets answer) {
    Resolution resolution = validation.resolve(answer);
    resolution.warnings().forEach(LOG::warn);
    List<Usable> usable = new ArrayList<>(resolution.usable());
    List<Targets.Invalid> broken = new ArrayList<>();
    usable.forEach(each -> lastValid.put(new Place(source, each.config().id()), each));
    for (Targets.Invalid invalid : resolution.invalid()) {
      Usable last = lastValid.get(new Place(source, invalid.id()));
      if (last != null) {
        LOG.warn(
            "target '{}' goes on by its last valid row, since the row is now invalid: {}",
            invalid.id(),
            String.join("; ", invalid.problems()));
        usable.add(last);
      } else if (skipInvalidRows) {
        LOG.warn(
            "target '{}' is skipped, since its row is invalid: {}",
            invalid.id(),
            String.join("; ", invalid.problems()));
      } else {
        broken.add(invalid);
      }
    }
    forgetGone(source, answer);
    return new Resolved(answer, usable, broken);
  }

  /** Closes what was switched off or removed; an empty answer removes nothing. */
  private void forgetGone(Source source, Targets answer) {
    if (answer.isEmpty()) {
      return;
    }
    Set<String> present = new HashSet<>();
    answer.valid().forEach(target -> present.add(target.id()));
    answer.invalid().forEach(invalid -> present.add(invalid.id()));
    for (Place place : List.copyOf(runtimes.keySet())) {
      if (place.source.equals(source) && !present.contains(place.id)) {
        retire(runtimes.remove(place));
      }
    }
    lastValid.keySet().removeIf(each -> each.source.equals(source) && !present.contains(each.id));
  }

  private Current open(Source source, Resolved known) {
    Map<String, TargetSetup> targets = new LinkedHashMap<>();
    Map<String, TargetSetup> deadLetterTargets = new LinkedHashMap<>();
    Map<String, Failure> broken = new LinkedHashMap<>();
    for (Usable usable : known.usable) {
      String id = usable.config().id();
      try {
        TargetSetup setup = setup(source, usable);
        (usable.config().deadLetterOnly() ? deadLetterTargets : targets).put(id, setup);
      } catch (RuntimeException | Error e) {
        LOG.error("target '{}' cannot be opened; its records are held", id, e);
        broken.put(id, Failure.fatal("OpenFailed", "opening failed with " + e));
      }
    }
    for (Targets.Invalid invalid : known.broken) {
      broken.put(
          invalid.id(), Failure.fatal("InvalidTarget", String.join("; ", invalid.problems())));
    }
    return new Current(
        targets, deadLetterTargets, broken, !known.answer.isEmpty(), known.answer.staleSince());
  }

  private TargetSetup setup(Source source, Usable usable) {
    Place place = new Place(source, usable.config().id());
    TargetRuntime runtime = runtimes.get(place);
    if (runtime == null || !runtime.config().equals(usable.config())) {
      TargetRuntime opened =
          new TargetRuntime(
              usable.config(),
              usable.capabilities(),
              usable.provider().open(usable.config(), context),
              usable.openStore(context),
              circuit,
              nanoTime);
      runtimes.put(place, opened);
      if (runtime != null) {
        opened.follow(runtime);
      }
      retire(runtime);
      runtime = opened;
    }
    Collapse collapse = usable.collapse();
    return new TargetSetup(
        runtime.config(),
        runtime,
        TargetSetup.effectiveOrdering(usable.config(), usable.capabilities().fifo()),
        collapse,
        Collapsers.of(collapse, usable.capabilities().bodyFormat()),
        new MessageIds(source, usable.config().id()));
  }

  private void retire(@Nullable TargetRuntime runtime) {
    if (runtime != null) {
      retired.removeIf(TargetRuntime::isClosed);
      retired.add(runtime);
      runtime.retire();
    }
  }

  /** Returns everything that is wrong with the rows of a source. */
  public List<Targets.Invalid> problems(Targets targets) {
    return validation.resolve(targets).invalid();
  }

  /**
   * Lets every target go, opens none any more, and returns those whose sender is not closed yet.
   */
  public List<TargetRuntime> retireAll() {
    lock.lock();
    try {
      closed = true;
      runtimes.values().forEach(this::retire);
      runtimes.clear();
      resolved.clear();
      retired.removeIf(TargetRuntime::isClosed);
      return List.copyOf(retired);
    } finally {
      lock.unlock();
    }
  }
}
