package org.streamfanout.kcl;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Deadline;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;

/**
 * One lease of one shard, from {@code initialize} to its end, whatever kind of records the shard
 * has. Nothing is thrown into KCL, which would skip the records.
 *
 * <p>KCL calls from one thread at a time; {@link #stop}, {@link #awaitEnd} and the questions are
 * for any thread.
 */
final class ShardWork {
  private static final Logger LOG = LoggerFactory.getLogger(ShardWork.class);

  private final ShardDelivery delivery;
  private final LiveShards live;
  private final String leaseKey;
  private final ShardCheckpoint checkpoint;
  private final Duration handOverLimit;

  private volatile boolean unfinished;
  private volatile boolean endRefused;
  private volatile @Nullable Deadline stopAt;

  /**
   * Takes the shard over.
   *
   * @param leaseKey names the shard among all of this process
   */
  ShardWork(
      FanoutEngine engine, KclOptions options, RecordUnit unit, LiveShards live, String leaseKey) {
    this.delivery = new ShardDelivery(engine, options.shard());
    this.handOverLimit = options.stopLimit();
    this.live = live;
    this.leaseKey = leaseKey;
    this.checkpoint = new ShardCheckpoint(unit, leaseKey);
  }

  String leaseKey() {
    return leaseKey;
  }

  /** Waits for an earlier lease of the same shard in this process to end, so that order holds. */
  void start() {
    live.enter(this);
  }

  /**
   * Delivers a batch; blocks until KCL may bring the next one, or the shard is to be handed over.
   * Once records have been left unfinished, all later ones are refused.
   *
   * @param read makes the batch
   */
  void process(Supplier<SourceBatch> read, RecordProcessorCheckpointer checkpointer) {
    if (isUnfinished() || checkpoint.isLost()) {
      unfinished = true;
      LOG.debug("shard '{}' takes no more records", leaseKey);
      return;
    }
    try {
      SourceBatch batch = read.get();
      if (batch.records().isEmpty()) {
        checkpoint.write(checkpointer);
        return;
      }
      unfinished = !delivery.deliverAhead(batch, now -> checkpoint.reached(checkpointer, now));
    } catch (RuntimeException | Error e) {
      LOG.error("the records of shard '{}' cannot be delivered; it ends here", leaseKey, e);
      unfinished = true;
    }
  }

  /**
   * Ends with the shard, once all that is in hand is settled; blocks until then. Without a
   * checkpoint, KCL asks again and again, and starts no child of the shard, here or elsewhere.
   */
  void shardEnded(RecordProcessorCheckpointer checkpointer) {
    if (isUnfinished() || !settle()) {
      unfinished = true;
      if (!endRefused) {
        LOG.warn("shard '{}' has ended with records that are not settled", leaseKey);
      }
      endRefused = true;
      return;
    }
    checkpoint.writeEnd(checkpointer);
    live.leave(this);
  }

  private boolean settle() {
    try {
      return delivery.settle();
    } catch (RuntimeException | Error e) {
      LOG.error("the records of shard '{}' cannot be delivered; it ends here", leaseKey, e);
      return false;
    }
  }

  /** Ends at once, without a checkpoint; blocks until nothing is under way, which is soon. */
  void leaseLost() {
    stop(Deadline.after(Duration.ZERO));
    delivery.awaitEnd();
    live.leave(this);
  }

  /**
   * Ends with a checkpoint of what is settled. What is in hand may be delivered until the stop's
   * deadline, or as long as a hand-over may take.
   */
  void shutdownRequested(RecordProcessorCheckpointer checkpointer) {
    if (stopAt == null) {
      stop(Deadline.after(handOverLimit));
    }
    delivery.awaitEnd();
    checkpoint.write(checkpointer);
  }

  /** Lets what is in hand go on until the deadline, and takes no more. Returns at once. */
  void stop(Deadline deadline) {
    Deadline known = stopAt;
    if (known == null || deadline.remainingNanos() < known.remainingNanos()) {
      stopAt = deadline;
    }
    delivery.stop(deadline);
  }

  /** Waits, after {@link #stop}, until nothing is under way; breaks it off at the deadline. */
  void awaitEnd() {
    delivery.awaitEnd();
  }

  /** Returns when what is under way is to be broken off; null if it was not stopped. */
  @Nullable Deadline stopAt() {
    return stopAt;
  }

  /** Returns whether records were left unfinished. */
  boolean isUnfinished() {
    return unfinished || (delivery.isOver() && delivery.status().batches() > 0);
  }

  /** Returns what is in hand. */
  ShardStatus status() {
    return delivery.status();
  }

  /** Returns whether KCL waits for a checkpoint at the shard's end that it cannot get. */
  boolean isEndRefused() {
    return endRefused;
  }
}
