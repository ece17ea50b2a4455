package org.streamfanout.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.FanoutListener.ExpiryEvent;
import org.streamfanout.spi.FanoutListener.FanoutEvent;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.Source;

/** The meters of one registry, made as targets are met. Thread-safe. */
final class BoundMeters {
  /** What targets beyond the bound are called; no source's id is like it. */
  static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Ledger ledger;
  private final Clock clock;
  private final int mostTargets;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, TargetMeters> targets = new ConcurrentHashMap<>();
  private final Map<Source, AtomicLong> retentions = new ConcurrentHashMap<>();
  private final TargetMeters others;

  private record Key(Source source, String targetId) {}

  BoundMeters(MeterRegistry registry, Ledger ledger, Clock clock, int mostTargets) {
    this.registry = registry;
    this.ledger = ledger;
    this.clock = clock;
    this.mostTargets = mostTargets;
    this.others = new TargetMeters(registry, tags(OTHER, OTHER));
    Gauge.builder("fanout.ledger.difference", ledger, Ledger::difference)
        .description("By how many records the books do not add up; 0, or the engine is wrong.")
        .strongReference(true)
        .register(registry);
  }

  private static Tags tags(String source, String target) {
    return Tags.of("source", source, "target", target);
  }

  boolean isOf(MeterRegistry other) {
    return registry == other;
  }

  void sent(SendEvent event) {
    of(event.source(), event.targetId()).sent(event);
  }

  void settled(TargetEvent event) {
    of(event.source(), event.targetId()).settled(event.counts().minus(event.before()));
  }

  void expiring(ExpiryEvent event) {
    of(event.source(), event.targetId()).expiring();
  }

  void finished(FanoutEvent event) {
    AtomicLong known = retentions.get(event.source());
    known = known == null ? addRetention(event.source()) : known;
    if (known != null) {
      Duration retention = event.retention();
      known.set(retention == null ? 0 : retention.toSeconds());
    }
  }

  private @Nullable AtomicLong addRetention(Source source) {
    lock.lock();
    try {
      AtomicLong known = retentions.get(source);
      if (known == null && retentions.size() < mostTargets) {
        known = new AtomicLong();
        retentions.put(source, known);
        Gauge.builder("fanout.retention", known, AtomicLong::doubleValue)
            .description("How long the source keeps a record; 0 if that is not known.")
            .baseUnit("seconds")
            .tags("source", source.id())
            .strongReference(true)
            .register(registry);
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private TargetMeters of(Source source, String targetId) {
    Key key = new Key(source, targetId);
    TargetMeters known = targets.get(key);
    return known == null ? add(key) : known;
  }

  private TargetMeters add(Key key) {
    lock.lock();
    try {
      TargetMeters known = targets.get(key);
      if (known != null || targets.size() >= mostTargets) {
        return known == null ? others : known;
      }
      Tags tags = tags(key.source.id(), key.targetId);
      TargetMeters added = new TargetMeters(registry, tags);
      Gauge.builder("fanout.held", () -> held(key))
          .description("Records that wait for the target now.")
          .tags(tags)
          .register(registry);
      Gauge.builder("fanout.held.age", () -> heldAge(key))
          .description("How long ago the oldest record that waits came into the source.")
          .baseUnit("seconds")
          .tags(tags)
          .register(registry);
      targets.put(key, added);
      return added;
    } finally {
      lock.unlock();
    }
  }

  private long held(Key key) {
    Ledger.Held held = ledger.held(key.source, key.targetId);
    return held == null ? 0 : held.records();
  }

  private double heldAge(Key key) {
    Ledger.Held held = ledger.held(key.source, key.targetId);
    Duration age = held == null ? Duration.ZERO : held.age(clock.instant());
    return age.getSeconds() + age.getNano() / 1e9;
  }
}
