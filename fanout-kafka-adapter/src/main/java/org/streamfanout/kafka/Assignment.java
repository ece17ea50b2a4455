package org.streamfanout.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Source;

/** The partitions that a consumer has now. For the thread that polls. */
final class Assignment {
  private final FanoutEngine engine;
  private final ShardOptions options;
  private final Map<String, Source> sources;
  private final Executor executor;
  private final Map<TopicPartition, AssignedPartition> partitions = new HashMap<>();

  Assignment(
      FanoutEngine engine, ShardOptions options, Map<String, Source> sources, Executor executor) {
    this.engine = engine;
    this.options = options;
    this.sources = sources;
    this.executor = executor;
  }

  /** Takes partitions on, each from its beginning as one. */
  void add(Collection<TopicPartition> added) {
    for (TopicPartition partition : added) {
      Source source = Objects.requireNonNull(sources.get(partition.topic()), partition.topic());
      partitions.put(
          partition, new AssignedPartition(partition, source, engine, options, executor));
    }
  }

  /** Returns one that is there. */
  AssignedPartition get(TopicPartition partition) {
    AssignedPartition found = partitions.get(partition);
    if (found == null) {
      throw new IllegalStateException(partition + " is not assigned");
    }
    return found;
  }

  /** Returns all. */
  Collection<AssignedPartition> all() {
    return partitions.values();
  }

  /**
   * Gives partitions up: what is in hand may go on until the deadline. Returns when none of them is
   * under way any more.
   */
  List<AssignedPartition> remove(Collection<TopicPartition> removed, Deadline deadline) {
    List<AssignedPartition> gone = new ArrayList<>();
    for (TopicPartition partition : removed) {
      AssignedPartition found = partitions.remove(partition);
      if (found != null) {
        found.stop(deadline);
        gone.add(found);
      }
    }
    gone.forEach(AssignedPartition::awaitEnd);
    return gone;
  }

  /** Lets an idle partition, with whatever it had committed, go on somewhere else in its log. */
  void restart(TopicPartition partition, OffsetAndMetadata offset) {
    if (isInHand(partition)) {
      throw new IllegalStateException(partition + " cannot go on elsewhere with records in hand");
    }
    add(List.of(partition));
    get(partition).goOnAt(offset);
  }

  /** Returns whether something of a partition is in hand that is not settled. */
  boolean isInHand(TopicPartition partition) {
    return get(partition).isInHand();
  }

  /** Returns those of which nothing more may be read now. */
  Set<TopicPartition> busy() {
    Set<TopicPartition> busy = new HashSet<>();
    partitions.forEach(
        (partition, state) -> {
          if (state.isBusy()) {
            busy.add(partition);
          }
        });
    return busy;
  }

  /** Returns what is to be committed of some partitions. */
  static Map<TopicPartition, OffsetAndMetadata> uncommitted(Collection<AssignedPartition> some) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (AssignedPartition partition : some) {
      OffsetAndMetadata offset = partition.uncommitted();
      if (offset != null) {
        offsets.put(partition.partition(), offset);
      }
    }
    return offsets;
  }

  /** Takes note of a commit, unless the partition is gone. */
  void committed(TopicPartition partition, OffsetAndMetadata offset) {
    AssignedPartition found = partitions.get(partition);
    if (found != null) {
      found.committed(offset);
    }
  }

  /** Returns the partitions by topic and number. */
  List<AssignedPartition> inOrder() {
    Map<String, TreeMap<Integer, AssignedPartition>> byTopic = new TreeMap<>();
    partitions.forEach(
        (partition, state) ->
            byTopic
                .computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                .put(partition.partition(), state));
    return byTopic.values().stream().flatMap(of -> of.values().stream()).toList();
  }
}
