package org.streamfanout.kafka;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Source;

/**
 * One partition from its assignment to its end: at most one batch is under way, and the first batch
 * that does not end is the last. For the thread that polls; a batch has a thread of its own.
 */
final class AssignedPartition {
  private final TopicPartition partition;
  private final Source source;
  private final ShardDelivery delivery;
  private @Nullable PartitionBatch batch;
  private @Nullable OffsetAndMetadata settledBefore;
  private @Nullable OffsetAndMetadata committed;

  // Written by the thread that delivers.
  private volatile int settled;
  private volatile boolean delivering;
  private volatile @Nullable Throwable failure;

  AssignedPartition(
      TopicPartition partition, Source source, FanoutEngine engine, ShardOptions options) {
    this.partition = partition;
    this.source = source;
    this.delivery = new ShardDelivery(engine, options);
  }

  /** Returns whether nothing more may be read of it now. */
  boolean isBusy() {
    return batch != null;
  }

  /**
   * Starts to deliver a batch.
   *
   * @param ended told, by the thread that delivers, when the batch has come to an end
   * @throws RejectedExecutionException if the executor takes no task
   */
  void deliver(PartitionBatch read, Executor executor, Runnable ended) {
    if (batch != null) {
      throw new IllegalStateException(partition + " has a batch already");
    }
    batch = read;
    settled = 0;
    delivering = true;
    String shard = KafkaRecords.shard(partition.topic(), partition.partition());
    SourceBatch work = new SourceBatch(source, shard, read.records());
    try {
      executor.execute(() -> deliver(work, ended));
    } catch (RejectedExecutionException e) {
      delivering = false;
      throw e;
    }
  }

  private void deliver(SourceBatch work, Runnable ended) {
    try {
      delivery.deliver(work, this::reached);
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      delivering = false;
      ended.run();
    }
  }

  private boolean reached(Checkpoint checkpoint) {
    settled = checkpoint.settled();
    return true;
  }

  /** Takes note that reading goes on from there, and that nothing before it is to be settled. */
  void goOnAt(OffsetAndMetadata next) {
    if (batch != null) {
      throw new IllegalStateException(partition + " goes on when its batch is settled");
    }
    settledBefore = next;
  }

  /**
   * Frees the partition for its next batch if the one under way is settled.
   *
   * @throws IllegalStateException if it came to an end before that, though nobody stopped it
   */
  void look() {
    PartitionBatch current = batch;
    if (current == null || delivering) {
      return;
    }
    Throwable error = failure;
    if (error != null) {
      throw new IllegalStateException("the delivery of " + partition + " failed", error);
    }
    if (inHand() == 0) {
      settledBefore = settled();
      batch = null;
    } else if (!delivery.isStopped()) {
      throw new IllegalStateException(
          "the delivery of "
              + partition
              + " ended before its batch was settled: the engine is closed, or its thread was"
              + " interrupted");
    }
  }

  /** Returns the offset that may be committed; null if nothing was settled yet. */
  @Nullable OffsetAndMetadata settled() {
    PartitionBatch current = batch;
    OffsetAndMetadata ofBatch = current == null ? null : current.settled(settled);
    return ofBatch == null ? settledBefore : ofBatch;
  }

  /** Returns what is to be committed; null if nothing is. */
  @Nullable OffsetAndMetadata uncommitted() {
    OffsetAndMetadata now = settled();
    return now == null || now.equals(committed) ? null : now;
  }

  /** Takes note of a commit. */
  void committed(OffsetAndMetadata offset) {
    committed = offset;
  }

  /** Returns the offset of the last commit; null before the first. */
  @Nullable Long committed() {
    return committed == null ? null : committed.offset();
  }

  /** Returns how many records were read and are not settled. */
  int inHand() {
    PartitionBatch current = batch;
    return current == null ? 0 : current.records().size() - settled;
  }

  /** Returns how many offsets the client has read past what is settled. */
  long unsettledOffsets() {
    PartitionBatch current = batch;
    if (current == null) {
      return 0;
    }
    OffsetAndMetadata ofBatch = current.settled(settled);
    long from = ofBatch == null ? current.firstOffset() : ofBatch.offset();
    return current.end() - from;
  }

  /** Returns whether a batch is under way. */
  boolean isDelivering() {
    return delivering;
  }

  /** Lets the batch under way go on until then, and takes no other. */
  void stop(Deadline deadline) {
    delivery.stop(deadline);
  }

  /** Waits for the end of the batch under way, after {@link #stop}. */
  void awaitEnd() {
    delivery.awaitEnd();
  }

  TopicPartition partition() {
    return partition;
  }
}
