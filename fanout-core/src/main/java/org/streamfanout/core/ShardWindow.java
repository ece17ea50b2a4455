package org.streamfanout.core;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of one shard that are under way, in order. A target is sent to in one of them only
 * when it is done with all earlier ones, so each target has its own place in the window and its own
 * order; the host is told of the oldest batch alone until that is settled for every target.
 * Thread-safe.
 */
final class ShardWindow {
  /** Longer than anything waits. */
  static final long NOT_BY_TIME = Long.MAX_VALUE;

  private static final Logger LOG = LoggerFactory.getLogger(ShardWindow.class);

  private final FanoutEngine engine;
  private final ShardOptions options;
  private final Executor threads;
  private final ShardLife life;

  // Guarded by the life's lock.
  private final ArrayDeque<HeldBatch> batches = new ArrayDeque<>();

  /** The batches that each target has something left in, by their numbers. */
  private final Map<String, TreeMap<Long, HeldBatch>> openBatches = new HashMap<>();

  /** When each target was last waited for in vain before others ran ahead. */
  private final Map<String, Long> leftBehindAt = new HashMap<>();

  private @Nullable HeldBatch waiting;
  private Runnable watcher = () -> {};
  private long nextNumber;
  private int records;
  private long bytes;
  private boolean telling;
  private boolean refused;
  private @Nullable Throwable failure;

  ShardWindow(FanoutEngine engine, ShardOptions options, Executor threads) {
    this.engine = engine;
    this.options = options;
    this.threads = threads;
    this.life = new ShardLife(engine, options);
  }

  ShardLife life() {
    return life;
  }

  // ---------------------------------------------------------------- for the host

  /**
   * Takes a batch, and starts it once there is room.
   *
   * @param newWatcher told when the host may look again
   * @return the batch; null if none is taken any more
   */
  @Nullable HeldBatch take(
      SourceBatch batch, ShardDelivery.Progress progress, Runnable newWatcher) {
    HeldBatch held;
    life.lock.lock();
    try {
      if (life.isStoppedNow() || life.isBrokenNow()) {
        return null;
      }
      HeldBatch newest = batches.peekLast();
      if (waiting != null || (newest != null && !newest.planned)) {
        throw new IllegalStateException("a batch of this shard is being delivered already");
      }
      held = new HeldBatch(this, nextNumber++, batch, progress, engine, options);
      waiting = held;
      watcher = newWatcher;
    } finally {
      life.lock.unlock();
    }
    startWaiting();
    return held;
  }

  /** Starts the batch that waits, if there is room for it. */
  private void startWaiting() {
    HeldBatch next;
    life.lock.lock();
    try {
      next = waiting;
      if (next == null || life.isStoppedNow() || life.isBrokenNow() || !hasRoomFor(next)) {
        return;
      }
      waiting = null;
      batches.add(next);
      records += next.records;
      bytes += next.bytes;
      enter(next);
    } finally {
      life.lock.unlock();
    }
    start(next);
  }

  private boolean hasRoomFor(HeldBatch next) {
    return batches.isEmpty()
        || (batches.size() < ShardOptions.MOST_BATCHES
            && records + next.records <= options.maxHeldRecords()
            && bytes + next.bytes <= options.maxHeldBytes());
  }

  /**
   * Returns in how many nanoseconds the host may bring the next batch, if nothing else happens: 0
   * for now, {@link #NOT_BY_TIME} if something must. With the lock held.
   */
  long untilNext() {
    HeldBatch newest = batches.peekLast();
    if (waiting != null || life.isStoppedNow() || life.isBrokenNow()) {
      return NOT_BY_TIME;
    }
    if (newest == null) {
      return 0;
    }
    boolean full =
        records >= options.maxHeldRecords()
            || bytes >= options.maxHeldBytes()
            || batches.size() >= ShardOptions.MOST_BATCHES;
    boolean useless = newest.open.size() == newest.targets;
    boolean settledInAMoment = openBatches.isEmpty();
    if (full || !newest.planned || useless || settledInAMoment) {
      return NOT_BY_TIME;
    }
    long now = engine.forHosts().getAsLong();
    leftBehindAt.values().removeIf(at -> now - at >= options.cycle().toNanos());
    List<String> slow =
        newest.open.stream()
            .filter(target -> isTurn(newest, target) && !leftBehindAt.containsKey(target))
            .toList();
    long left = options.aheadAfter().toNanos() - (now - newest.changedAt);
    if (slow.isEmpty() || left > 0) {
      return slow.isEmpty() ? 0 : left;
    }
    // One that is down may be back with the others after each probe that hangs: it is waited for
    // once in a while, not each time.
    slow.forEach(target -> leftBehindAt.put(target, now));
    return 0;
  }

  /** Returns whether nothing that was taken is left. With the lock held. */
  boolean isEmpty() {
    return batches.isEmpty() && waiting == null;
  }

  /** Returns whether nothing is left that was shown to a target. With the lock held. */
  boolean isClean() {
    return batches.stream().noneMatch(batch -> batch.begun);
  }

  /** Returns how far a batch has got. With or without the lock held. */
  Checkpoint reached(HeldBatch batch) {
    life.lock.lock();
    try {
      return batch.reached;
    } finally {
      life.lock.unlock();
    }
  }

  /** Throws what has ended the delivery, if something of the host did. With the lock held. */
  void throwFailure() {
    if (failure instanceof RuntimeException exception) {
      throw exception;
    } else if (failure instanceof Error error) {
      throw error;
    }
  }

  /** Returns what is in hand. */
  ShardStatus status() {
    life.lock.lock();
    try {
      HeldBatch oldest = batches.peekFirst();
      return oldest == null
          ? ShardStatus.EMPTY
          : new ShardStatus(
              records - oldest.reached.settled(), bytes, batches.size(), oldest.since);
    } finally {
      life.lock.unlock();
    }
  }

  // ---------------------------------------------------------------- turns

  void planned(HeldBatch batch, Collection<String> targetIds) {
    life.lock.lock();
    try {
      batch.planned = true;
      batch.targets = targetIds.size();
      batch.changedAt = engine.forHosts().getAsLong();
      for (String target : targetIds) {
        batch.open.add(target);
        openBatches.computeIfAbsent(target, id -> new TreeMap<>()).put(batch.number, batch);
      }
    } finally {
      life.lock.unlock();
    }
  }

  boolean isTurnOf(HeldBatch batch, String target) {
    life.lock.lock();
    try {
      return isTurn(batch, target);
    } finally {
      life.lock.unlock();
    }
  }

  private boolean isTurn(HeldBatch batch, String target) {
    TreeMap<Long, HeldBatch> open = openBatches.get(target);
    return open == null || open.firstKey() >= batch.number;
  }

  /** A target is done with a batch, so it goes on with the next that has something for it. */
  void settled(HeldBatch batch, String target) {
    HeldBatch toStart = null;
    boolean next;
    life.lock.lock();
    try {
      if (!batch.open.remove(target)) {
        return;
      }
      batch.changedAt = engine.forHosts().getAsLong();
      if (batch.open.isEmpty()) {
        // Perhaps by the late answer of a send that outlived its call.
        batch.poke();
      }
      TreeMap<Long, HeldBatch> open = openBatches.get(target);
      if (open != null) {
        boolean first = open.firstKey() == batch.number;
        open.remove(batch.number);
        if (open.isEmpty()) {
          openBatches.remove(target);
        } else if (first) {
          toStart = turnComes(open.firstEntry().getValue());
        }
      }
      next = untilNext() == 0;
      life.changed.signalAll();
    } finally {
      life.lock.unlock();
    }
    if (toStart != null) {
      start(toStart);
    }
    if (next) {
      watcher.run();
    }
  }

  /** Returns the batch if it needs a thread. */
  private @Nullable HeldBatch turnComes(HeldBatch batch) {
    batch.changedAt = engine.forHosts().getAsLong();
    batch.poke();
    if (batch.working || !life.goesOn()) {
      return null;
    }
    enter(batch);
    return batch;
  }

  // ---------------------------------------------------------------- threads

  private void enter(HeldBatch batch) {
    batch.working = true;
    life.enter();
  }

  private void start(HeldBatch batch) {
    try {
      threads.execute(batch);
    } catch (RejectedExecutionException e) {
      if (!engine.isClosed()) {
        fail(e);
      }
      leave(false);
    }
  }

  /** A thread is gone; if not in order, by a fault that the host should know of. */
  void leave(boolean inOrder) {
    life.lock.lock();
    try {
      if (!inOrder) {
        life.breakOff();
      }
      life.leave();
    } finally {
      life.lock.unlock();
    }
    watcher.run();
  }

  void breakOff() {
    life.lock.lock();
    try {
      life.breakOff();
    } finally {
      life.lock.unlock();
    }
  }

  private void fail(Throwable why) {
    life.lock.lock();
    try {
      failure = failure == null ? why : failure;
      life.breakOff();
    } finally {
      life.lock.unlock();
    }
  }

  // ---------------------------------------------------------------- after each call

  /** Takes in what a call of the engine has reached, null for nothing, and tells the host. */
  void called(HeldBatch batch, @Nullable Checkpoint reached) {
    life.lock.lock();
    try {
      batch.takeIn(reached);
    } finally {
      life.lock.unlock();
    }
    tell();
    startWaiting();
  }

  /**
   * Returns whether a batch is to be delivered further by the thread that is at it. If not, that
   * thread is done with it, and another may come.
   */
  boolean goesOn(HeldBatch batch) {
    life.lock.lock();
    try {
      boolean left =
          !batch.reached.isComplete()
              && (!batch.planned
                  || batch.open.isEmpty()
                  || batch.open.stream().anyMatch(target -> isTurn(batch, target)));
      batch.working = left;
      return left && life.goesOn();
    } finally {
      life.lock.unlock();
    }
  }

  /**
   * Tells the host how far the oldest batch has got, and the next one once that is settled; in
   * order, by one thread at a time.
   */
  private void tell() {
    life.lock.lock();
    try {
      if (telling) {
        return;
      }
      telling = true;
      for (HeldBatch oldest = batches.peekFirst();
          oldest != null && oldest.toTell && !refused;
          oldest = batches.peekFirst()) {
        oldest.toTell = false;
        Checkpoint reached = oldest.reached;
        refused = !tell(oldest, reached);
        if (refused) {
          life.breakOff();
        } else if (reached.isComplete()) {
          batches.removeFirst();
          records -= oldest.records;
          bytes -= oldest.bytes;
        }
        life.changed.signalAll();
      }
    } finally {
      telling = false;
      life.lock.unlock();
    }
  }

  /** Calls the host with the lock released. */
  private boolean tell(HeldBatch batch, Checkpoint reached) {
    life.lock.unlock();
    try {
      return batch.progress.reached(reached);
    } catch (RuntimeException | Error e) {
      LOG.debug("the host of shard '{}' failed", batch.batch().shard(), e);
      fail(e);
      return false;
    } finally {
      life.lock.lock();
    }
  }
}
