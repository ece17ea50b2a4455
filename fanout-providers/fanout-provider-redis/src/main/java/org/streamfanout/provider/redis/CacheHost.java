package org.streamfanout.provider.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of AWS's own host names of a cache, matched as a whole: {@code <labels>.<short
 * region>.cache.<suffix>} of ElastiCache, {@code <labels>.memorydb.<region>.<suffix>} of MemoryDB,
 * in every partition.
 *
 * @param labels what stands before the domain
 * @param domain the regional domain, which all nodes of one cluster share
 */
record CacheHost(List<String> labels, String domain) {
  /** The domains of AWS's partitions, as in the SDK's {@code partitions.json} (checked 2026-11). */
  private static final String SUFFIX =
      "(?:amazonaws\\.com|amazonaws\\.com\\.cn|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk"
          + "|csp\\.hci\\.ic\\.gov|amazonaws\\.eu)";

  private static final Pattern NAME =
      Pattern.compile(
          "((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,5}?)"
              + "([a-z]{2,6}\\d{1,2}\\.cache\\."
              + SUFFIX
              + "|memorydb\\.[a-z]{2,4}(?:-[a-z]+){1,2}-\\d{1,2}\\."
              + SUFFIX
              + ")");

  /** Labels that say what an endpoint is for, not whose it is. */
  private static final Set<String> ROLES =
      Set.of("clustercfg", "master", "replica", "ng", "serverless");

  private static final Pattern NODE_GROUP = Pattern.compile("\\d{4}");

  /** Reads a host in lower case; empty if it is not one of AWS's. */
  static Optional<CacheHost> of(String host) {
    Matcher matcher = NAME.matcher(host);
    return matcher.matches()
        ? Optional.of(new CacheHost(List.of(matcher.group(1).split("\\.")), matcher.group(2)))
        : Optional.empty();
  }

  private boolean has(String label) {
    return labels.contains(label);
  }

  private boolean isMemoryDb() {
    return domain.startsWith("memorydb.");
  }

  /** Returns whether clients must speak the cluster protocol here. */
  boolean isCluster() {
    return has("clustercfg") || has("serverless") || isMemoryDb();
  }

  /**
   * Returns whether the name says that it takes TLS: serverless caches always do, MemoryDB does
   * unless it was switched off, and with TLS an ElastiCache endpoint's role is its first label.
   */
  boolean hasTls() {
    String first = labels.get(0);
    return has("serverless")
        || isMemoryDb()
        || (labels.size() > 1
            && (first.equals("clustercfg") || first.equals("master") || first.equals("replica")));
  }

  /** Returns whether both are endpoints of one cluster: same region, same cluster of one owner. */
  boolean isOfSameClusterAs(CacheHost other) {
    return domain.equals(other.domain) && owner().equals(other.owner());
  }

  /** Returns the last label that names something: AWS's own id of the cluster's owner. */
  private String owner() {
    List<String> names = new ArrayList<>(labels);
    names.removeIf(label -> ROLES.contains(label) || NODE_GROUP.matcher(label).matches());
    return names.isEmpty() ? String.join(".", labels) : names.get(names.size() - 1);
  }

  /**
   * Returns whether an address is one that a private network gives out (RFC 1918, RFC 6598): never
   * loopback, link-local or one of the internet's.
   */
  static boolean isPrivateAddress(String host) {
    if (!IPV4.matcher(host).matches()) {
      return false;
    }
    int[] bytes = Arrays.stream(host.split("\\.")).mapToInt(Integer::parseInt).toArray();
    return bytes[0] == 10
        || (bytes[0] == 172 && bytes[1] >= 16 && bytes[1] <= 31)
        || (bytes[0] == 192 && bytes[1] == 168)
        || (bytes[0] == 100 && bytes[1] >= 64 && bytes[1] <= 127);
  }

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
}
