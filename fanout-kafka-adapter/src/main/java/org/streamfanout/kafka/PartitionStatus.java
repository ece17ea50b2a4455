package org.streamfanout.kafka;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.ShardStatus;

/**
 * One partition that a {@link FanoutConsumer} has.
 *
 * @param topic its topic
 * @param partition its number
 * @param committed the offset that was committed last by this consumer; null before its first
 * @param inHand how many records were read and are not settled for every target
 * @param lag how many offsets are not settled up to the end of the log; null while that is unknown
 * @param held what of the records in hand is with the targets, and since when: how far the others
 *     have run ahead while one holds records
 */
public record PartitionStatus(
    String topic,
    int partition,
    @Nullable Long committed,
    int inHand,
    @Nullable Long lag,
    ShardStatus held) {

  /** Checks that what must be there is. */
  public PartitionStatus {
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(held, "held");
  }
}
