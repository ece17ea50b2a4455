package org.streamfanout.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, from one call of an engine to the next, which records of a shard each target has
 * settled, so that a host which is given a batch again sends it only where it is missing.
 * Thread-safe.
 *
 * <p>An engine {@linkplain #load loads} once for each new batch, before it sends anything, and
 * {@linkplain #save saves} only when a call leaves something unsettled, or has settled what was
 * remembered. A store may forget whatever it likes, whenever it likes: what it has forgotten is
 * sent again. What it must never do is to answer that a record is settled which nobody told it of.
 * So it keeps records one by one, and never ranges, high-water marks or hashes of them: batches of
 * one shard overlap, are cut in two and run side by side.
 *
 * <p>What a store throws, and what it does not answer in time, is counted and logged, and changes
 * nothing: the engine goes on as if nothing were remembered. {@code ProgressStoreKit} of {@code
 * fanout-testkit} is a test for implementations.
 */
public interface ProgressStore {
  /**
   * Returns what is known of a shard, under all fingerprints; empty if there is nothing. Called on
   * a thread that may block and be interrupted.
   *
   * @param shard null where the source has none
   * @param deadline when nobody waits for the answer any more
   */
  List<TargetProgress> load(Source source, @Nullable String shard, Deadline deadline)
      throws Exception;

  /**
   * Merges changes into what is known of a shard: each record named gets its new progress, {@link
   * RecordProgress#NONE} removes it, all others stay as they are, also those that another process
   * changes at the same time. After an exception any part of the changes may have been made.
   *
   * @param changes at most one for each target and fingerprint
   * @param deadline when to give up, retries included
   * @return how many records could not be kept because of the store's bounds
   */
  int save(Source source, @Nullable String shard, List<TargetProgress> changes, Deadline deadline)
      throws Exception;

  /**
   * Returns whether every process that may ever read the source uses this same memory.
   *
   * <p>Where some do not, one of them may have sent an old record of a key again without anybody
   * here knowing; to leave out the newer one then, because it arrived earlier, would leave the old
   * one on top. So of targets that keep an order, what they accepted is remembered only by a store
   * that is shared.
   */
  boolean isShared();

  /**
   * Returns how long a call of this store may take; half a second by default. The engine ends
   * deliveries this much before a call's deadline (but at most a quarter of its time), so that
   * there is time to save. Zero for a store that does no I/O: it is then called on the thread that
   * called the engine.
   */
  default Duration timeout() {
    return Duration.ofMillis(500);
  }
}
