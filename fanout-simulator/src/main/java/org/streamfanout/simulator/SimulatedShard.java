package org.streamfanout.simulator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shard, partition or part of one that is read in order, and how far it was committed. Used by
 * one strand at a time.
 */
public final class SimulatedShard {
  private final Stage stage;
  private final String id;
  private final List<SimulatedShard> parents;
  private final List<Item> items = new ArrayList<>();
  private int committed;
  private @Nullable Lease lease;

  SimulatedShard(Stage stage, String id, List<SimulatedShard> parents) {
    this.stage = stage;
    this.id = id;
    this.parents = List.copyOf(parents);
  }

  void add(Item item) {
    items.add(item);
  }

  Stage stage() {
    return stage;
  }

  List<Item> items() {
    return items;
  }

  /** Returns its id; parts of one shard share it. */
  public String id() {
    return id;
  }

  /** Returns the shards that it continues: it may be read when those are finished. */
  public List<SimulatedShard> parents() {
    return parents;
  }

  /** Returns how many records it has. */
  public int size() {
    return items.size();
  }

  /** Returns how many records, from the first on, are committed. */
  public int committed() {
    return committed;
  }

  /** Returns whether all of it is committed. */
  public boolean isFinished() {
    return committed == items.size();
  }

  /** Gives it to a reader, and takes it from whoever has it. */
  public Lease lease(SimulatedProcess owner) {
    return lease(owner, false);
  }

  /**
   * Gives it to a reader that may read records again while it has the shard, as Lambda's event
   * source mapping does after a failed invocation.
   */
  public Lease retryingLease() {
    return lease(null, true);
  }

  private Lease lease(@Nullable SimulatedProcess owner, boolean retries) {
    Lease fresh = new Lease(this, owner, stage.oracle().nextLease(), retries);
    lease = fresh;
    stage.trace(() -> "lease " + fresh);
    return fresh;
  }

  boolean isLeasedBy(Lease candidate) {
    return lease == candidate;
  }

  void commit(int count) {
    committed = count;
  }

  @Override
  public String toString() {
    return id;
  }
}
