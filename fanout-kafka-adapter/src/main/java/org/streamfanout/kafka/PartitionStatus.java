package org.streamfanout.kafka;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One partition that a {@link FanoutConsumer} has.
 *
 * @param topic its topic
 * @param partition its number
 * @param committed the offset that was committed last by this consumer; null before its first
 * @param inHand how many records were read and are not settled for every target
 * @param lag how many offsets are not settled up to the end of the log; null while that is unknown
 */
public record PartitionStatus(
    String topic, int partition, @Nullable Long committed, int inHand, @Nullable Long lag) {

  /** Checks that the topic is not null. */
  public PartitionStatus {
    Objects.requireNonNull(topic, "topic");
  }
}
