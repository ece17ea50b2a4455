package org.streamfanout.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;

/**
 * Progress in this process's memory: helps where the process that is given a batch again is the one
 * that had it before, such as a warm function. Thread-safe; ends with the process.
 *
 * <p>Bounded: beyond {@link Builder#maxRecords}, the shards go that were not looked at for the
 * longest; what one shard alone has beyond it is not kept. A shard of which nothing was saved for
 * {@link Builder#timeToLive} is forgotten.
 */
public final class InMemoryProgressStore implements ProgressStore {
  private final int maxRecords;
  private final Duration timeToLive;
  private final Clock clock;
  private final boolean onlyReader;
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which they were looked at. */
  private final Map<Place, Shard> shards = new LinkedHashMap<>(16, 0.75f, true);

  private int size;

  private record Place(Source source, @Nullable String shard) {}

  private record Target(String id, String fingerprint) {}

  private static final class Shard {
    final Map<Target, Map<RecordKey, RecordProgress>> targets = new HashMap<>();
    int size;
    Instant savedAt;

    Shard(Instant savedAt) {
      this.savedAt = savedAt;
    }
  }

  private InMemoryProgressStore(Builder builder) {
    this.maxRecords = builder.maxRecords;
    this.timeToLive = builder.timeToLive;
    this.clock = builder.clock;
    this.onlyReader = builder.onlyReader;
  }

  /** Returns a store that has the defaults. */
  public static InMemoryProgressStore create() {
    return builder().build();
  }

  /** Starts a store. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public List<TargetProgress> load(Source source, @Nullable String shard, Deadline deadline) {
    lock.lock();
    try {
      if (shards.isEmpty()) {
        return List.of();
      }
      expire();
      Shard known = shards.get(new Place(source, shard));
      if (known == null) {
        return List.of();
      }
      List<TargetProgress> all = new ArrayList<>();
      known.targets.forEach(
          (target, records) ->
              all.add(new TargetProgress(target.id(), target.fingerprint(), records)));
      return all;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int save(
      Source source, @Nullable String shard, List<TargetProgress> changes, Deadline deadline) {
    lock.lock();
    try {
      Instant now = clock.instant();
      Place place = new Place(source, shard);
      Shard known = shards.computeIfAbsent(place, same -> new Shard(now));
      known.savedAt = now;
      int beyond = 0;
      for (TargetProgress change : changes) {
        beyond += merge(known, change);
      }
      if (known.size == 0) {
        shards.remove(place);
      }
      dropOthers(place);
      return beyond;
    } finally {
      lock.unlock();
    }
  }

  private int merge(Shard shard, TargetProgress change) {
    Target target = new Target(change.targetId(), change.fingerprint());
    Map<RecordKey, RecordProgress> records =
        shard.targets.computeIfAbsent(target, same -> new HashMap<>());
    int before = records.size();
    int beyond = 0;
    for (Map.Entry<RecordKey, RecordProgress> entry : change.records().entrySet()) {
      RecordKey key = entry.getKey();
      int now = shard.size - before + records.size();
      if (entry.getValue().equals(RecordProgress.NONE)) {
        records.remove(key);
      } else if (now < maxRecords || records.containsKey(key)) {
        records.put(key, entry.getValue());
      } else {
        beyond++;
      }
    }
    int added = records.size() - before;
    shard.size += added;
    size += added;
    if (records.isEmpty()) {
      shard.targets.remove(target);
    }
    return beyond;
  }

  private void dropOthers(Place kept) {
    Iterator<Map.Entry<Place, Shard>> oldest = shards.entrySet().iterator();
    while (size > maxRecords && oldest.hasNext()) {
      Map.Entry<Place, Shard> entry = oldest.next();
      if (!entry.getKey().equals(kept)) {
        size -= entry.getValue().size;
        oldest.remove();
      }
    }
  }

  private void expire() {
    Instant oldest = clock.instant().minus(timeToLive);
    Iterator<Shard> all = shards.values().iterator();
    while (all.hasNext()) {
      Shard shard = all.next();
      if (shard.savedAt.isBefore(oldest)) {
        size -= shard.size;
        all.remove();
      }
    }
  }

  /** Returns how many records are remembered, each counted for every target. */
  public int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isShared() {
    return onlyReader;
  }

  /** Returns zero: it does no I/O. */
  @Override
  public Duration timeout() {
    return Duration.ZERO;
  }

  /** Builds a store; not thread-safe. */
  public static final class Builder {
    /** Some 20 MB, where ids are as long as those of Kinesis. */
    private int maxRecords = 100_000;

    private Duration timeToLive = Duration.ofDays(1);
    private Clock clock = Clock.systemUTC();
    private boolean onlyReader;

    private Builder() {}

    /**
     * Bounds how many records are remembered, each counted for every target; 100,000 by default.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder maxRecords(int newMaxRecords) {
      if (newMaxRecords < 1) {
        throw new IllegalArgumentException("maxRecords " + newMaxRecords + " is below 1");
      }
      maxRecords = newMaxRecords;
      return this;
    }

    /** Sets how long a shard is remembered of which nothing is saved; a day by default. */
    public Builder timeToLive(Duration newTimeToLive) {
      timeToLive = Objects.requireNonNull(newTimeToLive, "timeToLive");
      return this;
    }

    /** Sets the wall clock. */
    public Builder clock(Clock newClock) {
      clock = Objects.requireNonNull(newClock, "clock");
      return this;
    }

    /**
     * Says that no other process ever reads the sources of this one, so that targets which keep an
     * order are remembered, too; see {@link ProgressStore#isShared}. False by default: a function
     * has as many processes as Lambda likes.
     */
    public Builder onlyReader(boolean newOnlyReader) {
      onlyReader = newOnlyReader;
      return this;
    }

    /** Returns the store. */
    public InMemoryProgressStore build() {
      return new InMemoryProgressStore(this);
    }
  }
}
