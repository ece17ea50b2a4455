package org.streamfanout.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

/**
 * One record of the simulated stream, as it was written.
 *
 * @param shard where it is read
 * @param index its place there
 * @param data its bytes
 * @param before what comes before it in its shard and those that this one continues
 */
record Item(SimulatedShard shard, int index, FanoutRecord record, Bytes data, List<Item> before) {

  String key() {
    return record.key();
  }

  /** Returns whether another is before it in the lane of an order by key, or over the shard. */
  boolean follows(Item other, boolean byKey) {
    return before.contains(other) && (!byKey || other.key().equals(key()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return record.id() + "(" + key() + ")";
  }
}
