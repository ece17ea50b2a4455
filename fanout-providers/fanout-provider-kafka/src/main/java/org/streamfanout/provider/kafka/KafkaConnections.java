package org.streamfanout.provider.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The producers of one target. Each serves one send at a time, so that cutting one send off never
 * touches another's records. Thread-safe.
 */
final class KafkaConnections implements AutoCloseable {
  /** A producer, and the login that it was made with. */
  record Connection(Producer<byte[], byte[]> producer, @Nullable String login) {
    /** Gives up what the producer holds, so that nothing of it is sent from now on. */
    void abort() {
      try {
        producer.close(Duration.ZERO);
      } catch (KafkaException notTidied) {
        // By then its thread has been told to drop everything and to stop, which is what counts.
      }
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private boolean closed;

  /** Returns an idle producer of a login, or a new one. */
  Connection take(@Nullable String login, Supplier<Producer<byte[], byte[]>> factory) {
    List<Connection> old = new ArrayList<>();
    Connection found = null;
    lock.lock();
    try {
      while (found == null && !idle.isEmpty()) {
        Connection last = idle.pop();
        if (Objects.equals(last.login(), login)) {
          found = last;
        } else {
          old.add(last);
        }
      }
    } finally {
      lock.unlock();
    }
    old.forEach(Connection::abort);
    return found != null ? found : new Connection(factory.get(), login);
  }

  /** Takes a producer back that holds nothing. */
  void giveBack(Connection connection) {
    boolean isKept;
    lock.lock();
    try {
      isKept = !closed;
      if (isKept) {
        idle.push(connection);
      }
    } finally {
      lock.unlock();
    }
    if (!isKept) {
      connection.abort();
    }
  }

  /** Closes those that are idle; those in use are closed when they are given back. */
  @Override
  public void close() {
    List<Connection> all;
    lock.lock();
    try {
      closed = true;
      all = new ArrayList<>(idle);
      idle.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(Connection::abort);
  }
}
