package org.streamfanout.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.kafka.ConsumerSettings.ResetPolicy;

/**
 * Decides where reading goes on when a partition has no position, or one that its log does not have
 * any more. The client would decide without a word; here whatever was not read is told. For the
 * thread that polls.
 */
final class OffsetResets {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetResets.class);

  private final Consumer<byte[], byte[]> consumer;
  private final ResetPolicy policy;
  private final Duration patience;
  private final Assignment assignment;
  private long expired;

  /**
   * Makes resets for one client.
   *
   * @param patience how long the cluster may take to tell its offsets
   * @param assignment told where each partition goes on
   */
  OffsetResets(
      Consumer<byte[], byte[]> consumer,
      ResetPolicy policy,
      Duration patience,
      Assignment assignment) {
    this.consumer = consumer;
    this.policy = policy;
    this.patience = patience;
    this.assignment = assignment;
  }

  /**
   * Gives the partitions that a poll complained of a position. One with records in hand is left
   * alone until they are settled: then the client complains again.
   *
   * @throws InvalidOffsetException the same, if the policy is not to
   * @throws org.apache.kafka.common.errors.RetriableException if the cluster does not answer; the
   *     next poll complains again
   */
  void resolve(InvalidOffsetException complaint) {
    if (policy == ResetPolicy.NONE) {
      throw complaint;
    }
    if (complaint instanceof OffsetOutOfRangeException outOfRange) {
      goOn(outOfRange);
    } else {
      begin(complaint.partitions());
    }
  }

  private void begin(Set<TopicPartition> partitions) {
    (policy == ResetPolicy.EARLIEST
            ? consumer.beginningOffsets(partitions, patience)
            : consumer.endOffsets(partitions, patience))
        .forEach((partition, offset) -> seek(partition, new OffsetAndMetadata(offset)));
  }

  private void goOn(OffsetOutOfRangeException complaint) {
    Map<TopicPartition, OffsetAndMetadata> divergent =
        complaint instanceof LogTruncationException truncation
            ? truncation.divergentOffsets()
            : Map.of();
    Map<TopicPartition, Long> positions = new HashMap<>(complaint.offsetOutOfRangePartitions());
    for (TopicPartition partition : List.copyOf(positions.keySet())) {
      if (assignment.isInHand(partition)) {
        assignment.get(partition).waitUntilSettled();
        positions.remove(partition);
      }
    }
    Map<TopicPartition, Long> beginnings = beginnings(positions.keySet(), divergent.keySet());
    positions.forEach(
        (partition, position) -> {
          OffsetAndMetadata end = divergent.get(partition);
          Long beginning = beginnings.get(partition);
          if (end != null) {
            LOG.error(
                "the log of {} was cut off at offset {}, before {}, which was read already; reading"
                    + " goes on from there, and records may differ from those delivered",
                partition,
                end.offset(),
                position);
            seek(partition, end);
          } else if (beginning != null) {
            goOn(partition, position, beginning);
          }
        });
  }

  private Map<TopicPartition, Long> beginnings(
      Collection<TopicPartition> all, Collection<TopicPartition> known) {
    Set<TopicPartition> wanted = new HashSet<>(all);
    wanted.removeAll(known);
    return wanted.isEmpty() ? Map.of() : consumer.beginningOffsets(wanted, patience);
  }

  private void goOn(TopicPartition partition, long position, long beginning) {
    if (position < beginning) {
      expired += beginning - position;
      LOG.error(
          "what {} had from offset {} up to {} expired before it was read; reading goes on at {}",
          partition,
          position,
          beginning,
          beginning);
    } else {
      LOG.error(
          "offset {} of {} is not in its log, which was cut off or made anew; it is read again from"
              + " its beginning, {}",
          position,
          partition,
          beginning);
    }
    seek(partition, new OffsetAndMetadata(beginning));
  }

  private void seek(TopicPartition partition, OffsetAndMetadata offset) {
    consumer.seek(partition, offset);
    assignment.restart(partition, offset);
  }

  /** Returns how many offsets passed out of the log before they were read. */
  long expired() {
    return expired;
  }
}
