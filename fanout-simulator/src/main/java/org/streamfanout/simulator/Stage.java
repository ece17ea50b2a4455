package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.InMemoryProgressStore;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.simulator.Choices.Kind;
import org.streamfanout.simulator.SimulatedProgress.Failing;
import org.streamfanout.simulator.SimulatedProgress.Memory;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.Targets;

/**
 * The world that a {@link Host} finds itself in: a source, processes, time. Used by one simulated
 * thread at a time; whoever waits, waits by the means given here or by the engine's.
 */
public final class Stage {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/simulated");

  /** More than any schedule of the usual size takes. */
  private static final int MOST_STEPS = 60_000;

  /** Within this many steps after its start a process may be killed. */
  private static final int KILL_STEPS = 160;

  private final Simulation simulation;
  private final Choices choices;
  private final Scheduler scheduler;
  private final SimulatedClock clock;
  private final Oracle oracle = new Oracle(this);
  private final SimulatedRows rows = new SimulatedRows();
  private final Map<String, Destination> destinations = new HashMap<>();

  /** By the batch itself, since others may be equal. */
  private final Map<SourceBatch, Chain> chains = new IdentityHashMap<>();

  private final List<SimulatedShard> shards = new ArrayList<>();
  private final Map<Fault, Integer> played = new EnumMap<>(Fault.class);
  private final List<String> trace = new ArrayList<>();
  private final boolean tracing;
  private final int troubles;
  private Memory memory = Memory.NONE;
  private Failing failingProgress = Failing.NOTHING;
  private final InMemoryProgressStore sharedProgress =
      InMemoryProgressStore.builder().onlyReader(true).build();
  private long digest;
  private int kills;
  private int troublesTaken;

  Stage(Simulation simulation, Schedule schedule, boolean tracing) {
    this.simulation = simulation;
    this.choices = new Choices(schedule);
    this.tracing = tracing;
    // A monotonic clock may be anywhere, and pass the greatest long.
    long origin = choices.next(Kind.PLAN, 2) == 0 ? 0 : Long.MAX_VALUE - 250_000_000L;
    this.scheduler =
        new Scheduler(
            choices, origin, MOST_STEPS, what -> oracle.violated(Violation.Rule.STUCK, what));
    this.clock = new SimulatedClock(scheduler);
    this.kills = simulation.has(Fault.KILL) ? choices.next(Kind.PLAN, 3) : 0;
    this.troubles = simulation.has(Fault.HOST) ? choices.next(Kind.PLAN, 4) : 0;
  }

  Report play(Schedule schedule) {
    scheduler.play(
        () -> {
          new Plan(this, simulation).lay(rows);
          simulation.host().run(this);
          if (!scheduler.isEnding()) {
            oracle.checkEnd(shards, rows.stable());
            oracle.ledgers().check();
          }
          scheduler.end();
        });
    return new Report(
        schedule,
        choices.made(),
        oracle.violations(),
        List.copyOf(trace),
        new Report.Numbers(
            scheduler.steps(),
            Duration.ofNanos(scheduler.elapsed()),
            shards.stream().mapToInt(SimulatedShard::size).sum(),
            oracle.sends(),
            oracle.effects(),
            oracle.repeated(),
            digest * 31 + scheduler.steps()),
        Map.copyOf(played));
  }

  // ---------------------------------------------------------------- for hosts

  /** Returns the source. */
  public Source source() {
    return SOURCE;
  }

  /** Returns all shards; parents before those that continue them. */
  public List<SimulatedShard> shards() {
    return List.copyOf(shards);
  }

  /** Returns whether everything is committed. */
  public boolean isFinished() {
    return shards.stream().allMatch(SimulatedShard::isFinished);
  }

  /**
   * Starts a process. The schedule may have it killed at any later step; it is not told apart from
   * others.
   */
  public SimulatedProcess process(String name) {
    SimulatedProcess process = new SimulatedProcess(this, name);
    if (kills > 0 && choose(3) > 0) {
      kills--;
      scheduler.after(
          1 + choose(KILL_STEPS),
          () -> {
            if (!process.isDead()) {
              played(Fault.KILL);
              process.kill();
            }
          });
    }
    return process;
  }

  /** Starts a thread that belongs to no process, such as a coordinator's. */
  public void start(String label, Runnable body) {
    scheduler.start(label, null, null, body);
  }

  /** Returns a number below a bound, by the schedule; 0 should be what does the least harm. */
  public int choose(int bound) {
    return choices.next(Kind.HOST, bound);
  }

  /** Takes one of the troubles that the schedule has for the host; false if none is left. */
  public boolean takeTrouble() {
    if (troublesTaken >= troubles) {
      return false;
    }
    troublesTaken++;
    played(Fault.HOST);
    return true;
  }

  /** Waits; not interruptible. */
  public void sleep(Duration time) {
    scheduler.sleepDeaf(time.toNanos());
  }

  /** Returns the deadline that ends a time from now. */
  public Deadline deadline(Duration time) {
    return Deadline.after(time, scheduler);
  }

  /** Returns the time since the beginning. */
  public Duration elapsed() {
    return Duration.ofNanos(scheduler.elapsed());
  }

  // ---------------------------------------------------------------- inside

  Scheduler scheduler() {
    return scheduler;
  }

  Choices choices() {
    return choices;
  }

  SimulatedClock clock() {
    return clock;
  }

  Oracle oracle() {
    return oracle;
  }

  SimulatedRows rows() {
    return rows;
  }

  /** Sets who remembers progress, and what fails of it. */
  void remember(Memory newMemory, Failing failing) {
    memory = newMemory;
    failingProgress = failing;
    oracle.remember(newMemory, failing != Failing.LOADS);
    trace(() -> "progress is remembered by " + newMemory + ", failing: " + failing);
  }

  Failing failingProgress() {
    return failingProgress;
  }

  /** Returns what remembers progress for a process; null if nothing does. */
  @Nullable ProgressStore progress(SimulatedProcess process) {
    return switch (memory) {
      case NONE -> null;
      case OWN ->
          simulation.wrap(new SimulatedProgress(this, process, InMemoryProgressStore.create()));
      case SHARED -> simulation.wrap(new SimulatedProgress(this, process, sharedProgress));
    };
  }

  DestinationBehaviour behaviour() {
    return simulation.behaviour();
  }

  Targets wrapped(Targets targets) {
    return simulation.wrap(targets);
  }

  TargetProvider wrapped(TargetProvider provider) {
    return simulation.wrap(provider);
  }

  FanoutListener wrapped(FanoutListener listener) {
    return simulation.wrap(listener);
  }

  void change(FanoutEngine.Builder engine) {
    simulation.change(this, engine);
  }

  FanoutListener wrapped(Ledger ledger) {
    return simulation.wrap(ledger);
  }

  boolean has(Fault fault) {
    return simulation.has(fault);
  }

  void played(Fault fault) {
    played.merge(fault, 1, Integer::sum);
  }

  void carries(Chain chain, SourceBatch batch) {
    chains.put(batch, chain);
  }

  @Nullable Chain chainOf(SourceBatch batch) {
    return chains.get(batch);
  }

  void add(Destination destination) {
    destinations.put(destination.id(), destination);
  }

  Destination destination(String id) {
    Destination destination = destinations.get(id);
    if (destination == null) {
      throw new IllegalStateException("no destination " + id);
    }
    return destination;
  }

  SimulatedShard addShard(String id, List<SimulatedShard> parents) {
    SimulatedShard shard = new SimulatedShard(this, id, parents);
    shards.add(shard);
    return shard;
  }

  /** Does something at a time. */
  void later(Duration at, String label, Runnable action) {
    scheduler.start(
        label,
        null,
        null,
        () -> {
          scheduler.sleepDeaf(at.toNanos());
          trace(() -> label);
          action.run();
        });
  }

  void apply(Send send, Message message, boolean stray) {
    send.applied.add(message);
    digest = digest * 31 + message.records().get(0).id().hashCode();
    digest = digest * 31 + send.config.id().hashCode() + scheduler.elapsed();
    trace(() -> send + " takes effect with " + message.records() + (stray ? ", too late" : ""));
    oracle.applied(send, message, stray);
  }

  /** A process is gone; what it had on the wire may still arrive. */
  void killed(SimulatedProcess process) {
    for (Send send : oracle.killed(process)) {
      if (choices.next(Kind.FAULTS, 3) == 2) {
        Duration delay = Duration.ofMillis(choices.next(Kind.FAULTS, 200));
        later(delay, "stray", () -> stray(send));
      }
    }
  }

  private void stray(Send send) {
    for (Message message : send.messages) {
      if (!send.applied.contains(message)) {
        apply(send, message, true);
      }
    }
  }

  void trace(Supplier<String> line) {
    if (tracing) {
      trace.add(
          String.format(
              "%8.3f ms  %-14s %s",
              scheduler.elapsed() / 1e6,
              Thread.currentThread() instanceof Strand strand ? strand.label : "-",
              line.get()));
    }
  }
}
