package org.streamfanout.cli;

import java.util.List;
import org.streamfanout.spi.Source;

/**
 * A worker that can be started.
 *
 * @param sources what it will read; each must have targets
 * @param worker the worker
 * @param release lets connections go that were made for it
 */
record WorkerPlan(List<Source> sources, Worker worker, Runnable release) implements AutoCloseable {

  /** Copies the list. */
  WorkerPlan {
    sources = List.copyOf(sources);
  }

  @Override
  public void close() {
    release.run();
  }
}
