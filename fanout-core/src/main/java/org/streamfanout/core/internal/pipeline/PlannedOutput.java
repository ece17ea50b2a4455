package org.streamfanout.core.internal.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * What is sent where a batch transform stands in between.
 *
 * @param record what is sent
 * @param items the plan's items that are settled only with it, each once, ascending
 * @param madeOf the records that it was made of; empty for one that the transform was not given or
 *     failed on, which goes as it is
 * @param rejection why it cannot be sent; null if it can
 * @param progress how far it has come
 */
record PlannedOutput(
    FanoutRecord record,
    List<Integer> items,
    List<FanoutRecord> madeOf,
    @Nullable Failure rejection,
    TargetPlan.Progress progress) {
  PlannedOutput {
    items = List.copyOf(items);
    madeOf = List.copyOf(madeOf);
  }
}
