package org.streamfanout.core.internal.delivery;

import org.streamfanout.core.SourceBatch;

/** What delivers one batch of a shard, as an executor gets it. */
public interface BatchTask extends Runnable {
  /** Returns the batch, the very object that the host handed over. */
  SourceBatch batch();
}
