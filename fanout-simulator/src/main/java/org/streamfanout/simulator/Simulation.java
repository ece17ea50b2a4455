package org.streamfanout.simulator;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.Targets;

/**
 * Plays the real engine on simulated time, threads, hosts and destinations, and checks from the
 * outside that every record gets where it has to, once where it can be, in order, unaltered, and
 * that nothing is committed before.
 *
 * <p>The same schedule does the same each time. Immutable and thread-safe; several schedules may be
 * played side by side.
 */
public final class Simulation {
  /** How many schedules shrinking may play. */
  private static final int MOST_TRIES = 3_000;

  private static final int MOST_LINES = 200;

  private final Host host;
  private final int maxShards;
  private final int maxRecords;
  private final int maxTargets;
  private final Set<Fault> faults;
  private final DestinationBehaviour behaviour;
  private final UnaryOperator<TargetProvider> providers;
  private final UnaryOperator<FanoutListener> listeners;
  private final UnaryOperator<FanoutListener> ledgers;
  private final BiConsumer<Stage, FanoutEngine.Builder> engines;
  private final UnaryOperator<ProgressStore> stores;
  private final UnaryOperator<Targets> rows;

  private Simulation(Builder builder) {
    this.host = builder.host;
    this.maxShards = builder.maxShards;
    this.maxRecords = builder.maxRecords;
    this.maxTargets = builder.maxTargets;
    this.faults = Set.copyOf(builder.faults);
    this.behaviour = builder.behaviour;
    this.providers = builder.providers;
    this.listeners = builder.listeners;
    this.ledgers = builder.ledgers;
    this.engines = builder.engines;
    this.stores = builder.stores;
    this.rows = builder.rows;
  }

  /** Starts a simulation of a host, with all faults, up to 2 shards, 8 records each, 3 targets. */
  public static Builder of(Host host) {
    return new Builder(host);
  }

  /** Plays the schedule of a seed. */
  public Report run(long seed) {
    return run(Schedule.ofSeed(seed));
  }

  /**
   * Plays a schedule.
   *
   * @throws IllegalStateException if the host or a behaviour throws, or blocks by means other than
   *     those of the simulation
   */
  public Report run(Schedule schedule) {
    return new Stage(this, schedule, false).play(schedule);
  }

  /** Plays a schedule and writes down what happens; otherwise like {@link #run(Schedule)}. */
  public Report trace(Schedule schedule) {
    return new Stage(this, schedule, true).play(schedule);
  }

  /**
   * Makes a schedule that breaks a rule smaller: fewer records, targets, faults and steps, as long
   * as the same rule is broken.
   *
   * @return the smallest that was found; the given one, decision by decision, if there is none, or
   *     if it breaks no rule
   */
  public Schedule shrink(Schedule failing) {
    Report report = run(failing);
    if (report.isSound()) {
      return report.made();
    }
    Violation.Rule rule = report.violations().get(0).rule();
    return new Shrinker(report.made(), MOST_TRIES, smaller -> breaks(smaller, rule)).shrink();
  }

  private boolean breaks(Schedule schedule, Violation.Rule rule) {
    return run(schedule).violations().stream().anyMatch(violation -> violation.rule() == rule);
  }

  /**
   * Returns all that is needed to find out why a schedule breaks a rule: what was broken, the
   * schedule, a smaller one, and what happens in that.
   */
  public String explain(Report report) {
    Schedule smaller = shrink(report.schedule());
    Report small = trace(smaller);
    StringBuilder text = new StringBuilder();
    text.append(host.name()).append(", ").append(report.schedule()).append('\n');
    report.violations().forEach(violation -> text.append("  ").append(violation).append('\n'));
    text.append("replay:   --host ").append(host.name());
    text.append(" --schedule ").append(report.made()).append('\n');
    text.append("smaller:  --host ").append(host.name());
    text.append(" --schedule ").append(smaller).append('\n');
    small.violations().forEach(violation -> text.append("  ").append(violation).append('\n'));
    List<String> trace = small.trace();
    trace.stream().limit(MOST_LINES).forEach(line -> text.append("  ").append(line).append('\n'));
    if (trace.size() > MOST_LINES) {
      text.append("  ... ").append(trace.size() - MOST_LINES).append(" lines more\n");
    }
    return text.toString();
  }

  Host host() {
    return host;
  }

  int maxShards() {
    return maxShards;
  }

  int maxRecords() {
    return maxRecords;
  }

  int maxTargets() {
    return maxTargets;
  }

  boolean has(Fault fault) {
    return faults.contains(fault);
  }

  DestinationBehaviour behaviour() {
    return behaviour;
  }

  TargetProvider wrap(TargetProvider provider) {
    return providers.apply(provider);
  }

  FanoutListener wrap(FanoutListener listener) {
    return listeners.apply(listener);
  }

  FanoutListener wrap(Ledger ledger) {
    return ledgers.apply(ledger);
  }

  void change(Stage stage, FanoutEngine.Builder engine) {
    engines.accept(stage, engine);
  }

  ProgressStore wrap(ProgressStore store) {
    return stores.apply(store);
  }

  Targets wrap(Targets targets) {
    return rows.apply(targets);
  }

  /** Builds a simulation; not thread-safe. */
  public static final class Builder {
    private final Host host;
    private int maxShards = 2;
    private int maxRecords = 8;
    private int maxTargets = 3;
    private Set<Fault> faults = EnumSet.allOf(Fault.class);
    private DestinationBehaviour behaviour = new FaultyBehaviour();
    private UnaryOperator<TargetProvider> providers = provider -> provider;
    private UnaryOperator<FanoutListener> listeners = listener -> listener;
    private UnaryOperator<FanoutListener> ledgers = ledger -> ledger;
    private BiConsumer<Stage, FanoutEngine.Builder> engines = (stage, engine) -> {};
    private UnaryOperator<ProgressStore> stores = store -> store;
    private UnaryOperator<Targets> rows = targets -> targets;

    private Builder(Host host) {
      this.host = Objects.requireNonNull(host, "host");
    }

    /** Sets how many shards there may be; at least 1. */
    public Builder maxShards(int shards) {
      maxShards = positive(shards, "maxShards");
      return this;
    }

    /** Sets how many records a shard may have; at least 1. */
    public Builder maxRecords(int records) {
      maxRecords = positive(records, "maxRecords");
      return this;
    }

    /** Sets how many targets there may be, dead-letter targets left out; at least 1. */
    public Builder maxTargets(int targets) {
      maxTargets = positive(targets, "maxTargets");
      return this;
    }

    /** Sets what may go wrong. */
    public Builder faults(Set<Fault> newFaults) {
      faults = Set.copyOf(newFaults);
      return this;
    }

    /** Sets what destinations do; by default all faults of a send. */
    public Builder behaviour(DestinationBehaviour newBehaviour) {
      behaviour = Objects.requireNonNull(newBehaviour, "behaviour");
      return this;
    }

    /** Puts something between the engine and the destinations, such as a broken provider. */
    public Builder providers(UnaryOperator<TargetProvider> wrapper) {
      providers = Objects.requireNonNull(wrapper, "wrapper");
      return this;
    }

    /** Puts something between the engine and what checks its counts. */
    Builder listeners(UnaryOperator<FanoutListener> wrapper) {
      listeners = wrapper;
      return this;
    }

    /** Changes every engine before it is built. */
    Builder engines(BiConsumer<Stage, FanoutEngine.Builder> change) {
      engines = change;
      return this;
    }

    /** Puts something between the engine and the ledger of each process. */
    Builder ledgers(UnaryOperator<FanoutListener> wrapper) {
      ledgers = wrapper;
      return this;
    }

    /** Puts something between the engine and what remembers its progress. */
    Builder stores(UnaryOperator<ProgressStore> wrapper) {
      stores = wrapper;
      return this;
    }

    /** Puts something between the table and the engine that the oracle does not see. */
    Builder rows(UnaryOperator<Targets> change) {
      rows = change;
      return this;
    }

    /** Returns the simulation. */
    public Simulation build() {
      return new Simulation(this);
    }

    private static int positive(int number, String name) {
      if (number < 1) {
        throw new IllegalArgumentException(name + " " + number + " is below 1");
      }
      return number;
    }
  }
}
