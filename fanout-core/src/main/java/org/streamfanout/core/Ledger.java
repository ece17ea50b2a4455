package org.streamfanout.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/**
 * The books of an engine: for each source and target, how many records came to which end since the
 * ledger was made, how many are held now, and since when.
 *
 * <p>Every event is audited as it is booked: each record has exactly one end, an end is never taken
 * back, a batch neither grows nor shrinks, and each event goes on from the one before. What does
 * not add up is logged as an error, and counted in {@link #difference()}, which is zero unless the
 * engine is wrong.
 *
 * <p>Thread-safe, in bounded memory: of the targets, those that nothing was heard of for longest
 * are forgotten beyond the bound.
 */
public final class Ledger implements FanoutListener {
  /** The code of the failure by which the engine says that it lost count of a batch's records. */
  public static final String BROKEN = "LedgerBroken";

  /**
   * How long something counts as held after it was last heard of. A host that holds something tries
   * again after less than a minute; if not, it has given the batch up, and another has it.
   */
  public static final Duration HELD_KNOWN = Duration.ofMinutes(2);

  /** As many targets, and as many that hold something; far more than one process has. */
  static final int MOST = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<TargetKey, Sums> targets = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<HeldKey, Holding> holdings = new LinkedHashMap<>(16, 0.75f, true);
  private long difference;

  private record TargetKey(Source source, String id) {}

  private record HeldKey(TargetKey target, @Nullable String shard) {}

  private static final class Sums {
    private String type = "";
    private TargetCounts ends = TargetCounts.ZERO;
    private @Nullable Failure firstFailure;
    private long difference;
  }

  /** What a target holds of a shard, by batch. */
  private static final class Holding {
    private final Instant since;
    private final TreeMap<Long, HeldBatch> batches = new TreeMap<>();

    Holding(Instant since) {
      this.since = since;
    }

    /**
     * A host that still has a batch still has the later ones. One that ended has none of them, and
     * nothing of them is heard any more.
     */
    void forgetUnheardOf(Instant limit) {
      Instant heardOf = Instant.MIN;
      for (var each = batches.values().iterator(); each.hasNext(); ) {
        HeldBatch batch = each.next();
        heardOf = batch.heardOf.isAfter(heardOf) ? batch.heardOf : heardOf;
        if (heardOf.isBefore(limit)) {
          each.remove();
        }
      }
    }

    Held sum() {
      long records = 0;
      Instant oldest = null;
      for (HeldBatch each : batches.values()) {
        Instant its = each.oldest == null ? since : each.oldest;
        records += each.counts.held();
        oldest = oldest == null || its.isBefore(oldest) ? its : oldest;
      }
      return new Held(records, since, Objects.requireNonNullElse(oldest, since));
    }
  }

  private record HeldBatch(TargetCounts counts, @Nullable Instant oldest, Instant heardOf) {}

  /**
   * What a target holds.
   *
   * @param records how many, as the target decodes them
   * @param since since when there has been something
   * @param oldest when the oldest of them came into the source; {@code since} if it does not say
   */
  public record Held(long records, Instant since, Instant oldest) {
    private Held plus(Held other) {
      return new Held(
          records + other.records,
          since.isBefore(other.since) ? since : other.since,
          oldest.isBefore(other.oldest) ? oldest : other.oldest);
    }

    /** Returns how long something has been held; never negative. */
    public Duration heldFor(Instant now) {
      return notNegative(Duration.between(since, now));
    }

    /** Returns how old the oldest record is; never negative. */
    public Duration age(Instant now) {
      return notNegative(Duration.between(oldest, now));
    }

    private static Duration notNegative(Duration time) {
      return time.isNegative() ? Duration.ZERO : time;
    }
  }

  /**
   * What became of the records of one target.
   *
   * @param source where they come from
   * @param targetId the target's id
   * @param type the target's type; empty if it never had a usable row
   * @param counts by end, since the ledger was made; {@code held} is what is held now
   * @param held what is held now; null if nothing is
   * @param firstFailure the first failure of all; null if there was none
   * @param difference by how many records the audits of this target were wrong; zero, or the engine
   *     is
   */
  public record Entry(
      Source source,
      String targetId,
      String type,
      TargetCounts counts,
      @Nullable Held held,
      @Nullable Failure firstFailure,
      long difference) {}

  /** Starts an empty ledger, by the system's clock. */
  public Ledger() {
    this(Clock.systemUTC());
  }

  /** Starts an empty ledger, by a clock that tells since when something is held. */
  public Ledger(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  @Override
  public void settled(TargetEvent event) {
    TargetKey key = new TargetKey(event.source(), event.targetId());
    lock.lock();
    try {
      Sums sums = targets.computeIfAbsent(key, unused -> new Sums());
      forgetEldest(targets);
      sums.type = event.type().isEmpty() ? sums.type : event.type();
      sums.ends = sums.ends.plus(event.counts().minus(event.before()));
      sums.firstFailure = sums.firstFailure == null ? event.firstFailure() : sums.firstFailure;
      HeldBatch known = hold(new HeldKey(key, event.shard()), event);
      long wrong = audit(event, known);
      if (wrong > 0) {
        if (sums.difference == 0) {
          LOG.error(
              "the books of target '{}' of '{}', shard '{}', are wrong by {}: {}, before {}",
              event.targetId(),
              event.source().id(),
              event.shard(),
              wrong,
              event.counts(),
              event.before());
        }
        sums.difference += wrong;
        difference += wrong;
      }
    } finally {
      lock.unlock();
    }
  }

  private static void forgetEldest(Map<?, ?> map) {
    if (map.size() > MOST) {
      var eldest = map.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  /** Returns what was held of the batch before; null if that is not known. */
  private @Nullable HeldBatch hold(HeldKey key, TargetEvent event) {
    Instant now = clock.instant();
    Holding holding = holdings.get(key);
    boolean isNew = true;
    if (holding != null) {
      holding.forgetUnheardOf(now.minus(HELD_KNOWN));
      isNew = holding.batches.isEmpty();
      if (!event.behind()) {
        holding.batches.headMap(event.batch()).clear();
      }
    }
    HeldBatch known = holding == null ? null : holding.batches.remove(event.batch());
    if (event.counts().held() > 0) {
      if (isNew || holding == null) {
        holding = new Holding(now);
        holdings.put(key, holding);
        forgetEldest(holdings);
      }
      holding.batches.put(event.batch(), new HeldBatch(event.counts(), event.oldestHeld(), now));
    } else if (holding != null && holding.batches.isEmpty()) {
      holdings.remove(key);
    }
    return known;
  }

  private static long audit(TargetEvent event, @Nullable HeldBatch known) {
    TargetCounts now = event.counts();
    TargetCounts before = event.before();
    long wrong = Math.abs(now.records() - now.ended() - now.held());
    wrong += shrunk(now, TargetCounts.ZERO) + Math.max(0, -now.held());
    if (!before.equals(TargetCounts.ZERO)) {
      wrong += Math.abs(now.records() - before.records());
      wrong += shrunk(now, before);
      if (known != null && !known.counts.equals(before)) {
        wrong += Math.max(1, Math.abs(known.counts.ended() - before.ended()));
      }
    }
    Failure failure = event.firstFailure();
    if (wrong == 0 && failure != null && failure.code().equals(BROKEN)) {
      wrong = 1;
    }
    return wrong;
  }

  /** Returns how many ends were taken back. */
  private static long shrunk(TargetCounts now, TargetCounts before) {
    TargetCounts more = now.minus(before);
    long less = Math.min(0, more.accepted()) + Math.min(0, more.filtered());
    less += Math.min(0, more.deadLettered()) + Math.min(0, more.dropped());
    less += Math.min(0, more.alreadySettled()) + Math.min(0, more.released());
    return -less;
  }

  /** Returns the books as they are now, by source and target. */
  public List<Entry> snapshot() {
    lock.lock();
    try {
      Map<TargetKey, Held> held = heldNow();
      List<Entry> entries = new ArrayList<>(targets.size());
      targets.forEach((key, sums) -> entries.add(entry(key, sums, held.get(key))));
      entries.sort(
          Comparator.comparing((Entry each) -> each.source().id()).thenComparing(Entry::targetId));
      return List.copyOf(entries);
    } finally {
      lock.unlock();
    }
  }

  /** Returns what a target holds now; null if it holds nothing. */
  public @Nullable Held held(Source source, String targetId) {
    lock.lock();
    try {
      return heldNow().get(new TargetKey(source, targetId));
    } finally {
      lock.unlock();
    }
  }

  private Map<TargetKey, Held> heldNow() {
    Instant limit = clock.instant().minus(HELD_KNOWN);
    holdings.values().forEach(each -> each.forgetUnheardOf(limit));
    holdings.values().removeIf(each -> each.batches.isEmpty());
    Map<TargetKey, Held> held = new HashMap<>();
    holdings.forEach((key, each) -> held.merge(key.target, each.sum(), Held::plus));
    return held;
  }

  private static Entry entry(TargetKey key, Sums sums, @Nullable Held held) {
    return new Entry(
        key.source,
        key.id,
        sums.type,
        sums.ends.withHeld(held == null ? 0 : held.records()),
        held,
        sums.firstFailure,
        sums.difference);
  }

  /**
   * Returns by how many records all audits were wrong since the ledger was made; zero, or the
   * engine is wrong.
   */
  public long difference() {
    lock.lock();
    try {
      return difference;
    } finally {
      lock.unlock();
    }
  }
}
