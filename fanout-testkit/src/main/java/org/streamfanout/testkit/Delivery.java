package org.streamfanout.testkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Source;

/**
 * One message that an {@link InMemoryTarget} has taken.
 *
 * @param targetId the target that it was sent to
 * @param source where its records come from
 * @param shard their shard; null where the source has none
 * @param message the message
 * @param send which send of that target id brought it, from 1
 */
public record Delivery(
    String targetId, Source source, @Nullable String shard, Message message, int send) {

  /** Checks that nothing but the shard is null. */
  public Delivery {
    Objects.requireNonNull(targetId, "targetId");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(message, "message");
  }
}
