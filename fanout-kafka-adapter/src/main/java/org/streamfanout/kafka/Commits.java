package org.streamfanout.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Deadline;

/**
 * Commits offsets, one commit at a time, so that no earlier one lands on a later one. A commit that
 * fails is made again with what is settled by then. For the thread that polls.
 */
final class Commits {
  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  private final Consumer<byte[], byte[]> consumer;
  private final Duration interval;
  private final BiConsumer<TopicPartition, OffsetAndMetadata> committed;
  private Deadline next;
  private boolean underWay;
  private @Nullable String problem;
  private @Nullable KafkaException denied;

  /** How a commit that was waited for has ended. */
  enum End {
    COMMITTED,
    /** The group moves partitions around: possible again after a poll. */
    REBALANCING,
    FAILED
  }

  /**
   * Makes commits for one client.
   *
   * @param committed told what was committed
   */
  Commits(
      Consumer<byte[], byte[]> consumer,
      Duration interval,
      BiConsumer<TopicPartition, OffsetAndMetadata> committed) {
    this.consumer = consumer;
    this.interval = interval;
    this.committed = committed;
    this.next = Deadline.after(interval);
  }

  /** Returns whether it is time for a commit. */
  boolean isDue() {
    return !underWay && next.isExpired();
  }

  /**
   * Starts a commit.
   *
   * @throws KafkaException if an earlier one was denied
   */
  void start(Map<TopicPartition, OffsetAndMetadata> offsets) {
    throwDenied();
    next = Deadline.after(interval);
    if (!offsets.isEmpty()) {
      underWay = true;
      consumer.commitAsync(offsets, this::ended);
    }
  }

  private void ended(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Exception error) {
    underWay = false;
    if (error == null) {
      succeeded(offsets);
    } else {
      failed(error);
    }
  }

  private void succeeded(Map<TopicPartition, OffsetAndMetadata> offsets) {
    problem = null;
    offsets.forEach(committed);
  }

  private void failed(Exception error) {
    if (problem == null) {
      LOG.warn("a commit failed; it is made again with what is settled by then", error);
    } else {
      LOG.debug("a commit failed again", error);
    }
    problem = "a commit failed: " + Objects.toString(error.getMessage(), error.toString());
    if (isDenied(error)) {
      denied = (KafkaException) error;
    }
  }

  private static boolean isDenied(Exception error) {
    return error instanceof AuthenticationException
        || error instanceof AuthorizationException
        || error instanceof FencedInstanceIdException;
  }

  private void throwDenied() {
    if (denied != null) {
      throw denied;
    }
  }

  /**
   * Commits and waits for it, whatever the thread's interrupt flag says, which it keeps. Throws
   * nothing, since it is called where the client hands partitions over, too.
   */
  End finish(Map<TopicPartition, OffsetAndMetadata> offsets, Duration atMost) {
    if (offsets.isEmpty()) {
      return End.COMMITTED;
    }
    boolean interrupted = Thread.interrupted();
    Deadline deadline = Deadline.after(atMost);
    try {
      while (true) {
        try {
          consumer.commitSync(offsets, deadline.remaining());
          succeeded(offsets);
          return End.COMMITTED;
        } catch (WakeupException e) {
          LOG.debug("a commit was woken; it is made again", e);
        }
      }
    } catch (RebalanceInProgressException e) {
      failed(e);
      return End.REBALANCING;
    } catch (KafkaException e) {
      failed(e);
      interrupted |= Thread.interrupted();
      return End.FAILED;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns why the last commit failed; null if it did not. */
  @Nullable String problem() {
    return problem;
  }
}
