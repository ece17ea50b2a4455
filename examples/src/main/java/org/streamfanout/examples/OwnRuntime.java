package org.streamfanout.examples;

import java.time.Clock;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.TargetRegistry;

/** The engine in a runtime of one's own: shards side by side, on the host's executor. */
public final class OwnRuntime implements AutoCloseable {
  private final FanoutEngine engine;
  private final Executor executor;
  private final Queue<ShardDelivery> running = new ConcurrentLinkedQueue<>();

  /** Returns an engine that takes up changes of the targets within ten seconds. */
  public static FanoutEngine engine(TargetRegistry targets, Executor sends) {
    var cached = new CachingTargetRegistry(targets, Duration.ofSeconds(10), Clock.systemUTC());
    return FanoutEngine.builder().registry(cached).executor(sends).build();
  }

  /** Takes an engine to share among all shards, and an executor with a thread for each of them. */
  public OwnRuntime(FanoutEngine engine, Executor executor) {
    this.engine = engine;
    this.executor = executor;
  }

  /** Delivers a shard in the background: its batches in, its checkpoint out. */
  public void start(Iterable<SourceBatch> batches, ShardDelivery.Progress checkpoint) {
    var delivery = new ShardDelivery(engine, ShardOptions.DEFAULT);
    running.add(delivery);
    executor.execute(
        () -> {
          for (var batch : batches) {
            // What some target still misses is sent again to that one, until nothing is left.
            if (!delivery.deliver(batch, checkpoint).isComplete() || delivery.isStopped()) {
              break;
            }
          }
          running.remove(delivery);
        });
  }

  /** Drains: batches under way have ten seconds to settle; what is left then is not committed. */
  @Override
  public void close() {
    var end = Deadline.after(Duration.ofSeconds(10));
    running.forEach(delivery -> delivery.stop(end));
    running.forEach(ShardDelivery::awaitEnd);
  }
}
