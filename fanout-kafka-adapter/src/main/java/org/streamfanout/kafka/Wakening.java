package org.streamfanout.kafka;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/**
 * Ends a wait for records early when there is something else to do, so that no batch waits for
 * another poll to time out. Thread-safe; one thread polls.
 */
final class Wakening {
  private final Consumer<byte[], byte[]> consumer;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean polling;
  private boolean woken;

  Wakening(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Makes a poll that waits, or else the next one, wait no more. */
  void wake() {
    lock.lock();
    try {
      if (polling && !woken) {
        consumer.wakeup();
      }
      woken = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Polls.
   *
   * @throws org.apache.kafka.common.errors.WakeupException if it was woken; nothing is lost
   */
  ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
    boolean waits;
    lock.lock();
    try {
      waits = !woken;
      polling = true;
      // Not to be woken again where it does not wait: a wake-up that comes then is for the next.
      woken = false;
    } finally {
      lock.unlock();
    }
    try {
      return consumer.poll(waits ? atMost : Duration.ZERO);
    } finally {
      lock.lock();
      try {
        polling = false;
        // What was woken is over; state that led to it is looked at before the next poll.
        woken = false;
      } finally {
        lock.unlock();
      }
    }
  }
}
