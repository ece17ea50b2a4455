package org.streamfanout.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.TargetCounts;

/**
 * What became of a batch at one target, as sums since the batch came in.
 *
 * @param targetId the target's id
 * @param type the target's type; empty if its row does not say
 * @param counts how many records came to which end
 * @param firstFailure the first failure; null if there was none
 */
public record TargetResult(
    String targetId, String type, TargetCounts counts, @Nullable Failure firstFailure) {
  /** Checks that nothing but the failure is null. */
  public TargetResult {
    Objects.requireNonNull(targetId, "targetId");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(counts, "counts");
  }
}
