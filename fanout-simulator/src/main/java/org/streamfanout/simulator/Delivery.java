package org.streamfanout.simulator;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RegistryException;

/**
 * One batch on its way through a process's engine, watched by the oracle. Used by one strand at a
 * time, which must be one of that process.
 */
public final class Delivery {
  private final Chain chain;
  private final SourceBatch batch;
  private @Nullable FanoutResult result;

  Delivery(Chain chain, SourceBatch batch) {
    this.chain = chain;
    this.batch = batch;
  }

  /** Returns the batch. */
  public SourceBatch batch() {
    return batch;
  }

  /** Returns the place of its first record in the shard. */
  public int from() {
    return chain.from();
  }

  /** Returns the place behind its last record. */
  public int to() {
    return chain.from() + chain.items().size();
  }

  /**
   * Has the engine process it, the first time, and resume what is left after that.
   *
   * @throws RegistryException if the targets cannot be read; nothing was sent
   */
  public FanoutResult process(Deadline deadline) {
    FanoutResult before = result;
    FanoutResult answer =
        watched(
            () ->
                before == null
                    ? chain.process().engine().process(batch, deadline)
                    : chain.process().engine().resume(before.left(), deadline));
    result = answer;
    return answer;
  }

  /** Has the engine process it as if it were new, as a broken host would. */
  FanoutResult processAnew(Deadline deadline) {
    result = null;
    return process(deadline);
  }

  /** Delivers it by a host's loop for one shard, until that may have the next. */
  public boolean deliverAhead(ShardDelivery shard, ShardDelivery.Progress progress) {
    return watched(() -> shard.deliverAhead(batch, progress));
  }

  /** Hands it to a host's loop for one shard, which does not block. */
  public boolean start(ShardDelivery shard, ShardDelivery.Progress progress) {
    return watched(() -> shard.start(batch, progress, () -> {}));
  }

  private <T> T watched(Supplier<T> call) {
    Strand self = Scheduler.self();
    Chain before = self.chain;
    self.chain = chain;
    try {
      T answer = call.get();
      chain.process().checkAlive();
      return answer;
    } finally {
      self.chain = before;
    }
  }

  /**
   * Commits the first records of the batch.
   *
   * @param settled how many
   * @return whether the lease still stands; if not, nothing was committed
   */
  public boolean commit(int settled) {
    Lease lease = chain.lease();
    if (!lease.isHeld()) {
      return false;
    }
    commitAnyway(settled);
    return true;
  }

  /** Commits without a look at the lease, as a broken host would. */
  void commitAnyway(int settled) {
    SimulatedProcess committer = Scheduler.self().process;
    if (committer != null && committer.isDead()) {
      // It unwinds; a process that is no more commits nothing.
      return;
    }
    chain.shard().stage().oracle().commit(chain, settled);
  }

  /** Gives up records of the batch as the host's configuration wants, such as after retries. */
  public void discard() {
    chain.shard().stage().oracle().discard(chain);
  }

  @Override
  public String toString() {
    return chain.toString();
  }
}
