package org.streamfanout.cli;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.ShardStatus;

/** Reads a stream and delivers it, until it is told to stop. */
interface Worker {
  /**
   * What a worker is at.
   *
   * @param problems what keeps it from reading; empty while nothing does
   * @param shards how many shards or partitions it has now
   * @param losses how many records, or how often some, were gone before they were read; null if it
   *     cannot tell
   * @param inHand what was read and is past the checkpoint, of all shards together
   */
  record Status(List<String> problems, int shards, @Nullable Long losses, ShardStatus inHand) {
    /** Copies the list. */
    public Status {
      problems = List.copyOf(problems);
    }
  }

  /** Works; blocks until stopped. Returns or throws before that only if it cannot go on. */
  void run();

  /**
   * Takes no more records, gives those in hand until the limit to be settled, and keeps what is
   * settled. Any thread may call it.
   *
   * @return whether others may go on where it has stopped, at once
   */
  boolean stop(Duration limit);

  /** Returns what it is at; any thread may ask. */
  Status status();
}
