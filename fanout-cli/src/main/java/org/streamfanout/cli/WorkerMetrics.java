package org.streamfanout.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/**
 * Counts what an engine does for as long as the process lives, in bounded memory: of targets and of
 * shards, those that nothing was heard of for longest are forgotten when there are too many.
 * Thread-safe.
 */
final class WorkerMetrics implements FanoutListener {
  /** As many targets, and as many shards; far more than one worker has at a time. */
  static final int MOST = 1_000;

  /**
   * A shard that holds something is heard of after each cycle and pause, which is less than a
   * minute; if not, another worker has it.
   */
  static final Duration HELD_KNOWN = Duration.ofMinutes(2);

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<TargetKey, Sums> targets = recentLast();
  private final Map<ShardKey, Long> shards = recentLast();
  private final Map<HeldKey, HeldNow> held = new HashMap<>();
  private final Map<Source, Instant> staleSince = new HashMap<>();
  private long settled;

  private record TargetKey(Source source, String id) {}

  private record ShardKey(Source source, @Nullable String shard) {}

  private record HeldKey(ShardKey shard, String target) {}

  private record HeldNow(WorkerNumbers.Held held, Instant heardOf) {}

  private static final class Sums {
    private TargetCounts counts = TargetCounts.ZERO;
    private @Nullable String type;
    private @Nullable Failure firstFailure;
    private final Map<String, Long> attempts = new TreeMap<>();
    private final LatencyBuckets.Counter took = new LatencyBuckets.Counter();
    private long bytes;
    private CircuitState circuit = CircuitState.CLOSED;
    private @Nullable Integer callLimit;
  }

  WorkerMetrics(Clock clock) {
    this.clock = clock;
  }

  private static <K, V> Map<K, V> recentLast() {
    return new LinkedHashMap<>(16, 0.75f, true);
  }

  @Override
  public void sent(SendEvent event) {
    Failure failure = event.failure();
    String outcome = failure == null ? "accepted" : failure.kind().name().toLowerCase(Locale.ROOT);
    lock.lock();
    try {
      Sums sums = sums(event.source(), event.targetId());
      sums.attempts.merge(outcome, 1L, Long::sum);
      sums.bytes += event.bytes();
      sums.took.add(event.took());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void circuit(CircuitEvent event) {
    lock.lock();
    try {
      sums(event.source(), event.targetId()).circuit = event.to();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void concurrency(ConcurrencyEvent event) {
    lock.lock();
    try {
      sums(event.source(), event.targetId()).callLimit = event.limit();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void settled(TargetEvent event) {
    lock.lock();
    try {
      Sums sums = sums(event.source(), event.targetId());
      if (sums.type == null || !event.type().isEmpty()) {
        sums.type = event.type();
      }
      sums.counts = Totals.sum(sums.counts, Totals.difference(event.counts(), event.before()));
      sums.firstFailure = sums.firstFailure == null ? event.firstFailure() : sums.firstFailure;
      hold(event);
    } finally {
      lock.unlock();
    }
  }

  private Sums sums(Source source, String targetId) {
    Sums sums = targets.computeIfAbsent(new TargetKey(source, targetId), key -> new Sums());
    forgetEldest(targets);
    return sums;
  }

  private static void forgetEldest(Map<?, ?> map) {
    if (map.size() > MOST) {
      var eldest = map.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  private void hold(TargetEvent event) {
    HeldKey key = new HeldKey(new ShardKey(event.source(), event.shard()), event.targetId());
    long records = event.counts().held();
    if (records == 0) {
      held.remove(key);
      return;
    }
    Instant now = clock.instant();
    HeldNow known = held.get(key);
    Instant since = known == null || isOver(known, now) ? now : known.held.since();
    Instant oldest = event.oldestHeld() == null ? since : event.oldestHeld();
    held.put(key, new HeldNow(new WorkerNumbers.Held(records, since, oldest), now));
  }

  private static boolean isOver(HeldNow known, Instant now) {
    return known.heardOf.plus(HELD_KNOWN).isBefore(now);
  }

  @Override
  public void finished(FanoutEvent event) {
    long more = Math.max(0, event.settled() - event.settledBefore());
    lock.lock();
    try {
      settled += more;
      shards.merge(new ShardKey(event.source(), event.shard()), more, Long::sum);
      forgetEldest(shards);
      if (event.staleSince() == null) {
        staleSince.remove(event.source());
      } else {
        staleSince.put(event.source(), event.staleSince());
      }
      Instant now = clock.instant();
      held.values().removeIf(each -> isOver(each, now));
    } finally {
      lock.unlock();
    }
  }

  /** Returns the numbers as they are now. */
  WorkerNumbers numbers() {
    lock.lock();
    try {
      Instant now = clock.instant();
      held.values().removeIf(each -> isOver(each, now));
      Map<TargetKey, WorkerNumbers.Held> heldByTarget = new HashMap<>();
      held.forEach(
          (key, each) ->
              heldByTarget.merge(
                  new TargetKey(key.shard.source, key.target),
                  each.held,
                  WorkerNumbers.Held::plus));
      List<WorkerNumbers.Target> all = new ArrayList<>();
      targets.forEach((key, sums) -> all.add(target(key, sums, heldByTarget.get(key))));
      all.sort(
          (one, other) ->
              one.source().equals(other.source())
                  ? one.id().compareTo(other.id())
                  : one.source().id().compareTo(other.source().id()));
      List<WorkerNumbers.Shard> allShards = new ArrayList<>();
      shards.forEach(
          (key, count) -> allShards.add(new WorkerNumbers.Shard(key.source, key.shard, count)));
      allShards.sort(
          (one, other) ->
              place(one.source(), one.name()).compareTo(place(other.source(), other.name())));
      return new WorkerNumbers(now, settled, all, allShards, staleSince);
    } finally {
      lock.unlock();
    }
  }

  private static String place(Source source, @Nullable String shard) {
    return source.id() + " " + Objects.requireNonNullElse(shard, "");
  }

  private static WorkerNumbers.Target target(
      TargetKey key, Sums sums, WorkerNumbers.@Nullable Held held) {
    return new WorkerNumbers.Target(
        key.source,
        key.id,
        sums.type,
        Totals.withHeld(sums.counts, held == null ? 0 : held.records()),
        sums.attempts,
        sums.bytes,
        sums.took.now(),
        held,
        sums.circuit,
        sums.callLimit,
        sums.firstFailure);
  }
}
