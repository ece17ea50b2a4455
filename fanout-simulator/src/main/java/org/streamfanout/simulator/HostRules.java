package org.streamfanout.simulator;

import java.util.function.Supplier;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.spi.Deadline;

/**
 * The rules that a host has to keep, in one place: what may be committed, by whom, and what is
 * handed to the engine again. Tests of the oracle break them one by one.
 */
class HostRules {
  /** Returns how many records of a batch may be committed. */
  int settled(Checkpoint checkpoint, Delivery delivery) {
    return checkpoint.settled();
  }

  /** Commits; returns whether the reader still has its shard. */
  boolean commit(Delivery delivery, int settled) {
    return delivery.commit(settled);
  }

  /** Has a batch delivered further, or for the first time. */
  FanoutResult deliver(Delivery delivery, Deadline deadline) {
    return delivery.process(deadline);
  }

  /** Returns the loop that a shard's next batch goes to: the same for all. */
  ShardDelivery loop(ShardDelivery loop, Supplier<ShardDelivery> another) {
    return loop;
  }

  /** A host may bring the next batch; nothing follows from that. */
  void mayBringNext(Delivery delivery) {}

  /** Returns whether a batch needs nothing more. */
  boolean isSettled(FanoutResult result) {
    return result.isSettled();
  }

  /** Returns whether what continues a shard may be read. */
  boolean isFinished(SimulatedShard shard) {
    return shard.isFinished();
  }

  /** Returns the place in a batch from which a failed invocation with partial responses goes on. */
  int firstFailed(FanoutResult result) {
    return result.checkpoint().settled();
  }
}
