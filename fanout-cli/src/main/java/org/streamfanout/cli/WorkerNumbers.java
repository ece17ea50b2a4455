package org.streamfanout.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

/**
 * What a worker has done since it started, and what it holds.
 *
 * @param at when that was
 * @param settled how many source records are settled for every target
 * @param targets by source and id, dead-letter targets included
 * @param shards those that had records
 * @param staleSince for each source whose targets cannot be read again, when they were read
 */
record WorkerNumbers(
    Instant at,
    long settled,
    List<Target> targets,
    List<Shard> shards,
    Map<Source, Instant> staleSince) {

  /** Copies the collections. */
  WorkerNumbers {
    targets = List.copyOf(targets);
    shards = List.copyOf(shards);
    staleSince = Map.copyOf(staleSince);
  }

  /**
   * One target.
   *
   * @param type null for one that only takes dead letters
   * @param counts what its records came to since the start; {@code held} is what is held now
   * @param attempts the calls, by what became of the batch: accepted, or the failure's kind
   * @param bytes of all calls, failed ones included
   * @param took how long the calls took
   * @param held what is held now; null if nothing is
   * @param circuit its breaker, as of its last change
   * @param callLimit how many calls it may have under way; null until it is first throttled
   * @param firstFailure the first failure of all; null if there was none
   */
  record Target(
      Source source,
      String id,
      @Nullable String type,
      TargetCounts counts,
      Map<String, Long> attempts,
      long bytes,
      LatencyBuckets took,
      @Nullable Held held,
      CircuitState circuit,
      @Nullable Integer callLimit,
      @Nullable Failure firstFailure) {

    /** Copies the map. */
    Target {
      attempts = Map.copyOf(attempts);
    }
  }

  /**
   * What is held for a target.
   *
   * @param records how many
   * @param since since when there has been something
   * @param oldest when the oldest of them came into the source; {@code since} if it does not say
   */
  record Held(long records, Instant since, Instant oldest) {

    Held plus(Held other) {
      return new Held(
          records + other.records,
          since.isBefore(other.since) ? since : other.since,
          oldest.isBefore(other.oldest) ? oldest : other.oldest);
    }

    /** Returns how long something has been held; never negative. */
    Duration age(Instant now) {
      return notNegative(Duration.between(since, now));
    }

    /** Returns how old the oldest record is; never negative. */
    Duration oldestAge(Instant now) {
      return notNegative(Duration.between(oldest, now));
    }
  }

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
