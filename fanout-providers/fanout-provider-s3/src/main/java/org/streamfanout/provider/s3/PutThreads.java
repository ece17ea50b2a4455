package org.streamfanout.provider.s3;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.streamfanout.spi.ProviderContext;

/** The threads by which one engine stores several bodies at once. Thread-safe. */
final class PutThreads implements AutoCloseable {
  /** More puts at once than this gain little on the connection that one machine has. */
  private static final int THREADS = 8;

  private static final int IDLE_SECONDS = 30;

  final ExecutorService executor;

  private PutThreads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "fanout-claim-check");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    executor = threads;
  }

  static PutThreads of(ProviderContext context) {
    return context.shared(PutThreads.class, "s3", PutThreads::new);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
