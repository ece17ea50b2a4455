package org.streamfanout.kcl;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Source;

/**
 * Changes that a table's stream no longer has, and that were perhaps never delivered: DynamoDB
 * keeps them for 24 hours. Whether there were any nobody can tell any more.
 *
 * @param stream the table's stream
 * @param shard the shard that they were in; null if it cannot be told
 * @param after the sequence number up to which everything was read; null if nothing of the shard
 *     was, or if it cannot be told
 * @param reason what was noticed
 */
public record LostRecords(
    Source stream, @Nullable String shard, @Nullable String after, String reason) {

  /** Checks that what must be there is. */
  public LostRecords {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(reason, "reason");
  }
}
