package org.streamfanout.kcl;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
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

  private volatile boolean unfinished;
  private volatile boolean endRefused;
  private volatile @Nullable Deadline stopAt;

  /**
   * Takes the shard over.
   *
   * @param leaseKey names the shard among all of this process
   */
  ShardWork(
      FanoutEngine engine,
      ShardOptions options,
      RecordUnit unit,
      LiveShards live,
      String leaseKey) {
    this.delivery = new ShardDelivery(engine, options);
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
   * Delivers a batch; blocks until it is settled, or the shard is to be handed over. Once a batch
   * has been left unfinished, all later ones are refused.
   *
   * @param read makes the batch
   */
  void process(Supplier<SourceBatch> read, RecordProcessorCheckpointer checkpointer) {
    if (unfinished || checkpoint.isLost()) {
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
      Checkpoint reached = delivery.deliver(batch, now -> checkpoint.reached(checkpointer, now));
      unfinished = !reached.isComplete();
    } catch (RuntimeException | Error e) {
      LOG.error("the records of shard '{}' cannot be delivered; it ends here", leaseKey, e);
      unfinished = true;
    }
  }

  /**
   * Ends with the shard. Without a checkpoint, KCL asks again and again, and starts no child of the
   * shard, here or elsewhere.
   */
  void shardEnded(RecordProcessorCheckpointer checkpointer) {
    if (unfinished) {
      if (!endRefused) {
        LOG.warn("shard '{}' has ended with records that are not settled", leaseKey);
      }
      endRefused = true;
      return;
    }
    checkpoint.writeEnd(checkpointer);
    live.leave(this);
  }

  /** Ends at once, without a checkpoint. */
  void leaseLost() {
    stop(Deadline.after(Duration.ZERO));
    live.leave(this);
  }

  /** Ends with a checkpoint of what is settled. */
  void shutdownRequested(RecordProcessorCheckpointer checkpointer) {
    stop(Deadline.after(Duration.ZERO));
    checkpoint.write(checkpointer);
  }

  /** Lets the batch under way go on until the deadline, and takes no other. Returns at once. */
  void stop(Deadline deadline) {
    Deadline known = stopAt;
    if (known == null || deadline.remainingNanos() < known.remainingNanos()) {
      stopAt = deadline;
    }
    delivery.stop(deadline);
  }

  /** Waits, after {@link #stop}, until no batch is under way; breaks it off at the deadline. */
  void awaitEnd() {
    delivery.awaitEnd();
  }

  /** Returns when the batch under way is to be broken off; null if it was not stopped. */
  @Nullable Deadline stopAt() {
    return stopAt;
  }

  /** Returns whether a batch was left unfinished. */
  boolean isUnfinished() {
    return unfinished;
  }

  /** Returns whether KCL waits for a checkpoint at the shard's end that it cannot get. */
  boolean isEndRefused() {
    return endRefused;
  }
}
