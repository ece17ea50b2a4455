package org.streamfanout.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.kafka.ConsumerStatus.State;
import org.streamfanout.spi.Deadline;

/**
 * The life of one client: polls, hands batches out, commits, follows the group, ends. One thread
 * runs it; {@link #stop} and {@link #status} are for any.
 */
final class PollLoop implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);

  /** How long a poll waits when there is nothing to do: how late a commit may be. */
  private static final Duration POLL = Duration.ofMillis(500);

  /** The pause after a poll that failed, and between looks at the status. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final ConsumerSettings settings;
  private final Consumer<byte[], byte[]> consumer;
  private final Wakening wakening;
  private final Assignment assignment;
  private final Commits commits;
  private final OffsetResets resets;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopped = lock.newCondition();
  private @Nullable Deadline stopAt;

  private boolean joined;
  private boolean interrupted;
  private boolean leftSome;
  private @Nullable String problem;
  private Deadline nextStatus = Deadline.after(Duration.ZERO);
  private volatile ConsumerStatus status = new ConsumerStatus(State.JOINING, List.of(), 0, null);

  PollLoop(
      FanoutEngine engine,
      ConsumerSettings settings,
      KafkaOptions options,
      Executor executor,
      Consumer<byte[], byte[]> consumer) {
    this.settings = settings;
    this.consumer = consumer;
    this.wakening = new Wakening(consumer);
    this.assignment = new Assignment(engine, options.delivery(), settings.sources(), executor);
    this.commits = new Commits(consumer, options.commitInterval(), assignment::committed);
    this.resets = new OffsetResets(consumer, settings.reset(), settings.revokeLimit(), assignment);
  }

  /** Asks the loop to end by then, or earlier if that was asked before. */
  void stop(Deadline deadline) {
    lock.lock();
    try {
      Deadline known = stopAt;
      if (known == null || deadline.remainingNanos() < known.remainingNanos()) {
        stopAt = deadline;
      }
      stopped.signalAll();
    } finally {
      lock.unlock();
    }
    wakening.wake();
  }

  private @Nullable Deadline stopAt() {
    lock.lock();
    try {
      return stopAt;
    } finally {
      lock.unlock();
    }
  }

  ConsumerStatus status() {
    return status;
  }

  /**
   * Runs until the stop.
   *
   * @return whether everything that was under way then is settled and committed
   */
  boolean run() {
    Throwable failure = null;
    boolean clean = false;
    try {
      consumer.subscribe(settings.sources().keySet(), this);
      while (stopAt() == null) {
        turn();
      }
      drain();
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      clean = end(failure);
    }
    return clean;
  }

  private void turn() {
    assignment.all().forEach(AssignedPartition::look);
    pauseOnly(assignment.busy());
    deliver(poll(POLL));
    if (commits.isDue()) {
      commits.start(Assignment.uncommitted(assignment.all()));
    }
    if (nextStatus.isExpired()) {
      publish(joined ? State.RUNNING : State.JOINING);
    }
  }

  private void pauseOnly(Set<TopicPartition> wanted) {
    Set<TopicPartition> assigned = consumer.assignment();
    Set<TopicPartition> paused = consumer.paused();
    Set<TopicPartition> toPause = new HashSet<>(wanted);
    toPause.retainAll(assigned);
    toPause.removeAll(paused);
    Set<TopicPartition> toResume = new HashSet<>(paused);
    toResume.retainAll(assigned);
    toResume.removeAll(wanted);
    consumer.pause(toPause);
    consumer.resume(toResume);
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
    try {
      ConsumerRecords<byte[], byte[]> records = wakening.poll(atMost);
      problem = null;
      return records;
    } catch (WakeupException e) {
      LOG.trace("woken", e);
    } catch (InvalidOffsetException e) {
      resolve(e);
    } catch (RetriableException e) {
      waitAfter(e);
    } catch (InterruptException e) {
      interrupted |= Thread.interrupted();
      stop(Deadline.after(Duration.ZERO));
    }
    return ConsumerRecords.empty();
  }

  private void resolve(InvalidOffsetException complaint) {
    try {
      resets.resolve(complaint);
    } catch (WakeupException e) {
      LOG.trace("woken; the client complains again", e);
    } catch (RetriableException e) {
      waitAfter(e);
    }
  }

  /** A pause after a failure, which a stop ends. */
  private void waitAfter(RetriableException error) {
    if (problem == null) {
      LOG.warn("reading fails; it is tried again", error);
    }
    problem = "reading fails: " + Objects.toString(error.getMessage(), error.toString());
    lock.lock();
    try {
      long left = PAUSE.toNanos();
      while (left > 0 && stopAt == null) {
        left = stopped.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      interrupted = true;
      stopAt = Deadline.after(Duration.ZERO);
    } finally {
      lock.unlock();
    }
  }

  private void deliver(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> read = records.records(partition);
      PartitionBatch batch = new PartitionBatch(read, records.nextOffsets().get(partition));
      assignment.get(partition).deliver(batch, wakening::wake);
    }
    records
        .nextOffsets()
        .forEach(
            (partition, next) -> {
              if (!assignment.isInHand(partition)) {
                assignment.get(partition).goOnAt(next);
              }
            });
  }

  /** Stays in the group while what is in hand is delivered, until the stop's deadline. */
  private void drain() {
    Deadline deadline = Objects.requireNonNull(stopAt());
    while (!deadline.isExpired() && isDelivering()) {
      stopAll(deadline);
      publish(State.STOPPING);
      pauseOnly(consumer.assignment());
      Duration left = deadline.remaining();
      // What it brings of partitions that have just come is nobody's: it is not committed.
      poll(left.compareTo(POLL) < 0 ? left : POLL);
      deadline = Objects.requireNonNull(stopAt());
    }
  }

  private boolean isDelivering() {
    return assignment.all().stream().anyMatch(AssignedPartition::isDelivering);
  }

  private void stopAll(Deadline deadline) {
    assignment.all().forEach(partition -> partition.stop(deadline));
  }

  /** Commits what is settled and leaves the group; adds to a failure instead of throwing. */
  private boolean end(@Nullable Throwable failure) {
    Deadline deadline = stopAt();
    stopAll(deadline == null ? Deadline.after(settings.revokeLimit()) : deadline);
    publish(State.STOPPING);
    interrupted |= Thread.interrupted();
    assignment.all().forEach(AssignedPartition::awaitEnd);
    boolean settled = !leftSome && assignment.all().stream().allMatch(AssignedPartition::isClean);
    boolean committed = commitAtLast();
    try {
      consumer.close(CloseOptions.timeout(settings.revokeLimit()));
    } catch (KafkaException e) {
      if (failure == null) {
        LOG.warn("the group was not left in order; it notices after session.timeout.ms", e);
      } else {
        failure.addSuppressed(e);
      }
    } finally {
      publish(State.ENDED);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return failure == null && settled && committed;
  }

  private boolean commitAtLast() {
    Deadline deadline = Deadline.after(settings.revokeLimit());
    Commits.End end;
    do {
      end = commits.finish(Assignment.uncommitted(assignment.all()), deadline.remaining());
      if (end == Commits.End.REBALANCING) {
        rejoin(deadline.remaining());
      }
    } while (end == Commits.End.REBALANCING && !deadline.isExpired());
    return end == Commits.End.COMMITTED;
  }

  private void rejoin(Duration atMost) {
    pauseOnly(consumer.assignment());
    try {
      poll(atMost.compareTo(PAUSE) < 0 ? atMost : PAUSE);
    } catch (KafkaException e) {
      LOG.debug("the group cannot be joined again for the last commit", e);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    LOG.debug("assigned: {}", partitions);
    joined = true;
    // None of them is there unless the client gave it up without a word.
    assignment.remove(partitions, Deadline.after(Duration.ZERO));
    assignment.add(partitions);
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    LOG.debug("revoked: {}", partitions);
    Deadline limit = Deadline.after(settings.revokeLimit());
    Deadline stop = stopAt();
    List<AssignedPartition> gone =
        assignment.remove(
            partitions,
            stop != null && stop.remainingNanos() < limit.remainingNanos() ? stop : limit);
    commits.finish(Assignment.uncommitted(gone), settings.revokeLimit());
    noteLeft(gone);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) {
      LOG.warn(
          "lost {}: this consumer was out of its group; others deliver again what is not committed",
          partitions);
    }
    joined = false;
    noteLeft(assignment.remove(partitions, Deadline.after(Duration.ZERO)));
  }

  private void noteLeft(List<AssignedPartition> gone) {
    leftSome |= stopAt() != null && !gone.stream().allMatch(AssignedPartition::isClean);
  }

  private void publish(State state) {
    nextStatus = Deadline.after(PAUSE);
    List<PartitionStatus> partitions = new ArrayList<>();
    if (state != State.ENDED) {
      Set<TopicPartition> known = consumer.assignment();
      for (AssignedPartition assigned : assignment.inOrder()) {
        TopicPartition partition = assigned.partition();
        OptionalLong unread = known.contains(partition) ? unread(partition) : OptionalLong.empty();
        partitions.add(
            new PartitionStatus(
                partition.topic(),
                partition.partition(),
                assigned.committed(),
                assigned.recordsInHand(),
                unread.isEmpty() ? null : unread.getAsLong() + assigned.unsettledOffsets(),
                assigned.held()));
      }
    }
    status =
        new ConsumerStatus(
            state, partitions, resets.expired(), problem == null ? commits.problem() : problem);
  }

  private OptionalLong unread(TopicPartition partition) {
    try {
      return consumer.currentLag(partition);
    } catch (KafkaException e) {
      LOG.debug("how much of {} is unread is unknown", partition, e);
      return OptionalLong.empty();
    }
  }
}
