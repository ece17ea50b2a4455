package org.streamfanout.spi;

import java.util.Objects;

/**
 * Which record of a shard is meant, exactly.
 *
 * @param id the source record's id, unique in its source for as long as it is remembered
 * @param part the place within a KPL aggregate, from 0, or {@link Position#WHOLE}
 */
public record RecordKey(String id, int part) {
  /** Checks that the id is not null and the part not below {@link Position#WHOLE}. */
  public RecordKey {
    Objects.requireNonNull(id, "id");
    if (part < Position.WHOLE) {
      throw new IllegalArgumentException("part " + part + " is below " + Position.WHOLE);
    }
  }
}
