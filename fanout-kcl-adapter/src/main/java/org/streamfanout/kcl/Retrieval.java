package org.streamfanout.kcl;

/** How records are read from Kinesis. */
public enum Retrieval {
  /** By GetRecords: what all consumers of a shard share, five calls and 2 MB a second. */
  POLLING,
  /**
   * By enhanced fan-out: a registered consumer with a throughput of its own, which costs extra. KCL
   * registers it under the application's name unless a consumer's ARN is given.
   */
  FAN_OUT
}
