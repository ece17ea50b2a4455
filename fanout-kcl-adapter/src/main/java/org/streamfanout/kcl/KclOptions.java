package org.streamfanout.kcl;

import java.time.Duration;
import java.util.Objects;
import org.streamfanout.core.ShardOptions;

/**
 * How this adapter behaves under KCL.
 *
 * @param shard how a shard goes on with what is held
 * @param stopLimit how long records under way may take once a shard is to go to another worker, and
 *     how long {@link FanoutWorker#close} may take in all
 * @param leaseCheck how often the worker looks whether its shards are still its own
 */
public record KclOptions(ShardOptions shard, Duration stopLimit, Duration leaseCheck) {

  /**
   * {@link ShardOptions#DEFAULT}; 20 seconds to stop, which is less than the 30 after which KCL
   * takes a lease away and after which Kubernetes kills a process; a look at the leases each second
   * (they are in memory), which is a tenth of the time after which KCL gives a lease up for lost.
   */
  public static final KclOptions DEFAULT =
      new KclOptions(ShardOptions.DEFAULT, Duration.ofSeconds(20), Duration.ofSeconds(1));

  /** Checks the ranges. */
  public KclOptions {
    Objects.requireNonNull(shard, "shard");
    Objects.requireNonNull(stopLimit, "stopLimit");
    Objects.requireNonNull(leaseCheck, "leaseCheck");
    if (stopLimit.isNegative()) {
      throw new IllegalArgumentException("stopLimit " + stopLimit + " is negative");
    }
    if (leaseCheck.isNegative() || leaseCheck.isZero()) {
      throw new IllegalArgumentException("leaseCheck " + leaseCheck + " is not positive");
    }
  }

  /** Returns these options with another way to go on with what is held. */
  public KclOptions withShard(ShardOptions newShard) {
    return new KclOptions(newShard, stopLimit, leaseCheck);
  }

  /** Returns these options with another limit of stopping. */
  public KclOptions withStopLimit(Duration newStopLimit) {
    return new KclOptions(shard, newStopLimit, leaseCheck);
  }
}
