package org.streamfanout.core;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.streamfanout.spi.Deadline;

/**
 * Delivers the batches of one shard, in order: what a host that owns a checkpoint does around an
 * engine. What is held is tried again in place, with pauses that grow, and only at the targets that
 * still miss it.
 *
 * <p>While a target holds records, those that have nothing left to do may run ahead: they go on
 * with the shard's next batches, up to {@link ShardOptions#maxHeldRecords} and {@link
 * ShardOptions#maxHeldBytes}, and the one that holds follows through the same batches in its own
 * order. A target gets a batch when everything of all earlier ones is settled for it, so its order
 * is that of the shard. The host is told of a batch when all earlier ones are settled for every
 * target, so no checkpoint passes a record that is held.
 *
 * <p>{@link #deliverAhead}, {@link #deliver} and {@link #settle} block, which is the back-pressure,
 * and are for one thread at a time; {@link #start} and {@link #isReady} do the same for a host that
 * must not block. Any thread may stop it.
 */
public final class ShardDelivery {
  private static final Runnable UNWATCHED = () -> {};

  private final ShardWindow window;
  private final ShardLife life;

  /** Hears how far a batch has got. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Takes the settled prefix, after each call of the engine, whether or not it has grown; never
     * one that is shorter than the last. Batches are told in their order: the first time when all
     * earlier ones are settled for every target. Called by threads of the delivery, one at a time.
     *
     * @return whether to go on; false ends the delivery at once, with all its batches, such as when
     *     the shard belongs to another worker by now
     */
    boolean reached(Checkpoint checkpoint);
  }

  /**
   * Makes a delivery for one shard, on threads that belong to the engine, and never are those of an
   * executor that it was given for sends; the engine stays the caller's to close.
   */
  public ShardDelivery(FanoutEngine engine, ShardOptions options) {
    this(engine, options, Objects.requireNonNull(engine, "engine").waitingThreads());
  }

  /**
   * Makes a delivery for one shard.
   *
   * @param engine stays the caller's to close
   * @param threads runs a task for the newest batch and one for each target that is behind, each
   *     waiting for sends; not closed here. If it has a bound and sends run on it, too, they may
   *     wait for each other
   */
  public ShardDelivery(FanoutEngine engine, ShardOptions options, Executor threads) {
    this.window =
        new ShardWindow(
            Objects.requireNonNull(engine, "engine"),
            Objects.requireNonNull(options, "options"),
            Objects.requireNonNull(threads, "threads"));
    this.life = window.life();
  }

  // ---------------------------------------------------------------- by a thread that may block

  /**
   * Delivers a batch and blocks until the host may bring the next one: when every record is settled
   * for every target, or when the targets that are not behind are done with it and there is room to
   * run ahead. Waits first, if there is no room for this one.
   *
   * <p>Ends before that if the delivery was stopped, {@code progress} said no, the thread is
   * interrupted, which leaves the flag set, or the engine is closed; then nothing is under way any
   * more.
   *
   * <p>While the targets cannot be read, everything is held and the registry asked again. So it is
   * when the engine fails in a way that it should not: nothing that it throws ends a delivery. What
   * {@code progress} throws does, and is thrown here or by the next method that blocks.
   *
   * @return whether all is well; false if the delivery has ended with records that are not settled,
   *     of this batch or of an earlier one. The host must not give what is left, and what follows
   *     it, to anyone before that
   * @throws IllegalStateException if another thread is delivering
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no task
   */
  public boolean deliverAhead(SourceBatch batch, Progress progress) {
    life.beginHosting();
    try {
      boolean taken = batch.records().isEmpty() || window.take(batch, progress, UNWATCHED) != null;
      return await(true) && taken;
    } finally {
      life.endHosting();
    }
  }

  /**
   * Delivers a batch and blocks until every record of it and of all earlier ones is settled for
   * every target, or one of the other ends of {@link #deliverAhead} has come.
   *
   * @return how far it has got; complete unless one of the other ends came first. After an end that
   *     is not complete the host must not give this shard's next batch to anyone before what is
   *     left of this one
   * @throws IllegalStateException if another thread is delivering
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no task
   */
  public Checkpoint deliver(SourceBatch batch, Progress progress) {
    life.beginHosting();
    try {
      HeldBatch held = batch.records().isEmpty() ? null : window.take(batch, progress, UNWATCHED);
      if (held == null) {
        return Checkpoint.none(batch);
      }
      await(false);
      return window.reached(held);
    } finally {
      life.endHosting();
    }
  }

  /**
   * Blocks until every record of every batch is settled for every target, or one of the other ends
   * of {@link #deliverAhead} has come.
   *
   * @return whether nothing is left
   * @throws IllegalStateException if another thread is delivering
   */
  public boolean settle() {
    life.beginHosting();
    try {
      return await(false);
    } finally {
      life.endHosting();
    }
  }

  /**
   * Waits until nothing is left or the delivery is over.
   *
   * @param ahead whether it is enough that the host may bring the next batch
   * @return false if it is over and something is left
   */
  private boolean await(boolean ahead) {
    boolean interrupted = false;
    life.lock.lock();
    try {
      while (!window.isEmpty() && !life.isOver()) {
        long left = ahead && !interrupted ? window.untilNext() : ShardWindow.NOT_BY_TIME;
        if (left == 0) {
          break;
        }
        try {
          life.changed.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
          life.breakOff();
        }
      }
      window.throwFailure();
      return window.isEmpty() || !life.isOver();
    } finally {
      life.lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  // ---------------------------------------------------------------- by a thread that must not

  /**
   * Takes a batch, and starts to deliver it once there is room for it; does not block. For a thread
   * of which there is one, after {@link #isReady} was true and no batch was taken since.
   *
   * @param watcher told, by any thread, that {@link #isReady} or {@link #isOver} may be true; must
   *     be quick. That an {@linkplain ShardOptions#aheadAfter idle time} is over it is not told
   * @return whether it was taken; false after a stop or another end
   * @throws IllegalStateException if one waits for room already, or the newest is not begun
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no task
   */
  public boolean start(SourceBatch batch, Progress progress, Runnable watcher) {
    Objects.requireNonNull(watcher, "watcher");
    boolean taken = batch.records().isEmpty() || window.take(batch, progress, watcher) != null;
    life.lock.lock();
    try {
      window.throwFailure();
    } finally {
      life.lock.unlock();
    }
    return taken;
  }

  /** Returns whether the host may bring the next batch. */
  public boolean isReady() {
    life.lock.lock();
    try {
      return window.untilNext() == 0;
    } finally {
      life.lock.unlock();
    }
  }

  /**
   * Returns whether the delivery has ended, by a stop or otherwise: it takes no batch any more, and
   * nothing is under way.
   */
  public boolean isOver() {
    life.lock.lock();
    try {
      return life.isOver();
    } finally {
      life.lock.unlock();
    }
  }

  /**
   * Returns whether no record is in hand that was shown to a target and is not settled for every
   * target.
   */
  public boolean isClean() {
    life.lock.lock();
    try {
      return window.isClean();
    } finally {
      life.lock.unlock();
    }
  }

  // ---------------------------------------------------------------- by any thread

  /** Returns what is in hand. */
  public ShardStatus status() {
    return window.status();
  }

  /**
   * Stops this delivery: what is under way may go on until the deadline, and nothing else is taken
   * or begun any more. Returns at once; may be called again, with an earlier deadline.
   */
  public void stop(Deadline deadline) {
    life.stop(Objects.requireNonNull(deadline, "deadline"));
  }

  /**
   * Waits until nothing is under way, after {@link #stop}: until the stop's deadline, then for as
   * long as it takes to break off, which is soon. An interrupt of the caller breaks off at once,
   * and leaves the flag set.
   *
   * @throws IllegalStateException if it was not stopped
   */
  public void awaitEnd() {
    life.awaitEnd();
  }

  /** Returns whether {@link #stop} was called. */
  public boolean isStopped() {
    return life.isStopped();
  }
}
