package org.streamfanout.simulator;

import java.time.Duration;
import org.streamfanout.core.ShardOptions;

/** How far the loops of hosts run ahead of what is held: not at all, a little, or to the end. */
final class Ahead {
  private static final int[] RECORDS = {1_000, 6, 0, 3};
  private static final long[] BYTES = {1 << 20, 1 << 20, 60};
  private static final int LONGEST_WAIT_MILLIS = 40;

  private Ahead() {}

  static ShardOptions choose(ShardOptions options, Stage stage) {
    return options
        .withMaxHeld(RECORDS[stage.choose(RECORDS.length)], BYTES[stage.choose(BYTES.length)])
        .withAheadAfter(Duration.ofMillis(stage.choose(LONGEST_WAIT_MILLIS)));
  }
}
