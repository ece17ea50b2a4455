package org.streamfanout.provider.redis;

import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.TimeUnit;

/** The threads that all Redis connections of an engine share. Thread-safe. */
final class RedisResources implements AutoCloseable {
  private static final int IO_THREADS = 2;
  private static final int COMPUTATION_THREADS = 2;
  private static final long CLOSE_SECONDS = 5;

  private final ClientResources resources =
      ClientResources.builder()
          .ioThreadPoolSize(IO_THREADS)
          .computationThreadPoolSize(COMPUTATION_THREADS)
          .commandLatencyRecorder(CommandLatencyRecorder.disabled())
          .build();

  /**
   * Returns resources with these threads that connect to covered hosts only. Never shut them down:
   * that would stop the threads for every target.
   */
  ClientResources within(RedisHosts hosts) {
    return resources.mutate().socketAddressResolver(new CoveredAddresses(hosts)).build();
  }

  @Override
  public void close() {
    resources.shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
