package org.streamfanout.kafka;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FanoutConsumer} is at, as of a moment ago: for health checks and status lines.
 *
 * @param state where in its life it is
 * @param partitions those that it has now, by topic and number
 * @param expired how many offsets passed out of the log before they were read, since the start
 * @param problem what keeps it from reading or committing; null while nothing does. What holds a
 *     target back is told by the engine's listeners instead
 */
public record ConsumerStatus(
    State state, List<PartitionStatus> partitions, long expired, @Nullable String problem) {

  /** The life of a consumer. */
  public enum State {
    /** Not run yet. */
    NEW,
    /** Run, and not a member of its group yet. */
    JOINING,
    /** A member of its group. */
    RUNNING,
    /** Asked to stop. */
    STOPPING,
    /** At its end, by a stop or by an error. */
    ENDED
  }

  /** Copies the list. */
  public ConsumerStatus {
    Objects.requireNonNull(state, "state");
    partitions = List.copyOf(partitions);
  }
}
