package org.streamfanout.provider.memcached;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.streamfanout.spi.HostPort;

/**
 * Reads what a configuration endpoint answers to {@code config get cluster}: a line with a version,
 * then one with {@code <host>|<address>|<port>} of each node. See <a
 * href="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoDiscovery.AddingToYourClientLibrary.html">
 * ElastiCache's description</a> (as known 2026-11).
 */
final class ClusterAnswer {
  private static final String HEAD = "CONFIG cluster ";

  private ClusterAnswer() {}

  /** Returns the nodes; empty if the text is no such answer, or names none. */
  static Optional<List<HostPort>> nodes(String text) {
    String[] lines = text.split("\r?\n");
    if (lines.length < 3 || !lines[0].startsWith(HEAD) || !lines[1].strip().matches("\\d{1,18}")) {
      return Optional.empty();
    }
    List<HostPort> nodes = new ArrayList<>();
    for (String node : lines[2].strip().split("\\s+")) {
      String[] parts = node.split("\\|", -1);
      Optional<HostPort> address =
          parts.length != 3
              ? Optional.empty()
              : HostPort.parse((parts[0].isEmpty() ? parts[1] : parts[0]) + ":" + parts[2]);
      if (address.isEmpty()) {
        return Optional.empty();
      }
      nodes.add(address.get());
    }
    return Optional.of(nodes);
  }
}
