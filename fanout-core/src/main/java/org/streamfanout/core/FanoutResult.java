package org.streamfanout.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/** The engine's answer for one batch: a snapshot, immutable. */
public final class FanoutResult {
  private final Source source;
  private final @Nullable String shard;
  private final List<TargetResult> targets;
  private final Checkpoint checkpoint;
  private final List<Position> unsettled;
  private final Unsettled left;

  FanoutResult(
      Source source,
      @Nullable String shard,
      List<TargetResult> targets,
      Checkpoint checkpoint,
      List<Position> unsettled,
      Unsettled left) {
    this.source = source;
    this.shard = shard;
    this.targets = List.copyOf(targets);
    this.checkpoint = checkpoint;
    this.unsettled = List.copyOf(unsettled);
    this.left = left;
  }

  /** Returns where the records come from. */
  public Source source() {
    return source;
  }

  /** Returns their shard; null where the source has none. */
  public @Nullable String shard() {
    return shard;
  }

  /** Returns what became of the batch at each target, dead-letter targets left out. */
  public List<TargetResult> targets() {
    return targets;
  }

  /** Returns how far the host may commit. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** Returns the source records that some target has not settled, in order. */
  public List<Position> unsettled() {
    return unsettled;
  }

  /** Returns whether every record is settled for every target. */
  public boolean isSettled() {
    return checkpoint.isComplete();
  }

  /** Returns what {@link FanoutEngine#resume} needs to go on; empty if all is settled. */
  public Unsettled left() {
    return left;
  }
}
