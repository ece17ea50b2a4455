package org.streamfanout.cli;

import java.time.Duration;

/** Reads a stream and delivers it, until it is told to stop. */
interface Worker extends AutoCloseable {
  /** Works; blocks until stopped. Returns or throws before that only if it cannot go on. */
  void run();

  /**
   * Takes no more records, gives those in hand until the limit to be settled, and keeps what is
   * settled. Any thread may call it.
   *
   * @return whether it has ended within the limit, and others may go on where it stopped
   */
  boolean stop(Duration limit);

  /** Lets go of what it has, after {@link #stop}. */
  @Override
  void close();
}
