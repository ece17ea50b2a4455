package org.streamfanout.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches an engine: events from which every number is derived.
 *
 * <p>Called on the engine's threads, several at once; must be quick and thread-safe. What it throws
 * is logged and changes nothing.
 */
public interface FanoutListener {
  /** One attempt came back, or was given up as unknown. */
  default void sent(SendEvent event) {}

  /** Messages wait for another attempt. */
  default void retrying(RetryEvent event) {}

  /** A call of the engine is done with one target. */
  default void settled(TargetEvent event) {}

  /** A call of the engine is done. */
  default void finished(FanoutEvent event) {}

  /** A target's circuit breaker changed. */
  default void circuit(CircuitEvent event) {}

  /** A target may have more or fewer calls under way than before. */
  default void concurrency(ConcurrencyEvent event) {}

  /** Whether calls to a target are let through. */
  enum CircuitState {
    /** They are. */
    CLOSED,
    /** One message at a time is, to find out whether the target is back. */
    HALF_OPEN,
    /** None is until the next probe is due. */
    OPEN
  }

  /**
   * A change of a target's circuit breaker.
   *
   * @param source where the records come from
   * @param targetId the target's id
   * @param from what it was
   * @param to what it is; another change may have come since
   * @param why what brought it about
   */
  record CircuitEvent(
      Source source, String targetId, CircuitState from, CircuitState to, String why) {}

  /**
   * A change of how many calls a target may have under way: fewer when it throttles, more again
   * when it accepts.
   *
   * @param source where the records come from
   * @param targetId the target's id
   * @param limit how many now
   * @param most how many the row allows
   */
  record ConcurrencyEvent(Source source, String targetId, int limit, int most) {}

  /**
   * What a target holds comes near the time when its source forgets it. Told once at each of the
   * {@linkplain ExpiryEvent#STEPS steps} that the oldest record's age passes, for each target and
   * shard, and again after it was younger.
   */
  default void expiring(ExpiryEvent event) {}

  /** A call of the engine used its {@link ProgressStore}, and something came of it. */
  default void progress(ProgressEvent event) {}

  /**
   * One attempt.
   *
   * @param source where the records come from
   * @param shard their shard; null where there is none
   * @param targetId the target's id
   * @param messages how many messages the batch carried
   * @param accepted how many of them were accepted
   * @param bytes the batch's size in bytes, as the destination counts it
   * @param took how long the attempt took
   * @param failure the first failure; null if all were accepted
   */
  record SendEvent(
      Source source,
      @Nullable String shard,
      String targetId,
      int messages,
      int accepted,
      long bytes,
      Duration took,
      @Nullable Failure failure) {}

  /**
   * A pause before another attempt.
   *
   * @param source where the records come from
   * @param shard their shard; null where there is none
   * @param targetId the target's id
   * @param messages how many messages wait
   * @param attempts how many attempts the most tried of them has had
   * @param pause how long they wait
   * @param failure why
   */
  record RetryEvent(
      Source source,
      @Nullable String shard,
      String targetId,
      int messages,
      int attempts,
      Duration pause,
      Failure failure) {}

  /**
   * What became of a batch at one target, so far.
   *
   * @param source where the records come from
   * @param shard their shard; null where there is none
   * @param targetId the target's id
   * @param type the target's type
   * @param counts the sums since the batch came in
   * @param firstFailure the first failure; null if there was none
   * @param oldestHeld when the oldest record that is held came into the source; null if none is, or
   *     the source does not say
   * @param before what this batch's last event of the target said of {@code counts}; zero in the
   *     first, and in the first after a changed target was planned anew, where they start again.
   *     {@code counts} less {@code before} is what a counter that only grows adds
   * @param batch a number that the engine gave the batch; larger than those of earlier ones
   * @param behind whether the target holds records of an earlier batch of the shard, too, which the
   *     host still has: the batch is one that it ran ahead to
   */
  record TargetEvent(
      Source source,
      @Nullable String shard,
      String targetId,
      String type,
      TargetCounts counts,
      @Nullable Failure firstFailure,
      @Nullable Instant oldestHeld,
      TargetCounts before,
      long batch,
      boolean behind) {

    /** Makes an event of a host that has one batch of a shard at a time. */
    public TargetEvent(
        Source source,
        @Nullable String shard,
        String targetId,
        String type,
        TargetCounts counts,
        @Nullable Failure firstFailure,
        @Nullable Instant oldestHeld,
        TargetCounts before) {
      this(source, shard, targetId, type, counts, firstFailure, oldestHeld, before, 0, false);
    }

    /** Makes the first event of a batch and target. */
    public TargetEvent(
        Source source,
        @Nullable String shard,
        String targetId,
        String type,
        TargetCounts counts,
        @Nullable Failure firstFailure,
        @Nullable Instant oldestHeld) {
      this(source, shard, targetId, type, counts, firstFailure, oldestHeld, TargetCounts.ZERO);
    }
  }

  /**
   * What became of a batch.
   *
   * @param source where the records come from
   * @param shard their shard; null where there is none
   * @param targets how many targets it went to
   * @param records how many source records it has
   * @param settled how many of them, from the first on, are settled for every target
   * @param took how long the call took
   * @param staleSince when the targets were read, if they could not be read again; null if they are
   *     fresh
   * @param settledBefore the largest {@code settled} that this batch's earlier events said; 0 in
   *     the first
   * @param retention how long the source keeps a record; null if that is not known
   */
  record FanoutEvent(
      Source source,
      @Nullable String shard,
      int targets,
      int records,
      int settled,
      Duration took,
      @Nullable Instant staleSince,
      int settledBefore,
      @Nullable Duration retention) {

    /** Makes an event of a source whose retention is not known. */
    public FanoutEvent(
        Source source,
        @Nullable String shard,
        int targets,
        int records,
        int settled,
        Duration took,
        @Nullable Instant staleSince,
        int settledBefore) {
      this(source, shard, targets, records, settled, took, staleSince, settledBefore, null);
    }

    /** Makes the first event of a batch. */
    public FanoutEvent(
        Source source,
        @Nullable String shard,
        int targets,
        int records,
        int settled,
        Duration took,
        @Nullable Instant staleSince) {
      this(source, shard, targets, records, settled, took, staleSince, 0);
    }
  }

  /**
   * What is held comes near its end in the source. A record that the source forgets before it is
   * settled is lost once the process that holds it ends.
   *
   * @param source where the records come from
   * @param shard their shard; null where there is none
   * @param targetId the id of the target that holds them
   * @param oldestHeld when the oldest of them came into the source; where it does not say, since
   *     when the engine has held something there
   * @param age how old that one is; never negative
   * @param retention how long the source keeps a record
   * @param percent the step passed, one of {@link #STEPS}: so much of the retention is used up
   */
  record ExpiryEvent(
      Source source,
      @Nullable String shard,
      String targetId,
      Instant oldestHeld,
      Duration age,
      Duration retention,
      int percent) {

    /** The parts of the retention at which the engine warns: at the last, the record is gone. */
    public static final List<Integer> STEPS = List.of(50, 75, 90, 100);
  }

  /**
   * What a call of the engine and its {@link ProgressStore} had to do with each other; numbers of
   * records are sums over the targets. There is none where nothing was remembered, nothing kept and
   * nothing went wrong.
   *
   * @param source where the records come from
   * @param shard their shard; null where there is none
   * @param skipped records that were not sent, since they are remembered as settled
   * @param mismatched records that are remembered as settled under another row of their target, and
   *     are therefore sent again
   * @param kept records whose progress was written, or removed
   * @param unkept settled records that are not remembered, and are sent again if they come again:
   *     beyond the store's bounds, of a target with a batch transform, or of one that keeps an
   *     order where the store is not {@linkplain ProgressStore#isShared() shared}
   * @param failures calls of the store that failed or took too long
   * @param failure what the last of these failed with; null if none did
   */
  record ProgressEvent(
      Source source,
      @Nullable String shard,
      long skipped,
      long mismatched,
      long kept,
      long unkept,
      int failures,
      @Nullable String failure) {}
}
