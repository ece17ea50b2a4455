package org.streamfanout.lambda;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/**
 * Metrics as lines of CloudWatch's embedded metric format, which Lambda's log takes and CloudWatch
 * turns into metrics: no network call, no client. Thread-safe.
 *
 * <p>Namespace {@value #NAMESPACE}, with the names and dimensions of aws-lambda-fanout:
 *
 * <table>
 *   <caption>Metrics</caption>
 *   <tr><th>Dimensions</th><th>Metrics</th></tr>
 *   <tr><td>Function</td><td>Sources, Records</td></tr>
 *   <tr><td>Source, Function</td><td>Records, Targets, StaleTargets,
 *       ProgressFailures, ProgressUnkept</td></tr>
 *   <tr><td>Source, Destination, Function</td><td>Records, Accepted, Filtered, DeadLettered,
 *       Dropped, AlreadySettled, Released, Held, LedgerDifference, Attempts, Retries, CircuitOpened,
 *       Bytes, Latency, OldestHeldAge, RetentionUsed</td></tr>
 * </table>
 *
 * <p>{@code Destination} is the target's id. Latency is that of each send, in milliseconds.
 * OldestHeldAge is in seconds, and only there when something is held; RetentionUsed is what it is
 * of the source's retention, in percent, where that is known, too. LedgerDifference is by how many
 * records the {@link Ledger} found the books wrong; 0, or the engine is. A line holds what happened
 * since the flush before.
 */
public final class EmfMetrics implements FanoutListener {
  /** The original's namespace. */
  public static final String NAMESPACE = "Custom/FanOut";

  private final String function;
  private final PrintStream out;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Map<String, SourceNumbers> sources = new LinkedHashMap<>();
  private Map<TargetKey, TargetNumbers> targets = new LinkedHashMap<>();
  private final Ledger ledger;

  private record TargetKey(String source, String target) {}

  /** What came from one source. */
  private static final class SourceNumbers {
    long records;
    long targets;
    boolean stale;
    @Nullable Duration retention;
    long progressFailures;
    long progressUnkept;
  }

  /** What went to one target. */
  private static final class TargetNumbers {
    final Values records = new Values();
    final Values latency = new Values();
    long accepted;
    long filtered;
    long deadLettered;
    long dropped;
    long alreadySettled;
    long released;
    long held;
    long difference;
    long attempts;
    long retries;
    long bytes;
    long circuitOpened;
    Duration oldestHeld = Duration.ZERO;
  }

  /**
   * Makes metrics that are written to standard output.
   *
   * @param function the function's name
   */
  public EmfMetrics(String function) {
    this(function, System.out, Clock.systemUTC());
  }

  /**
   * Makes metrics.
   *
   * @param function the function's name
   * @param out where lines go, each in one write
   * @param clock tells the time of the lines, and the age of what is held
   */
  public EmfMetrics(String function, PrintStream out, Clock clock) {
    this.function = Objects.requireNonNull(function, "function");
    this.out = Objects.requireNonNull(out, "out");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.ledger = new Ledger(clock);
  }

  @Override
  public void sent(SendEvent event) {
    lock.lock();
    try {
      TargetNumbers target = target(event.source(), event.targetId());
      target.attempts++;
      target.bytes += event.bytes();
      target.latency.add(event.took().toNanos() / 1e6);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void circuit(CircuitEvent event) {
    lock.lock();
    try {
      if (event.from() == CircuitState.CLOSED) {
        target(event.source(), event.targetId()).circuitOpened++;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void settled(TargetEvent event) {
    TargetCounts counts = event.counts();
    Instant oldest = event.oldestHeld();
    lock.lock();
    try {
      long wrongBefore = ledger.difference();
      ledger.settled(event);
      TargetNumbers target = target(event.source(), event.targetId());
      target.records.add(counts.records());
      target.accepted += counts.accepted();
      target.filtered += counts.filtered();
      target.deadLettered += counts.deadLettered();
      target.dropped += counts.dropped();
      target.alreadySettled += counts.alreadySettled();
      target.released += counts.released();
      target.held += counts.held();
      target.difference += ledger.difference() - wrongBefore;
      target.retries += counts.retries();
      if (oldest != null) {
        Duration age = Duration.between(oldest, clock.instant());
        if (age.compareTo(target.oldestHeld) > 0) {
          target.oldestHeld = age;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void finished(FanoutEvent event) {
    lock.lock();
    try {
      SourceNumbers source = source(event.source());
      source.records += event.records();
      source.targets = Math.max(source.targets, event.targets());
      source.stale |= event.staleSince() != null;
      source.retention = event.retention();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void progress(ProgressEvent event) {
    lock.lock();
    try {
      SourceNumbers source = source(event.source());
      source.progressFailures += event.failures();
      source.progressUnkept += event.unkept() + event.mismatched();
    } finally {
      lock.unlock();
    }
  }

  private SourceNumbers source(Source source) {
    return sources.computeIfAbsent(source.id(), unused -> new SourceNumbers());
  }

  private TargetNumbers target(Source source, String targetId) {
    return targets.computeIfAbsent(
        new TargetKey(source.id(), targetId), unused -> new TargetNumbers());
  }

  /** Writes what happened since the last flush; nothing if nothing did. */
  public void flush() {
    Map<String, SourceNumbers> flushedSources;
    Map<TargetKey, TargetNumbers> flushedTargets;
    lock.lock();
    try {
      flushedSources = sources;
      flushedTargets = targets;
      sources = new LinkedHashMap<>();
      targets = new LinkedHashMap<>();
    } finally {
      lock.unlock();
    }
    if (!flushedSources.isEmpty()) {
      long records = flushedSources.values().stream().mapToLong(source -> source.records).sum();
      line().count("Sources", flushedSources.size()).count("Records", records).writeTo(out);
    }
    flushedSources.forEach(
        (id, source) ->
            line()
                .dimension("Source", id)
                .count("Records", source.records)
                .count("Targets", source.targets)
                .count("StaleTargets", source.stale ? 1 : 0)
                .count("ProgressFailures", source.progressFailures)
                .count("ProgressUnkept", source.progressUnkept)
                .writeTo(out));
    flushedTargets.forEach((key, target) -> write(key, target, flushedSources.get(key.source)));
  }

  private void write(TargetKey key, TargetNumbers target, @Nullable SourceNumbers source) {
    EmfLine line =
        line()
            .dimension("Source", key.source)
            .dimension("Destination", key.target)
            .values("Records", "Count", target.records)
            .count("Accepted", target.accepted)
            .count("Filtered", target.filtered)
            .count("DeadLettered", target.deadLettered)
            .count("Dropped", target.dropped)
            .count("AlreadySettled", target.alreadySettled)
            .count("Released", target.released)
            .count("Held", target.held)
            .count("LedgerDifference", target.difference)
            .count("Attempts", target.attempts)
            .count("Retries", target.retries)
            .count("CircuitOpened", target.circuitOpened)
            .metric("Bytes", "Bytes", target.bytes)
            .values("Latency", "Milliseconds", target.latency);
    if (target.held > 0) {
      line.metric("OldestHeldAge", "Seconds", seconds(target.oldestHeld));
      Duration retention = source == null ? null : source.retention;
      if (retention != null) {
        double used = 100 * seconds(target.oldestHeld) / seconds(retention);
        line.metric("RetentionUsed", "Percent", used);
      }
    }
    line.writeTo(out);
  }

  /** A record may say that it came at any time at all, which milliseconds could not count. */
  private static double seconds(Duration time) {
    return time.getSeconds() + time.getNano() / 1e9;
  }

  private EmfLine line() {
    return new EmfLine(NAMESPACE, clock.millis()).dimension("Function", function);
  }
}
