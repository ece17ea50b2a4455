package org.streamfanout.spi;

import java.util.Objects;

/**
 * The place of a record in its shard.
 *
 * <p>Positions are compared for equality only: the engine never parses or orders them, since order
 * is the order of the list that a host hands over.
 *
 * @param sequenceNumber the source's own, as text
 * @param part the place within a KPL aggregate, from 0, or {@link #WHOLE} for a record taken as it
 *     is; (S, 0) and (S, WHOLE) are different things
 */
public record Position(String sequenceNumber, int part) {

  /** The part of a record that was not taken out of an aggregate. */
  public static final int WHOLE = -1;

  /** Checks that the sequence number is not null and the part not below {@link #WHOLE}. */
  public Position {
    Objects.requireNonNull(sequenceNumber, "sequenceNumber");
    if (part < WHOLE) {
      throw new IllegalArgumentException("part " + part + " is below " + WHOLE);
    }
  }

  /** Returns the position of a record taken as it is. */
  public static Position whole(String sequenceNumber) {
    return new Position(sequenceNumber, WHOLE);
  }

  /** Returns whether the record was taken as it is. */
  public boolean isWhole() {
    return part == WHOLE;
  }

  /** Returns the part, counted from 0, with 0 for a whole record as KPL readers print it. */
  public int subSequenceNumber() {
    return Math.max(part, 0);
  }
}
