package org.streamfanout.core;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link ShardDelivery} goes on with what is held, and how far it runs ahead of it.
 *
 * @param cycle how long one call of the engine may take; after it the settled prefix is told, and
 *     targets are looked up again. Longer than an attempt, so that none is cut off but after a
 *     cycle full of failures
 * @param firstPause how long to wait before what is held is tried again; it doubles each time that
 *     nothing got further
 * @param maxPause the longest pause of all
 * @param maxHeldRecords how many source records may be in hand while something of them is held: all
 *     of every batch from the first that is not settled for every target on, so all that is past
 *     the checkpoint. One batch is always taken, whatever its size; 0 takes the next one only when
 *     the last is settled for every target
 * @param maxHeldBytes how many bytes the keys, data, headers and changes of these records may have
 *     together; one batch is always taken
 * @param aheadAfter how long the targets that have nothing left to do wait for one that has, and is
 *     not known yet to be behind, before they go on with the next batch; not again within a cycle
 */
public record ShardOptions(
    Duration cycle,
    Duration firstPause,
    Duration maxPause,
    int maxHeldRecords,
    long maxHeldBytes,
    Duration aheadAfter) {

  /**
   * How many batches of a shard may be in hand, however small they are: a few KiB each, beside
   * their records.
   */
  static final int MOST_BATCHES = 2_000;

  private static final int DEFAULT_HELD_RECORDS = 20_000;
  private static final long DEFAULT_HELD_BYTES = 32L << 20;
  private static final Duration DEFAULT_AHEAD_AFTER = Duration.ofSeconds(1);

  /**
   * Cycles of 30 seconds, which is three attempts of {@link RetryPolicy#DEFAULT}; pauses from 200
   * ms to 10 s: a target that was repaired is found out soon, and one that stays down is asked
   * rarely.
   *
   * <p>20,000 records and 32 MiB ahead: two of the largest reads of Kinesis (10,000 records) by
   * number and three (10 MiB) by size, some twenty seconds of a shard that is written at its limits
   * (1,000 records or 1 MiB a second, as known 2026-11). With about half a KiB of objects for each
   * record that makes some 40 MiB for a shard while a target is down, and nothing else ever. One
   * second before others run ahead: far more than a healthy call takes, and less than most would
   * notice.
   */
  public static final ShardOptions DEFAULT =
      new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(10));

  /** Makes options that run ahead as {@link #DEFAULT} does. */
  public ShardOptions(Duration cycle, Duration firstPause, Duration maxPause) {
    this(
        cycle, firstPause, maxPause, DEFAULT_HELD_RECORDS, DEFAULT_HELD_BYTES, DEFAULT_AHEAD_AFTER);
  }

  /** Checks the ranges. */
  public ShardOptions {
    Objects.requireNonNull(cycle, "cycle");
    Objects.requireNonNull(firstPause, "firstPause");
    Objects.requireNonNull(maxPause, "maxPause");
    Objects.requireNonNull(aheadAfter, "aheadAfter");
    if (cycle.isNegative() || cycle.isZero()) {
      throw new IllegalArgumentException("cycle " + cycle + " is not positive");
    }
    if (firstPause.isNegative() || firstPause.isZero() || maxPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses need 0 < firstPause <= maxPause, got " + firstPause + " and " + maxPause);
    }
    if (maxHeldRecords < 0 || maxHeldBytes < 0) {
      throw new IllegalArgumentException(
          "maxHeldRecords " + maxHeldRecords + " or maxHeldBytes " + maxHeldBytes + " is negative");
    }
    if (aheadAfter.isNegative()) {
      throw new IllegalArgumentException("aheadAfter " + aheadAfter + " is negative");
    }
  }

  /** Returns these options with other bounds of running ahead; 0 of either switches it off. */
  public ShardOptions withMaxHeld(int records, long bytes) {
    return new ShardOptions(cycle, firstPause, maxPause, records, bytes, aheadAfter);
  }

  /** Returns these options with another {@link #aheadAfter}. */
  public ShardOptions withAheadAfter(Duration newAheadAfter) {
    return new ShardOptions(
        cycle, firstPause, maxPause, maxHeldRecords, maxHeldBytes, newAheadAfter);
  }
}
