package org.streamfanout.core.internal.delivery;

import java.time.Instant;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.TargetResult;

/**
 * What a call left at one target.
 *
 * @param result the counts
 * @param openSources the indexes of source records that are not settled
 * @param oldestHeld when the oldest of them came into the source; null if none is known
 */
public record TargetState(TargetResult result, BitSet openSources, @Nullable Instant oldestHeld) {}
