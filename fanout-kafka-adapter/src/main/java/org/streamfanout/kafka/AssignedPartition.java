package org.streamfanout.kafka;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Source;

/**
 * One partition from its assignment to its end: the batches that were read of it and are not
 * settled for every target, and what may be committed. For the thread that polls; batches are
 * delivered by threads of their own.
 */
final class AssignedPartition {
  private final TopicPartition partition;
  private final Source source;
  private final ShardDelivery delivery;
  private final ArrayDeque<InHand> inHand = new ArrayDeque<>();
  private @Nullable OffsetAndMetadata settledBefore;
  private @Nullable OffsetAndMetadata committed;
  private boolean waitsUntilSettled;

  /**
   * A batch, and how many of its first records are settled, as far as its turn to tell has come.
   */
  private static final class InHand {
    final PartitionBatch batch;

    /** Written by a thread that delivers. */
    volatile int settled;

    InHand(PartitionBatch batch) {
      this.batch = batch;
    }

    boolean reached(Checkpoint checkpoint) {
      settled = checkpoint.settled();
      return true;
    }

    int left() {
      return batch.records().size() - settled;
    }
  }

  AssignedPartition(
      TopicPartition partition,
      Source source,
      FanoutEngine engine,
      ShardOptions options,
      Executor executor) {
    this.partition = partition;
    this.source = source;
    this.delivery = new ShardDelivery(engine, options, executor);
  }

  /** Returns whether nothing more may be read of it now. */
  boolean isBusy() {
    return waitsUntilSettled || !delivery.isReady();
  }

  /** Returns whether something was read of it that is not settled for every target. */
  boolean isInHand() {
    forgetSettled();
    return !inHand.isEmpty();
  }

  /** Lets nothing more be read before all that is in hand is settled. */
  void waitUntilSettled() {
    waitsUntilSettled = isInHand();
  }

  /**
   * Starts to deliver a batch, behind those that are in hand.
   *
   * @param changed told, by the threads that deliver, when it may be time to look again
   * @throws RejectedExecutionException if the executor takes no task
   */
  void deliver(PartitionBatch read, Runnable changed) {
    InHand next = new InHand(read);
    inHand.add(next);
    String shard = KafkaRecords.shard(partition.topic(), partition.partition());
    boolean unused =
        delivery.start(new SourceBatch(source, shard, read.records()), next::reached, changed);
  }

  /** Takes note that reading goes on from there, and that nothing before it is to be settled. */
  void goOnAt(OffsetAndMetadata next) {
    if (isInHand()) {
      throw new IllegalStateException(partition + " goes on when all that is in hand is settled");
    }
    settledBefore = next;
  }

  /**
   * Looks how far it has got.
   *
   * @throws IllegalStateException if its delivery came to an end before all was settled, though
   *     nobody stopped it
   */
  void look() {
    waitsUntilSettled &= isInHand();
    if (isInHand() && delivery.isOver() && !delivery.isStopped()) {
      throw new IllegalStateException(
          "the delivery of "
              + partition
              + " ended before its records were settled: the engine is closed, a thread of the"
              + " executor was interrupted, or it takes no more tasks");
    }
  }

  private void forgetSettled() {
    for (InHand oldest = inHand.peek();
        oldest != null && oldest.left() == 0;
        oldest = inHand.peek()) {
      settledBefore = oldest.batch.settled(oldest.settled);
      inHand.remove();
    }
  }

  /** Returns the offset that may be committed; null if nothing was settled yet. */
  @Nullable OffsetAndMetadata settled() {
    forgetSettled();
    InHand oldest = inHand.peek();
    OffsetAndMetadata ofBatch = oldest == null ? null : oldest.batch.settled(oldest.settled);
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
  int recordsInHand() {
    return inHand.stream().mapToInt(InHand::left).sum();
  }

  /** Returns what of it is shown to targets and not settled for all of them. */
  ShardStatus held() {
    return delivery.status();
  }

  /**
   * Returns whether, once nothing is under way, nothing was begun and not brought to its end. A
   * batch that a stop came before was never shown to a target.
   */
  boolean isClean() {
    return !isInHand() || delivery.isClean();
  }

  /** Returns how many offsets the client has read past what is settled. */
  long unsettledOffsets() {
    if (!isInHand()) {
      return 0;
    }
    InHand oldest = inHand.element();
    OffsetAndMetadata ofBatch = oldest.batch.settled(oldest.settled);
    long from = ofBatch == null ? oldest.batch.firstOffset() : ofBatch.offset();
    return inHand.getLast().batch.end() - from;
  }

  /** Returns whether something is under way. */
  boolean isDelivering() {
    return isInHand() && !delivery.isOver();
  }

  /** Lets what is in hand go on until then, and takes no more. */
  void stop(Deadline deadline) {
    delivery.stop(deadline);
  }

  /** Waits until nothing is under way, after {@link #stop}. */
  void awaitEnd() {
    delivery.awaitEnd();
  }

  TopicPartition partition() {
    return partition;
  }
}
