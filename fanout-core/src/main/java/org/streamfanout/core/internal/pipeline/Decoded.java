package org.streamfanout.core.internal.pipeline;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * What one source record decodes to, in order.
 *
 * @param records user records, or the record itself; rejected ones keep their place, as they are;
 *     empty for an aggregate without records
 * @param rejections why the record at an index cannot be sent; usually empty
 */
public record Decoded(List<FanoutRecord> records, Map<Integer, Failure> rejections) {

  /** Returns what a record that needs no decoding decodes to. */
  public static Decoded of(FanoutRecord record) {
    return new Decoded(List.of(record), Map.of());
  }

  /** Returns why the record at an index cannot be sent; null if it can. */
  public @Nullable Failure rejection(int index) {
    return rejections.isEmpty() ? null : rejections.get(index);
  }
}
