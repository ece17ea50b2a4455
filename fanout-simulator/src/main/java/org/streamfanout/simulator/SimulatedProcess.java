package org.streamfanout.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.internal.delivery.BatchTask;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

/**
 * One process of the operating system, with an engine of its own. It can be killed at any moment:
 * its threads never go on, and what they have done at destinations stays done. It can be frozen,
 * too, as Lambda does between invocations. Used by one strand at a time.
 */
public final class SimulatedProcess {
  private final Stage stage;
  private final String name;
  private final Set<Strand> hostStrands = new HashSet<>();
  private final List<Strand> waiting = new ArrayList<>();
  private final Map<String, TargetConfig> lastValid = new HashMap<>();
  private final Map<String, Integer> incarnations = new HashMap<>();
  private @Nullable FanoutEngine engine;
  private boolean dead;
  private boolean frozen;

  SimulatedProcess(Stage stage, String name) {
    this.stage = stage;
    this.name = name;
  }

  Stage stage() {
    return stage;
  }

  /** Returns its engine, which is built when it is first asked for. */
  public FanoutEngine engine() {
    FanoutEngine known = engine;
    if (known == null) {
      known = SimulatedEngines.build(stage, this);
      engine = known;
    }
    return known;
  }

  /** Returns a loop for one shard, on this process's engine and threads. */
  public ShardDelivery shard(ShardOptions options) {
    return new ShardDelivery(engine(), options, this::execute);
  }

  /** Starts a thread of the host in it. */
  public void start(String label, Runnable body) {
    if (!dead) {
      hostStrands.add(stage.scheduler().start(name + "/" + label, this, null, body));
    }
  }

  /** Starts what an engine's or a shard's executor is to run. */
  void execute(Runnable task) {
    if (!dead) {
      boolean delivers = task instanceof BatchTask;
      Chain chain =
          task instanceof BatchTask of ? stage.chainOf(of.batch()) : Scheduler.self().chain;
      stage.scheduler().start(name + (delivers ? "/batch" : "/send"), this, chain, task);
      stage.scheduler().yield();
    }
  }

  /** Returns whether it was killed. */
  public boolean isDead() {
    return dead;
  }

  /** Ends the strand that runs if its process was killed while others ran. */
  void checkAlive() {
    if (dead || stage.scheduler().isEnding()) {
      throw new Killed();
    }
  }

  boolean isFrozen() {
    return frozen;
  }

  /** Kills it: none of its threads goes on. */
  public void kill() {
    if (!dead) {
      dead = true;
      stage.trace(() -> name + " is killed");
      stage.killed(this);
      stage.scheduler().unwind(this);
      wakeWaiting();
    }
  }

  /** Stops all its threads until {@link #thaw}. */
  public void freeze() {
    frozen = true;
    stage.scheduler().refreeze(this);
  }

  /** Lets its threads go on. */
  public void thaw() {
    frozen = false;
    stage.scheduler().refreeze(this);
  }

  /** Waits until every thread of the host in it has ended, or it was killed. */
  public void awaitEnd() {
    while (!dead && !hostStrands.isEmpty()) {
      waiting.add(Scheduler.self());
      stage.scheduler().block();
    }
  }

  void ended(Strand strand) {
    if (hostStrands.remove(strand) && hostStrands.isEmpty()) {
      wakeWaiting();
    }
  }

  private void wakeWaiting() {
    waiting.forEach(stage.scheduler()::wake);
    waiting.clear();
  }

  /**
   * Returns the rows that an engine goes by after an answer of the registry, null for a bad one.
   */
  Map<String, @Nullable TargetConfig> rows(Targets answer) {
    Map<String, @Nullable TargetConfig> rows = new LinkedHashMap<>();
    Set<String> present = new HashSet<>();
    for (TargetConfig config : answer.valid()) {
      present.add(config.id());
      if (!config.deadLetterOnly()) {
        if (!config.equals(lastValid.put(config.id(), config))) {
          incarnations.merge(config.id(), 1, Integer::sum);
        }
        rows.put(config.id(), config);
      }
    }
    for (Targets.Invalid invalid : answer.invalid()) {
      present.add(invalid.id());
      rows.put(invalid.id(), lastValid.get(invalid.id()));
    }
    lastValid.keySet().retainAll(present);
    return rows;
  }

  /** Returns how often a target was opened anew: changed, or gone and back. */
  int incarnation(String targetId) {
    return incarnations.getOrDefault(targetId, 0);
  }

  @Override
  public String toString() {
    return name;
  }
}
