package org.streamfanout.cli;

import java.util.List;
import java.util.function.Function;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.Source;

/**
 * A worker that can be made.
 *
 * @param sources what it will read; each must have targets
 * @param open makes the worker
 * @param release lets connections go that were made for it
 */
record WorkerPlan(List<Source> sources, Function<FanoutEngine, Worker> open, Runnable release)
    implements AutoCloseable {

  /** Copies the list. */
  WorkerPlan {
    sources = List.copyOf(sources);
  }

  @Override
  public void close() {
    release.run();
  }
}
