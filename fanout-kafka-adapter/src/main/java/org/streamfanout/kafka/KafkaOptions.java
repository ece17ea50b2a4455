package org.streamfanout.kafka;

import java.time.Duration;
import java.util.Objects;
import org.streamfanout.core.ShardOptions;

/**
 * How a {@link FanoutConsumer} goes on with what is held, gives partitions up and commits.
 *
 * @param delivery how what is held is tried again, and how far other targets run ahead of it
 * @param revokeLimit how long what is in hand of a partition that goes to another consumer may
 *     still be worked on, and how long the commit of it may take then; never more than a third of
 *     {@code max.poll.interval.ms} each, since the group waits meanwhile. The longer, the fewer
 *     records the next consumer sees again
 * @param commitInterval how long what is settled may stay uncommitted: what a consumer that is
 *     killed has others deliver again
 */
public record KafkaOptions(ShardOptions delivery, Duration revokeLimit, Duration commitInterval) {

  /**
   * {@link ShardOptions#DEFAULT}; ten seconds to give a partition up, which is one attempt of
   * {@link org.streamfanout.core.RetryPolicy#DEFAULT}; a commit each second.
   */
  public static final KafkaOptions DEFAULT =
      new KafkaOptions(ShardOptions.DEFAULT, Duration.ofSeconds(10), Duration.ofSeconds(1));

  /** Checks the ranges. */
  public KafkaOptions {
    Objects.requireNonNull(delivery, "delivery");
    Objects.requireNonNull(revokeLimit, "revokeLimit");
    Objects.requireNonNull(commitInterval, "commitInterval");
    if (revokeLimit.isNegative() || revokeLimit.isZero()) {
      throw new IllegalArgumentException("revokeLimit " + revokeLimit + " is not positive");
    }
    if (commitInterval.isNegative()) {
      throw new IllegalArgumentException("commitInterval " + commitInterval + " is negative");
    }
  }

  /** Returns these options with another {@link #delivery}. */
  public KafkaOptions withDelivery(ShardOptions newDelivery) {
    return new KafkaOptions(newDelivery, revokeLimit, commitInterval);
  }

  /** Returns these options with another {@link #revokeLimit}. */
  public KafkaOptions withRevokeLimit(Duration newRevokeLimit) {
    return new KafkaOptions(delivery, newRevokeLimit, commitInterval);
  }

  /** Returns these options with another {@link #commitInterval}. */
  public KafkaOptions withCommitInterval(Duration newCommitInterval) {
    return new KafkaOptions(delivery, revokeLimit, newCommitInterval);
  }
}
