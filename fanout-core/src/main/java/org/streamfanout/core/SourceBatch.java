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
 */
public record SourceBatch(Source source, @Nullable String shard, List<FanoutRecord> records) {
  /** Copies the list. */
  public SourceBatch {
    Objects.requireNonNull(source, "source");
    records = List.copyOf(records);
  }
}
