package org.streamfanout.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * A stand-in for a client and its cluster: the client library's own, which here waits in a poll,
 * keeps its commits and fails as it is told.
 */
final class ScriptedConsumer extends MockConsumer<byte[], byte[]> {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How soon a change is seen that nobody tells. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(5);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Map<TopicPartition, OffsetAndMetadata>> commits = new ArrayList<>();
  private final Deque<KafkaException> commitFailures = new ArrayDeque<>();
  private final Deque<KafkaException> pollFailures = new ArrayDeque<>();
  private final Deque<Map<TopicPartition, OffsetAndMetadata>> skips = new ArrayDeque<>();
  private final AtomicInteger polls = new AtomicInteger();
  private volatile ConsumerRebalanceListener listener;

  ScriptedConsumer() {
    super("none");
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener newListener) {
    super.subscribe(topics, newListener);
    listener = newListener;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    polls.incrementAndGet();
    KafkaException failure = locked(pollFailures::poll);
    if (failure != null) {
      throw failure;
    }
    Map<TopicPartition, OffsetAndMetadata> skip = locked(skips::poll);
    if (skip != null) {
      return new ConsumerRecords<>(Map.of(), skip);
    }
    ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
    lock.lock();
    try {
      changed.signalAll();
      if (records.isEmpty() && !timeout.isZero()) {
        changed.awaitNanos(LOOK);
      }
    } catch (InterruptedException e) {
      throw new org.apache.kafka.common.errors.InterruptException(e);
    } finally {
      lock.unlock();
    }
    return records;
  }

  @Override
  public synchronized void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    KafkaException failure = locked(commitFailures::poll);
    if (failure != null) {
      callback.onComplete(offsets, failure);
      return;
    }
    super.commitAsync(offsets, callback);
    note(offsets);
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    if (Thread.currentThread().isInterrupted()) {
      throw new org.apache.kafka.common.errors.InterruptException("a commit by an interrupted one");
    }
    KafkaException failure = locked(commitFailures::poll);
    if (failure != null) {
      throw failure;
    }
    super.commitAsync(offsets, null);
    note(offsets);
  }

  private void note(Map<TopicPartition, OffsetAndMetadata> offsets) {
    locked(
        () -> {
          commits.add(Map.copyOf(offsets));
          changed.signalAll();
          return null;
        });
  }

  private <T> T locked(java.util.function.Supplier<T> value) {
    lock.lock();
    try {
      return value.get();
    } finally {
      lock.unlock();
    }
  }

  /** Lets the next commits fail, one each. */
  void failCommits(KafkaException... failures) {
    locked(() -> commitFailures.addAll(Arrays.asList(failures)));
  }

  /** Lets the next polls fail, one each. */
  void failPolls(KafkaException... failures) {
    locked(() -> pollFailures.addAll(Arrays.asList(failures)));
  }

  /** Lets a poll pass over offsets that hold no record, as transactions' markers are. */
  void skipTo(TopicPartition partition, long offset) {
    locked(() -> skips.add(Map.of(partition, new OffsetAndMetadata(offset))));
  }

  /** Does something in the thread that polls, inside a poll, as the group's changes are. */
  void inPoll(Runnable task) throws InterruptedException {
    java.util.concurrent.CountDownLatch done = new java.util.concurrent.CountDownLatch(1);
    schedulePollTask(
        () -> {
          try {
            task.run();
          } finally {
            done.countDown();
          }
        });
    if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("nobody polls");
    }
  }

  /** Gives the consumer these partitions of its group and takes the others away. */
  void assigned(TopicPartition... partitions) throws InterruptedException {
    inPoll(() -> rebalance(List.of(partitions)));
  }

  /** Tells that the group has given everything to others already. */
  void lost() throws InterruptedException {
    inPoll(
        () -> {
          listener.onPartitionsLost(assignment());
          unsubscribeQuietly();
        });
  }

  private void unsubscribeQuietly() {
    ConsumerRebalanceListener before = listener;
    Collection<String> topics = subscription();
    unsubscribe();
    subscribe(topics, before);
  }

  /** Puts records into the log, as texts, from an offset on; null is a tombstone. */
  void write(TopicPartition partition, long from, String... values) {
    long offset = from;
    for (String value : values) {
      addRecord(record(partition, offset++, "key", value));
    }
  }

  static ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, long offset, String key, String value) {
    byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        1_700_000_000_000L + offset,
        TimestampType.CREATE_TIME,
        -1,
        -1,
        keyBytes,
        bytes,
        new RecordHeaders(),
        Optional.of(7));
  }

  /** Waits until something is so. */
  void await(BooleanSupplier reached) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not reached within " + PATIENCE + "; commits: " + commits());
      }
      lock.lockInterruptibly();
      try {
        changed.awaitNanos(LOOK);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until so many more polls have been. */
  void awaitPolls(int more) throws InterruptedException {
    int from = polls.get();
    await(() -> polls.get() >= from + more);
  }

  /** Waits until an offset is committed. */
  void awaitCommit(TopicPartition partition, long offset) throws InterruptedException {
    await(() -> offset(partition) != null && offset(partition) >= offset);
  }

  /** Returns every commit that was made, in order. */
  List<Map<TopicPartition, OffsetAndMetadata>> commits() {
    return locked(() -> List.copyOf(commits));
  }

  /** Returns the offsets committed of a partition, in order. */
  List<Long> commits(TopicPartition partition) {
    return commits().stream()
        .filter(commit -> commit.containsKey(partition))
        .map(commit -> commit.get(partition).offset())
        .toList();
  }

  /** Returns what is committed of a partition; null for nothing. */
  Long offset(TopicPartition partition) {
    List<Long> all = commits(partition);
    return all.isEmpty() ? null : all.get(all.size() - 1);
  }

  /** Sets where a log begins and ends. */
  void log(TopicPartition partition, long beginning, long end) {
    updateBeginningOffsets(new HashMap<>(Map.of(partition, beginning)));
    updateEndOffsets(new HashMap<>(Map.of(partition, end)));
  }

  /** Returns what hears of partitions that come and go. */
  ConsumerRebalanceListener listener() {
    return listener;
  }
}
