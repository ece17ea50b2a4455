package org.streamfanout.spi;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one {@link TargetSender#send} carries, already within the destination's limits.
 *
 * @param source where the records come from
 * @param shard their shard or partition; null where the source has none
 * @param messages never empty, in the order in which they should take effect
 */
public record Batch(Source source, @Nullable String shard, List<Message> messages) {

  /** Copies the list and checks that it is not empty. */
  public Batch {
    Objects.requireNonNull(source, "source");
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a batch holds at least one message");
    }
  }
}
