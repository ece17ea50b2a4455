package org.streamfanout.core;

import org.streamfanout.spi.Source;

/**
 * What is left of a batch: opaque, to be handed to {@link FanoutEngine#resume} of the same engine
 * and process. Thread-safe, but one call at a time may resume it.
 */
public final class Unsettled {
  private final Source source;
  private final boolean empty;

  Unsettled(Source source, boolean empty) {
    this.source = source;
    this.empty = empty;
  }

  /** Returns where the records come from. */
  public Source source() {
    return source;
  }

  /** Returns whether nothing is left. */
  public boolean isEmpty() {
    return empty;
  }
}
