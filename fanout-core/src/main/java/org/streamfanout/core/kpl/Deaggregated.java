package org.streamfanout.core.kpl;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * What one Kinesis record holds, in order. Immutable.
 *
 * @param records the user records of an aggregate, or the record itself if it is none; a rejected
 *     one keeps its place; empty for an aggregate without user records
 * @param rejections why the record at an index cannot be used; usually empty
 */
public record Deaggregated(List<FanoutRecord> records, Map<Integer, Failure> rejections) {
  /** Checks that nothing is null; the lists are made by the deaggregator and not copied. */
  public Deaggregated {
    Objects.requireNonNull(records, "records");
    Objects.requireNonNull(rejections, "rejections");
  }
}
