package org.streamfanout.core;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

/**
 * What a host read from one shard, in order.
 *
 * @param source where the records come from
 * @param shard their shard or partition; null where the source has none
 * @param records the records, in the shard's order; may be empty
 * @param takenApart whether the host has taken KPL aggregates apart already. A target that wants
 *     source records as they are ({@code deaggregate=false}) cannot have them then, and is held
 *     while the batch has a user record
 */
public record SourceBatch(
    Source source, @Nullable String shard, List<FanoutRecord> records, boolean takenApart) {
  /** Copies the list. */
  public SourceBatch {
    Objects.requireNonNull(source, "source");
    records = List.copyOf(records);
  }

  /** Makes a batch of source records as they are. */
  public SourceBatch(Source source, @Nullable String shard, List<FanoutRecord> records) {
    this(source, shard, records, false);
  }
}
