package org.streamfanout.core;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.internal.delivery.Signal;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RegistryException;

/**
 * Delivers the batches of one shard, one after another, each until all of it is settled: what a
 * host that owns a checkpoint does around an engine. What is held is tried again in place, with
 * pauses that grow, and only at the targets that still miss it.
 *
 * <p>One thread delivers; any thread may stop it. The thread that delivers is blocked meanwhile,
 * which is the back-pressure.
 */
public final class ShardDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(ShardDelivery.class);

  private final FanoutEngine engine;
  private final ShardOptions options;

  private final ReentrantLock lock = new ReentrantLock();
  private final Signal changed;
  private boolean delivering;
  private @Nullable Thread inEngine;
  private @Nullable Deadline stopAt;
  private boolean broken;

  /** Hears how far a batch has got, on the thread that delivers it. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Takes the settled prefix, after each call of the engine, whether or not it has grown; never
     * one that is shorter than the last.
     *
     * @return whether to go on; false ends the delivery, such as when the shard belongs to another
     *     worker by now
     */
    boolean reached(Checkpoint checkpoint);
  }

  /** Makes a delivery for one shard; the engine stays the caller's to close. */
  public ShardDelivery(FanoutEngine engine, ShardOptions options) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
    this.changed = new Signal(lock, engine.forHosts());
  }

  /**
   * Delivers a batch and blocks until every record is settled for every target, or the delivery was
   * stopped, or {@code progress} says no, or the thread is interrupted by somebody else, which
   * leaves the flag set, or the engine is closed.
   *
   * <p>While the targets cannot be read, everything is held and the registry asked again. So it is
   * when the engine fails in a way that it should not: nothing that it throws ends a delivery.
   *
   * @return how far it has got; complete unless one of the other ends came first. After an end that
   *     is not complete the host must not give this shard's next batch to anyone before what is
   *     left of this one
   * @throws IllegalStateException if a batch is being delivered already
   */
  public Checkpoint deliver(SourceBatch batch, Progress progress) {
    Checkpoint reached = nothing(batch);
    if (!begin()) {
      return reached;
    }
    try {
      return deliverAll(batch, progress, reached);
    } finally {
      end();
    }
  }

  private Checkpoint deliverAll(SourceBatch batch, Progress progress, Checkpoint nothing) {
    Checkpoint reached = nothing;
    FanoutResult result = null;
    Duration pause = options.firstPause();
    boolean goesOn = !reached.isComplete();
    while (goesOn) {
      long began = engine.forHosts().getAsLong();
      try {
        result = call(batch, result);
      } catch (RegistryException e) {
        LOG.warn("the targets of '{}' cannot be read; its records wait", batch.source().id(), e);
      } catch (RuntimeException | Error e) {
        if (engine.isClosed()) {
          LOG.debug("the engine is closed; shard '{}' ends", batch.shard(), e);
          return reached;
        }
        LOG.error("the engine failed; the records of shard '{}' wait", batch.shard(), e);
      }
      Checkpoint now = result == null ? reached : result.checkpoint();
      boolean further = now.settled() > reached.settled();
      reached = now.settled() < reached.settled() ? reached : now;
      goesOn = progress.reached(reached) && !reached.isComplete();
      if (goesOn) {
        pause = further ? options.firstPause() : pause;
        // A call that waited for a target has paused already.
        Duration took = Duration.ofNanos(engine.forHosts().getAsLong() - began);
        goesOn = pause(max(options.firstPause(), pause.minus(took)));
        pause = min(pause.multipliedBy(2), options.maxPause());
      }
    }
    return reached;
  }

  private static Checkpoint nothing(SourceBatch batch) {
    int total = batch.records().size();
    return new Checkpoint(0, total, null, total == 0 ? null : batch.records().get(0).position());
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** One call of the engine; the only place where {@link #awaitEnd} interrupts. */
  private FanoutResult call(SourceBatch batch, @Nullable FanoutResult before) {
    Deadline deadline;
    lock.lock();
    try {
      Deadline cycle = Deadline.after(options.cycle(), engine.forHosts());
      deadline = stopAt == null ? cycle : earlier(stopAt, cycle);
      inEngine = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    try {
      return before == null
          ? engine.process(batch, deadline)
          : engine.resume(before.left(), deadline);
    } finally {
      lock.lock();
      try {
        inEngine = null;
        if (broken) {
          // The interrupt was for the engine; what the thread does next is the host's.
          Thread.interrupted();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private static Deadline earlier(Deadline one, Deadline other) {
    return one.remainingNanos() < other.remainingNanos() ? one : other;
  }

  private boolean begin() {
    lock.lock();
    try {
      if (delivering) {
        throw new IllegalStateException("a batch of this shard is being delivered already");
      }
      delivering = stopAt == null;
      return delivering;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      delivering = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits; returns false if the delivery is to end. */
  private boolean pause(Duration time) {
    lock.lock();
    try {
      long left = time.toNanos();
      while (left > 0 && stopAt == null) {
        left = changed.awaitNanos(left);
      }
      Deadline end = stopAt;
      if (end != null) {
        // Until then there are still tries, but no long pauses.
        left = Math.min(options.firstPause().toNanos(), end.remainingNanos());
        while (left > 0 && !broken) {
          left = changed.awaitNanos(left);
        }
      }
      return !broken && (end == null || !end.isExpired());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops this delivery: the batch under way may go on until the deadline, and no other is taken
   * any more. Returns at once; may be called again, with an earlier deadline.
   */
  public void stop(Deadline deadline) {
    Objects.requireNonNull(deadline, "deadline");
    lock.lock();
    try {
      Deadline known = stopAt;
      stopAt = known == null ? deadline : earlier(known, deadline);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until no batch is under way, after {@link #stop}: until the stop's deadline, then for as
   * long as it takes to break off, which is soon. An interrupt of the caller breaks off at once,
   * and leaves the flag set.
   *
   * @throws IllegalStateException if it was not stopped
   */
  public void awaitEnd() {
    boolean callerInterrupted = false;
    lock.lock();
    try {
      while (delivering) {
        Deadline end = stopAt;
        if (end == null) {
          throw new IllegalStateException("stop the delivery before waiting for its end");
        }
        try {
          if (broken) {
            changed.await();
          } else if (callerInterrupted || end.isExpired()) {
            broken = true;
            if (inEngine != null) {
              inEngine.interrupt();
            }
            changed.signalAll();
          } else {
            changed.awaitNanos(end.remainingNanos());
          }
        } catch (InterruptedException e) {
          callerInterrupted = true;
        }
      }
    } finally {
      lock.unlock();
    }
    if (callerInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether {@link #stop} was called. */
  public boolean isStopped() {
    lock.lock();
    try {
      return stopAt != null;
    } finally {
      lock.unlock();
    }
  }
}
