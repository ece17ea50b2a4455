package org.streamfanout.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.TargetResult;
import org.streamfanout.lambda.BatchItemFailures;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/**
 * Hands events to the engine, one after the other; the shards of one event side by side. Once a
 * shard has left something held, its later batches are not sent: they would overtake it. Not
 * thread-safe.
 */
final class EventRun implements AutoCloseable {
  /** More shards than this in one event wait for one another. */
  private static final int SHARDS_AT_ONCE = 32;

  private final FanoutEngine engine;
  private final Totals totals;
  private final Duration timeout;
  private final Map<Shard, List<TargetResult>> held = new HashMap<>();
  private final ExecutorService threads;

  private record Shard(Source source, @Nullable String name) {
    static Shard of(SourceBatch batch) {
      return new Shard(batch.source(), batch.shard());
    }
  }

  EventRun(FanoutEngine engine, Totals totals, Duration timeout) {
    this.engine = engine;
    this.totals = totals;
    this.timeout = timeout;
    this.threads =
        Executors.newFixedThreadPool(
            SHARDS_AT_ONCE,
            task -> {
              Thread thread = new Thread(task, "fanout-shard");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Delivers the batches of one event.
   *
   * @return what a Lambda with partial responses would answer; {@code throws} where it would
   * @throws UnusableException if the engine could not process a batch; the others were processed
   */
  String process(List<SourceBatch> batches) throws InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    List<@Nullable Future<FanoutResult>> results = new ArrayList<>();
    for (SourceBatch batch : batches) {
      results.add(
          held.containsKey(Shard.of(batch))
              ? null
              : threads.submit(() -> engine.process(batch, deadline)));
    }
    List<List<Position>> unsettled = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (int index = 0; index < batches.size(); index++) {
      Future<FanoutResult> result = results.get(index);
      try {
        unsettled.add(
            result == null ? hold(batches.get(index)) : add(batches.get(index), result.get()));
      } catch (ExecutionException e) {
        problems.add(problem(e));
      }
    }
    if (!problems.isEmpty()) {
      throw UnusableException.underWay(problems);
    }
    return answer(batches, unsettled);
  }

  private static String answer(List<SourceBatch> batches, List<List<Position>> unsettled) {
    if (batches.stream().map(SourceBatch::source).allMatch(BatchItemFailures::areKnownTo)) {
      return new String(BatchItemFailures.of(batches, unsettled), StandardCharsets.UTF_8);
    }
    return unsettled.stream().allMatch(List::isEmpty) ? "null" : "throws";
  }

  private List<Position> add(SourceBatch batch, FanoutResult result) {
    totals.add(result);
    if (!result.isSettled()) {
      held.put(Shard.of(batch), result.targets());
    }
    return result.unsettled();
  }

  private List<Position> hold(SourceBatch batch) {
    List<Position> positions = batch.records().stream().map(FanoutRecord::position).toList();
    Position first = positions.isEmpty() ? null : positions.get(0);
    Checkpoint checkpoint = new Checkpoint(0, positions.size(), null, first);
    totals.addUnsent(batch, held.getOrDefault(Shard.of(batch), List.of()), checkpoint);
    return positions;
  }

  private static String problem(ExecutionException failed) {
    Throwable cause = failed.getCause();
    if (cause instanceof FanoutException problem) {
      return String.valueOf(problem.getMessage());
    }
    throw new IllegalStateException("the engine failed; what is left was not sent", cause);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
