package org.streamfanout.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.TargetResult;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/** Sums up a run, by target and by batch. Thread-safe. */
final class Totals implements FanoutListener {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Target> targets = new LinkedHashMap<>();
  private final Map<Key, Duration> times = new LinkedHashMap<>();
  private final List<BatchTotal> batches = new ArrayList<>();

  private record Key(Source source, String targetId) {}

  /**
   * What became of everything at one target.
   *
   * @param time the time spent in calls, those that ran side by side added up
   */
  record Target(
      Source source,
      String id,
      String type,
      TargetCounts counts,
      @Nullable Failure firstFailure,
      Duration time) {}

  /** How far one batch got. */
  record BatchTotal(Source source, @Nullable String shard, Checkpoint checkpoint) {}

  @Override
  public void sent(SendEvent event) {
    lock.lock();
    try {
      times.merge(new Key(event.source(), event.targetId()), event.took(), Duration::plus);
    } finally {
      lock.unlock();
    }
  }

  /** Adds the engine's answer for a batch. */
  void add(FanoutResult result) {
    lock.lock();
    try {
      result.targets().forEach(each -> add(result.source(), each));
      batches.add(new BatchTotal(result.source(), result.shard(), result.checkpoint()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a batch that was not sent, because an earlier one of its shard left something held.
   *
   * @param earlier the targets of that one, each of which now holds this batch, too
   */
  void addUnsent(SourceBatch batch, List<TargetResult> earlier, Checkpoint checkpoint) {
    long records = batch.records().size();
    TargetCounts held = new TargetCounts(records, 0, 0, 0, 0, 0, 0, records, 0, 0);
    lock.lock();
    try {
      for (TargetResult each : earlier) {
        add(batch.source(), new TargetResult(each.targetId(), each.type(), held, null));
      }
      batches.add(new BatchTotal(batch.source(), batch.shard(), checkpoint));
    } finally {
      lock.unlock();
    }
  }

  private void add(Source source, TargetResult result) {
    Key key = new Key(source, result.targetId());
    Target old =
        targets.getOrDefault(
            key,
            new Target(
                source, result.targetId(), result.type(), TargetCounts.ZERO, null, Duration.ZERO));
    targets.put(
        key,
        new Target(
            source,
            old.id(),
            old.type(),
            old.counts().plus(result.counts()),
            old.firstFailure() == null ? result.firstFailure() : old.firstFailure(),
            Duration.ZERO));
  }

  /** Returns the targets, in the order in which they were met. */
  List<Target> targets() {
    lock.lock();
    try {
      return targets.entrySet().stream()
          .map(entry -> timed(entry.getValue(), times.get(entry.getKey())))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private static Target timed(Target target, @Nullable Duration time) {
    return new Target(
        target.source(),
        target.id(),
        target.type(),
        target.counts(),
        target.firstFailure(),
        time == null ? Duration.ZERO : time);
  }

  /** Returns the batches, in the order in which they were added. */
  List<BatchTotal> batches() {
    lock.lock();
    try {
      return List.copyOf(batches);
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether every record of every batch is settled. */
  boolean isSettled() {
    return batches().stream().allMatch(batch -> batch.checkpoint().isComplete());
  }
}
