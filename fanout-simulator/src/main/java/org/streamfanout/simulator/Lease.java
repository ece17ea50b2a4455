package org.streamfanout.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.FanoutRecord;

/**
 * One reader's right to a shard, from the committed place on, until somebody else gets it. Used by
 * one strand at a time.
 */
public final class Lease {
  private final SimulatedShard shard;
  private final @Nullable SimulatedProcess owner;
  private final int number;
  private final boolean retries;
  private int next;

  Lease(SimulatedShard shard, @Nullable SimulatedProcess owner, int number, boolean retries) {
    this.shard = shard;
    this.owner = owner;
    this.number = number;
    this.retries = retries;
    this.next = shard.committed();
  }

  /** Returns the shard. */
  public SimulatedShard shard() {
    return shard;
  }

  /** Returns who has it; null where nobody in particular does. */
  public @Nullable SimulatedProcess owner() {
    return owner;
  }

  /** Returns whether it still stands. */
  public boolean isHeld() {
    return shard.isLeasedBy(this);
  }

  /** Returns whether all was read. */
  public boolean isAtEnd() {
    return next == shard.size();
  }

  int number() {
    return number;
  }

  boolean retries() {
    return retries;
  }

  /**
   * Reads the next records, for a process to deliver.
   *
   * @return the delivery; null at the end
   */
  public @Nullable Delivery next(SimulatedProcess process, int maxRecords) {
    if (isAtEnd()) {
      return null;
    }
    int from = next;
    next = Math.min(shard.size(), from + maxRecords);
    return read(process, from, next);
  }

  /** Reads records again, from a place on, such as after a failed invocation. */
  public Delivery read(SimulatedProcess process, int from, int to) {
    List<Item> items = List.copyOf(shard.items().subList(from, to));
    List<FanoutRecord> records = items.stream().map(Item::record).toList();
    SourceBatch batch = new SourceBatch(shard.stage().source(), shard.id(), records);
    Chain chain = shard.stage().oracle().begin(this, process, from, items);
    shard.stage().carries(chain, batch);
    shard.stage().trace(() -> chain + " reads " + items);
    return new Delivery(chain, batch);
  }

  /** Goes back to a place, which is read next. */
  public void seek(int to) {
    next = to;
  }

  @Override
  public String toString() {
    return "lease " + number + " of " + shard + (owner == null ? "" : " for " + owner);
  }
}
