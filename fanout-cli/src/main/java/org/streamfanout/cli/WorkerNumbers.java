package org.streamfanout.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/**
 * What a worker has done since it started, and what it holds.
 *
 * @param at when that was
 * @param settled how many source records are settled for every target
 * @param difference by how many records the books do not add up; zero, or the engine is wrong
 * @param targets by source and id, dead-letter targets included
 * @param shards those that had records
 * @param staleSince for each source whose targets cannot be read again, when they were read
 * @param retention for each source of which it is known, how long it keeps a record
 */
record WorkerNumbers(
    Instant at,
    long settled,
    long difference,
    List<Target> targets,
    List<Shard> shards,
    Map<Source, Instant> staleSince,
    Map<Source, Duration> retention) {

  /** Copies the collections. */
  WorkerNumbers {
    targets = List.copyOf(targets);
    shards = List.copyOf(shards);
    staleSince = Map.copyOf(staleSince);
    retention = Map.copyOf(retention);
  }

  /**
   * One target.
   *
   * @param type null for one that takes dead letters only, or had no answer yet
   * @param counts what its records came to since the start; {@code held} is what is held now
   * @param attempts the calls, by what became of the batch: accepted, or the failure's kind
   * @param bytes of all calls, failed ones included
   * @param took how long the calls took
   * @param held what is held now; null if nothing is
   * @param breaker its circuit breaker, as of its last change
   * @param callLimit how many calls it may have under way; null until it is first throttled
   * @param firstFailure the first failure of all; null if there was none
   * @param lastFailure the last one; null if there was none
   */
  record Target(
      Source source,
      String id,
      @Nullable String type,
      TargetCounts counts,
      Map<String, Long> attempts,
      long bytes,
      LatencyBuckets took,
      Ledger.@Nullable Held held,
      Breaker breaker,
      @Nullable Integer callLimit,
      @Nullable Failure firstFailure,
      @Nullable Failed lastFailure) {

    /** Copies the map. */
    Target {
      attempts = Map.copyOf(attempts);
    }
  }

  /**
   * A target's circuit breaker.
   *
   * @param since when it was last closed; null while it is
   */
  record Breaker(CircuitState state, @Nullable Instant since) {
    /** Lets every call through. */
    static final Breaker CLOSED = new Breaker(CircuitState.CLOSED, null);
  }

  /** A failure, and when it was heard of. */
  record Failed(Failure failure, Instant at) {}

  /** How many source records of a shard are settled for every target. */
  record Shard(Source source, @Nullable String name, long settled) {}

  static Duration notNegative(Duration time) {
    return time.isNegative() ? Duration.ZERO : time;
  }

  /** Returns the targets that hold something. */
  List<Target> holding() {
    return targets.stream().filter(each -> each.held() != null).toList();
  }

  /** Returns the targets as results, without those that only take dead letters. */
  List<Totals.Target> results() {
    return targets.stream()
        .filter(each -> each.type() != null)
        .map(
            each ->
                new Totals.Target(
                    each.source(),
                    each.id(),
                    String.valueOf(each.type()),
                    each.counts(),
                    each.firstFailure(),
                    each.took().sum()))
        .toList();
  }
}
