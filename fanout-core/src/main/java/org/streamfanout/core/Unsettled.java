package org.streamfanout.core;

import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.delivery.BatchRun;
import org.streamfanout.core.internal.progress.BatchProgress;
import org.streamfanout.spi.Source;

/**
 * What is left of a batch: opaque, to be handed to {@link FanoutEngine#resume} of the same engine
 * and process. Thread-safe, but one call at a time may resume it.
 */
public final class Unsettled {
  private final FanoutEngine engine;
  private final BatchRun run;
  private final @Nullable BatchProgress progress;
  private final boolean empty;

  Unsettled(FanoutEngine engine, BatchRun run, @Nullable BatchProgress progress, boolean empty) {
    this.engine = engine;
    this.run = run;
    this.progress = progress;
    this.empty = empty;
  }

  /** Returns where the records come from. */
  public Source source() {
    return run.batch().source();
  }

  /** Returns whether nothing was left when the call that made this answered. */
  public boolean isEmpty() {
    return empty;
  }

  FanoutEngine engine() {
    return engine;
  }

  BatchRun run() {
    return run;
  }

  @Nullable BatchProgress progress() {
    return progress;
  }
}
