package org.streamfanout.spi;

/** Which order a target keeps, always within one shard. */
public enum Ordering {
  /** None: messages go in parallel. */
  NONE,
  /** One batch in flight; its failed entries go again before the next. */
  BATCH,
  /** Messages of one key in order. */
  KEY,
  /** All messages in order. */
  SHARD
}
