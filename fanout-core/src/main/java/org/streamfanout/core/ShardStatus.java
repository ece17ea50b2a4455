package org.streamfanout.core;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ShardDelivery} has in hand at a moment: everything that it was given and that is
 * past the checkpoint.
 *
 * @param records how many source records, those of the settled prefix left out
 * @param bytes the size of the batches that they are in: keys, data, headers and changes
 * @param batches how many batches, those left out that wait until there is room for them
 * @param since when the oldest of these batches came, by the engine's wall clock; null if there is
 *     none
 */
public record ShardStatus(int records, long bytes, int batches, @Nullable Instant since) {
  /** Nothing in hand. */
  public static final ShardStatus EMPTY = new ShardStatus(0, 0, 0, null);

  /** Returns what this and another shard have together, since the older of both. */
  public ShardStatus plus(ShardStatus other) {
    Objects.requireNonNull(other, "other");
    Instant older =
        since == null || (other.since != null && other.since.isBefore(since)) ? other.since : since;
    return new ShardStatus(
        records + other.records, bytes + other.bytes, batches + other.batches, older);
  }
}
