package org.streamfanout.provider.redis;

import java.util.List;
import java.util.Optional;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * Which hosts one target may reach. A cluster's answers and redirects name further hosts, and those
 * are no safer than the server that names them: each must be covered, too.
 *
 * @param seeds what the row names
 * @param context asked for the operator's word each time
 */
record RedisHosts(List<HostPort> seeds, ProviderContext context) {
  RedisHosts {
    seeds = List.copyOf(seeds);
  }

  /** Returns whether a row may name this host. */
  static boolean isValidSeed(HostPort seed, ProviderContext context) {
    return CacheHost.of(seed.host()).isPresent() || context.allows(seed);
  }

  /**
   * Returns whether a connection may be made to this node: a seed, a node of the same cluster at
   * AWS, a private address that an AWS seed names with its own port (clusters without TLS name
   * their nodes so), or what the operator allows.
   */
  boolean covers(HostPort node) {
    if (seeds.contains(node) || context.allows(node)) {
      return true;
    }
    Optional<CacheHost> cache = CacheHost.of(node.host());
    return seeds.stream()
        .anyMatch(
            seed ->
                CacheHost.of(seed.host())
                    .filter(
                        known ->
                            cache.filter(known::isOfSameClusterAs).isPresent()
                                || (CacheHost.isPrivateAddress(node.host())
                                    && node.port() == seed.port()))
                    .isPresent());
  }
}
