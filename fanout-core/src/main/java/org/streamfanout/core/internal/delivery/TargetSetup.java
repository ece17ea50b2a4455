package org.streamfanout.core.internal.delivery;

import org.streamfanout.core.internal.pipeline.Collapser;
import org.streamfanout.core.internal.pipeline.MessageIds;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;

/**
 * A target that is ready to be delivered to.
 *
 * @param config its row
 * @param runtime its sender and what is known of it
 * @param ordering the order that it really keeps
 * @param collapse how its records are joined
 * @param collapser what joins them
 * @param ids the ids of its messages
 */
public record TargetSetup(
    TargetConfig config,
    TargetRuntime runtime,
    Ordering ordering,
    Collapse collapse,
    Collapser collapser,
    MessageIds ids) {

  /** Returns the order that a destination can keep: FIFO ones always keep that of each key. */
  public static Ordering effectiveOrdering(TargetConfig config, boolean fifo) {
    Ordering wanted = config.ordering();
    return fifo && (wanted == Ordering.NONE || wanted == Ordering.BATCH) ? Ordering.KEY : wanted;
  }
}
