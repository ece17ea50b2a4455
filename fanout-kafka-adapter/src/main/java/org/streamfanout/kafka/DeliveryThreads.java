package org.streamfanout.kafka;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The consumer's own executor: a thread for each partition that has a batch under way, and one for
 * each target that is behind in it.
 */
final class DeliveryThreads {
  private DeliveryThreads() {}

  /** Returns cached daemon threads. */
  static ExecutorService create() {
    AtomicInteger count = new AtomicInteger();
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, "fanout-kafka-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
