package org.streamfanout.provider.memcached;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of ElastiCache's own host names, matched as a whole: {@code <labels>.<short
 * region>.cache.<suffix>}, in every partition.
 *
 * @param labels what stands before the domain
 * @param domain the regional domain, which all nodes of one cluster share
 */
record CacheHost(List<String> labels, String domain) {
  /** The domains of AWS's partitions, as in the SDK's {@code partitions.json} (checked 2026-11). */
  private static final Pattern NAME =
      Pattern.compile(
          "((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,5}?)"
              + "([a-z]{2,6}\\d{1,2}\\.cache\\."
              + "(?:amazonaws\\.com|amazonaws\\.com\\.cn|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov"
              + "|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov|amazonaws\\.eu))");

  private static final String CONFIGURATION = "cfg";
  private static final String SERVERLESS = "serverless";

  /** Labels that say what an endpoint is for, not whose it is. */
  private static final Set<String> ROLES = Set.of(CONFIGURATION, SERVERLESS);

  private static final Pattern NODE = Pattern.compile("\\d{4}");

  /** Reads a host in lower case; empty if it is not one of ElastiCache's. */
  static Optional<CacheHost> of(String host) {
    Matcher matcher = NAME.matcher(host);
    return matcher.matches()
        ? Optional.of(new CacheHost(List.of(matcher.group(1).split("\\.")), matcher.group(2)))
        : Optional.empty();
  }

  /** Returns whether this endpoint says which nodes there are. */
  boolean isConfiguration() {
    return labels.contains(CONFIGURATION);
  }

  /** Returns whether the name says that it takes TLS: serverless caches always do. */
  boolean hasTls() {
    return labels.contains(SERVERLESS);
  }

  /** Returns whether both are endpoints of one cluster: same region, same cluster of one owner. */
  boolean isOfSameClusterAs(CacheHost other) {
    return domain.equals(other.domain) && owner().equals(other.owner());
  }

  /** Returns the last label that names something: AWS's own id of the cluster's owner. */
  private String owner() {
    List<String> names = new ArrayList<>(labels);
    names.removeIf(label -> ROLES.contains(label) || NODE.matcher(label).matches());
    return names.isEmpty() ? String.join(".", labels) : names.get(names.size() - 1);
  }
}
