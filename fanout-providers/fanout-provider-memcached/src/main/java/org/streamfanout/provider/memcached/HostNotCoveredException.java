package org.streamfanout.provider.memcached;

import org.streamfanout.spi.HostPort;

/** Discovery found a node that the target may not reach. */
final class HostNotCoveredException extends Exception {
  private static final long serialVersionUID = 1L;

  HostNotCoveredException(HostPort node) {
    super(node.toString(), null, false, false);
  }
}
