package org.streamfanout.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Ledger;
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

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<TargetKey, Sums> targets = recentLast();
  private final Map<ShardKey, Long> shards = recentLast();
  private final Ledger ledger;
  private final Map<Source, Instant> staleSince = new HashMap<>();
  private final Map<Source, Duration> retention = new HashMap<>();
  private long settled;

  private record TargetKey(Source source, String id) {}

  private record ShardKey(Source source, @Nullable String shard) {}

  /** What the calls of one target came to. */
  private static final class Sums {
    private final Map<String, Long> attempts = new TreeMap<>();
    private final LatencyBuckets.Counter took = new LatencyBuckets.Counter();
    private long bytes;
    private WorkerNumbers.Breaker breaker = WorkerNumbers.Breaker.CLOSED;
    private @Nullable Integer callLimit;
    private WorkerNumbers.@Nullable Failed lastFailure;
  }

  WorkerMetrics(Clock clock) {
    this.clock = clock;
    this.ledger = new Ledger(clock);
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
      if (failure != null) {
        sums.lastFailure = new WorkerNumbers.Failed(failure, clock.instant());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void circuit(CircuitEvent event) {
    lock.lock();
    try {
      Sums sums = sums(event.source(), event.targetId());
      Instant since = sums.breaker.since();
      sums.breaker =
          event.to() == CircuitState.CLOSED
              ? WorkerNumbers.Breaker.CLOSED
              : new WorkerNumbers.Breaker(event.to(), since == null ? clock.instant() : since);
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
    ledger.settled(event);
    Failure failure = event.firstFailure();
    if (failure != null && event.counts().held() > 0) {
      lock.lock();
      try {
        Sums sums = sums(event.source(), event.targetId());
        // What was never sent, since the target could not even be opened, say, has no attempt.
        if (sums.lastFailure == null) {
          sums.lastFailure = new WorkerNumbers.Failed(failure, clock.instant());
        }
      } finally {
        lock.unlock();
      }
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
      if (event.retention() == null) {
        retention.remove(event.source());
      } else {
        retention.put(event.source(), event.retention());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the numbers as they are now. */
  WorkerNumbers numbers() {
    List<Ledger.Entry> entries = ledger.snapshot();
    lock.lock();
    try {
      Map<TargetKey, Sums> unbooked = new HashMap<>(targets);
      List<WorkerNumbers.Target> all = new ArrayList<>();
      for (Ledger.Entry entry : entries) {
        Sums sums = unbooked.remove(new TargetKey(entry.source(), entry.targetId()));
        all.add(target(entry, sums == null ? new Sums() : sums));
      }
      unbooked.forEach((key, sums) -> all.add(target(key, sums)));
      all.sort(
          Comparator.comparing((WorkerNumbers.Target each) -> each.source().id())
              .thenComparing(WorkerNumbers.Target::id));
      List<WorkerNumbers.Shard> allShards = new ArrayList<>();
      shards.forEach(
          (key, count) -> allShards.add(new WorkerNumbers.Shard(key.source, key.shard, count)));
      allShards.sort(
          (one, other) ->
              place(one.source(), one.name()).compareTo(place(other.source(), other.name())));
      return new WorkerNumbers(
          clock.instant(), settled, ledger.difference(), all, allShards, staleSince, retention);
    } finally {
      lock.unlock();
    }
  }

  private static String place(Source source, @Nullable String shard) {
    return source.id() + " " + Objects.requireNonNullElse(shard, "");
  }

  private static WorkerNumbers.Target target(Ledger.Entry entry, Sums sums) {
    return new WorkerNumbers.Target(
        entry.source(),
        entry.targetId(),
        entry.type(),
        entry.counts(),
        sums.attempts,
        sums.bytes,
        sums.took.now(),
        entry.held(),
        sums.breaker,
        sums.callLimit,
        entry.firstFailure(),
        sums.lastFailure);
  }

  /** A target that has been sent to, and was in no answer yet: its first call is not done. */
  private static WorkerNumbers.Target target(TargetKey key, Sums sums) {
    return new WorkerNumbers.Target(
        key.source,
        key.id,
        null,
        TargetCounts.ZERO,
        sums.attempts,
        sums.bytes,
        sums.took.now(),
        null,
        sums.breaker,
        sums.callLimit,
        null,
        sums.lastFailure);
  }
}
