package org.streamfanout.spi;

import org.jspecify.annotations.Nullable;

/**
 * A function from record to record that the host registers by name and a target names in its {@code
 * transform} column. Thread-safe, without side effects; runs after the filter, once per record and
 * target.
 */
@FunctionalInterface
public interface RecordTransform {
  /**
   * Returns the record to send, which may be the one given, or null to filter it out. An exception
   * rejects the record.
   */
  @Nullable FanoutRecord apply(FanoutRecord record);
}
