package org.streamfanout.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.internal.delivery.BatchRun;
import org.streamfanout.core.internal.delivery.BatchTask;
import org.streamfanout.core.internal.delivery.Turns;
import org.streamfanout.core.internal.progress.BatchProgress;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RegistryException;

/**
 * One batch of a shard, until it is settled and told. As a task it has the engine deliver it, call
 * by call with pauses between them, for as long as a target whose turn it is has something left;
 * after that it rests until another target's turn comes, and is a task again. Its fields are
 * guarded by the shard's lock.
 */
final class HeldBatch implements BatchTask, Turns {
  private static final Logger LOG = LoggerFactory.getLogger(HeldBatch.class);

  /** Its place among all batches of the shard. */
  final long number;

  final ShardDelivery.Progress progress;
  final int records;
  final long bytes;
  final Instant since;

  private final ShardWindow window;
  private final ShardLife life;
  private final FanoutEngine engine;
  private final ShardOptions options;
  private final SourceBatch batch;
  private final BatchRun run;

  /** What a store of progress knows of it; used by the one thread that is at it. */
  private volatile @Nullable BatchProgress remembered;

  /** The targets that have something left; empty before it is planned. */
  final Set<String> open = new HashSet<>();

  int targets;
  boolean planned;

  /** When a target was done with it, or had its turn, last; by the engine's ticker for hosts. */
  long changedAt;

  /** Whether a thread is at it or about to be. */
  boolean working;

  /** Whether a target's turn has come since the last call began. */
  private boolean poked;

  /** Whether its records have been shown to the engine. */
  boolean begun;

  Checkpoint reached;

  /** Whether a call has ended that the host was not told of. */
  boolean toTell;

  HeldBatch(
      ShardWindow window,
      long number,
      SourceBatch batch,
      ShardDelivery.Progress progress,
      FanoutEngine engine,
      ShardOptions options) {
    this.window = window;
    this.life = window.life();
    this.number = number;
    this.batch = batch;
    this.progress = progress;
    this.engine = engine;
    this.options = options;
    this.records = batch.records().size();
    this.bytes = HeldBytes.of(batch);
    this.since = engine.clock().instant();
    this.reached = Checkpoint.none(batch);
    this.run = engine.begin(batch, this);
  }

  @Override
  public SourceBatch batch() {
    return batch;
  }

  // ---------------------------------------------------------------- turns

  @Override
  public void planned(Collection<String> targetIds) {
    window.planned(this, targetIds);
  }

  @Override
  public boolean isTurnOf(String targetId) {
    return window.isTurnOf(this, targetId);
  }

  @Override
  public void settled(String targetId) {
    window.settled(this, targetId);
  }

  /** Lets the thread that is at it look at its targets again. With the shard's lock held. */
  void poke() {
    poked = true;
    run.wake();
  }

  // ---------------------------------------------------------------- as a task

  @Override
  public void run() {
    boolean inOrder = false;
    try {
      deliver();
      inOrder = true;
    } finally {
      window.leave(inOrder);
    }
  }

  private void deliver() {
    Duration pause = options.firstPause();
    int before = settled();
    long began = life.ticker().getAsLong();
    while (call() && window.goesOn(this)) {
      int now = settled();
      if (now > before) {
        pause = options.firstPause();
      }
      before = now;
      // A call that waited for a target has paused already.
      Duration took = Duration.ofNanos(life.ticker().getAsLong() - began);
      if (!life.pause(max(options.firstPause(), pause.minus(took)), () -> poked)) {
        return;
      }
      began = life.ticker().getAsLong();
      pause = min(pause.multipliedBy(2), options.maxPause());
    }
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private int settled() {
    life.lock.lock();
    try {
      return reached.settled();
    } finally {
      life.lock.unlock();
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** One call of the engine; returns false if there is to be no other. */
  private boolean call() {
    Deadline deadline = beginCall();
    if (deadline == null) {
      return false;
    }
    FanoutResult result = null;
    try {
      boolean again = run.isBegun();
      result = again ? engine.resume(run, remembered, deadline) : engine.process(run, deadline);
      remembered = result.left().progress();
    } catch (RegistryException e) {
      LOG.warn("the targets of '{}' cannot be read; its records wait", batch.source().id(), e);
    } catch (RuntimeException | Error e) {
      if (engine.isClosed()) {
        LOG.debug("the engine is closed; shard '{}' ends", batch.shard(), e);
        window.breakOff();
        return false;
      }
      LOG.error("the engine failed; the records of shard '{}' wait", batch.shard(), e);
    } finally {
      life.endCall();
    }
    window.called(this, result == null ? null : result.checkpoint());
    return true;
  }

  private @Nullable Deadline beginCall() {
    life.lock.lock();
    try {
      Deadline deadline = life.beginCall(!begun);
      begun |= deadline != null;
      poked = false;
      return deadline;
    } finally {
      life.lock.unlock();
    }
  }

  /** Takes in the end of a call. With the shard's lock held. */
  void takeIn(@Nullable Checkpoint now) {
    toTell = true;
    if (now != null && now.settled() >= reached.settled()) {
      reached = now;
    }
  }
}
