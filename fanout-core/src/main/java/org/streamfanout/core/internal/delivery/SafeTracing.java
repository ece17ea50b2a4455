package org.streamfanout.core.internal.delivery;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.spi.Tracing;

/** An engine's tracing, if it has one, as one that never throws. Thread-safe. */
public final class SafeTracing {
  private static final Logger LOG = LoggerFactory.getLogger(SafeTracing.class);

  private final @Nullable Tracing tracing;

  /** Wraps a tracing; null traces nothing. */
  public SafeTracing(@Nullable Tracing tracing) {
    this.tracing = tracing;
  }

  /** Returns what goes beside a message that carries these records. */
  Map<String, String> attributes(List<FanoutRecord> records) {
    if (tracing == null) {
      return Map.of();
    }
    try {
      return Map.copyOf(tracing.attributes(records));
    } catch (RuntimeException | Error e) {
      LOG.warn("the tracing failed; a message goes without its attributes", e);
      return Map.of();
    }
  }

  /** Sends a batch, and lets the tracing watch. */
  List<Outcome> send(TargetSender sender, TargetConfig target, Batch batch, Deadline deadline)
      throws Exception {
    Tracing.Sending watch = begin(target, batch);
    if (watch == null) {
      return sender.send(batch, deadline);
    }
    List<Outcome> outcomes;
    try {
      outcomes = sender.send(batch, deadline);
    } catch (Throwable error) {
      end(() -> watch.failed(error));
      throw error;
    }
    end(() -> watch.answered(outcomes));
    return outcomes;
  }

  private Tracing.@Nullable Sending begin(TargetConfig target, Batch batch) {
    if (tracing == null) {
      return null;
    }
    try {
      return tracing.sending(target, batch);
    } catch (RuntimeException | Error e) {
      LOG.warn("the tracing failed; a send goes unseen", e);
      return null;
    }
  }

  private static void end(Runnable what) {
    try {
      what.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("the tracing failed at the end of a send", e);
    }
  }
}
