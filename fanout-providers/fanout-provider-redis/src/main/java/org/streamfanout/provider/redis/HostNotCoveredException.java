package org.streamfanout.provider.redis;

/** A server named a node that the target may not reach. */
final class HostNotCoveredException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 100;

  HostNotCoveredException(String host) {
    super(
        host.replaceAll("[^\\x21-\\x7e]", "?").substring(0, Math.min(LONGEST, host.length())),
        null,
        false,
        false);
  }
}
