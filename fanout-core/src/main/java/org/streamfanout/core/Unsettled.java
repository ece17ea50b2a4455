package org.streamfanout.core;

import org.streamfanout.core.internal.delivery.BatchRun;
import org.streamfanout.spi.Source;

/**
 * What is left of a batch: opaque, to be handed to {@link FanoutEngine#resume} of the same engine
 * and process. Thread-safe, but one call at a time may resume it.
 */
public final class Unsettled {
  private final FanoutEngine engine;
  private final BatchRun run;
  private final boolean empty;

  Unsettled(FanoutEngine engine, BatchRun run, boolean empty) {
    this.engine = engine;
    this.run = run;
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
}
