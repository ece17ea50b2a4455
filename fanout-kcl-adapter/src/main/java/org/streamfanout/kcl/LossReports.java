package org.streamfanout.kcl;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Source;

/** Makes it known that records of a stream are lost. Thread-safe if the listener is. */
final class LossReports {
  private static final Logger LOG = LoggerFactory.getLogger(LossReports.class);

  private final Source stream;
  private final Consumer<LostRecords> listener;

  LossReports(Source stream, Consumer<LostRecords> listener) {
    this.stream = stream;
    this.listener = listener;
  }

  void report(@Nullable String shard, @Nullable String after, String reason) {
    LOG.error(
        "records of '{}' may be lost: shard '{}', after '{}': {}",
        stream.id(),
        shard,
        after,
        reason);
    try {
      listener.accept(new LostRecords(stream, shard, after, reason));
    } catch (RuntimeException e) {
      LOG.error("the listener for lost records failed", e);
    }
  }
}
