package org.streamfanout.kcl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.spi.Deadline;

/** The shards that this process works on. Thread-safe. */
final class LiveShards {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ShardWork> byKey = new HashMap<>();
  private @Nullable Deadline stopAt;

  /**
   * Adds a shard. If this process had it before and has not noticed that it lost it meanwhile, ends
   * that first.
   */
  void enter(ShardWork work) {
    ShardWork before;
    lock.lock();
    try {
      before = byKey.put(work.leaseKey(), work);
      if (stopAt != null) {
        work.stop(stopAt);
      }
    } finally {
      lock.unlock();
    }
    if (before != null && before != work) {
      before.stop(Deadline.after(Duration.ZERO));
      before.awaitEnd();
    }
  }

  void leave(ShardWork work) {
    lock.lock();
    try {
      byKey.remove(work.leaseKey(), work);
    } finally {
      lock.unlock();
    }
  }

  List<ShardWork> all() {
    lock.lock();
    try {
      return new ArrayList<>(byKey.values());
    } finally {
      lock.unlock();
    }
  }

  /** Returns what each shard has in hand, by the name of its lease. */
  Map<String, ShardStatus> status() {
    return all().stream()
        .collect(Collectors.toUnmodifiableMap(ShardWork::leaseKey, ShardWork::status));
  }

  /** Stops all shards, and those that are still to come. */
  void stop(Deadline deadline) {
    lock.lock();
    try {
      Deadline known = stopAt;
      if (known == null || deadline.remainingNanos() < known.remainingNanos()) {
        stopAt = deadline;
      }
      byKey.values().forEach(work -> work.stop(deadline));
    } finally {
      lock.unlock();
    }
  }

  /** Waits, after {@link #stop}, until no batch is under way. */
  void awaitEnd() {
    all().forEach(ShardWork::awaitEnd);
  }

  boolean isStopped() {
    lock.lock();
    try {
      return stopAt != null;
    } finally {
      lock.unlock();
    }
  }
}
