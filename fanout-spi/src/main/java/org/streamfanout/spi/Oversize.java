package org.streamfanout.spi;

/** What happens to a record whose message is larger than the destination takes. */
public enum Oversize {
  /** It is rejected, and {@link OnFailure} decides. */
  REJECT,
  /**
   * Its body is {@linkplain PayloadStore stored}, and the message carries a pointer to it: a claim
   * check.
   */
  CLAIM_CHECK
}
