package org.streamfanout.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.kcl.FanoutWorker;

/**
 * A worker of the Kinesis Client Library.
 *
 * @param worker the worker
 * @param losses counts how often records were gone before they were read; null if nobody can tell
 */
record LeaseWorker(FanoutWorker worker, @Nullable LongAdder losses) implements Worker {
  @Override
  public void run() {
    worker.run();
  }

  @Override
  public boolean stop(Duration limit) {
    return worker.stop(limit);
  }

  @Override
  public Status status() {
    Map<String, ShardStatus> shards = worker.status();
    return new Status(
        List.of(),
        shards.size(),
        losses == null ? null : losses.sum(),
        shards.values().stream().reduce(ShardStatus.EMPTY, ShardStatus::plus));
  }
}
