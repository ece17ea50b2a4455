package org.streamfanout.admin.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.elasticache.ElastiCacheClient;
import software.amazon.awssdk.services.elasticache.model.CacheCluster;
import software.amazon.awssdk.services.elasticache.model.Endpoint;
import software.amazon.awssdk.services.elasticache.model.ReplicationGroup;

/** The caches of ElastiCache that targets name by their addresses, and which VPC they are in. */
final class Caches {
  private static final Pattern HOST =
      Pattern.compile("([a-z0-9.-]+\\.cache\\.amazonaws\\.com(?:\\.cn)?)");

  private Caches() {}

  /** Returns the first cache that a destination names. */
  static Optional<String> hostOf(TargetConfig target) {
    Matcher matcher = HOST.matcher(target.destination());
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /**
   * Returns the VPC of a cache; nothing, and it is written down, if it is not told. An empty one if
   * no cache of the account and region has that address.
   */
  static Optional<String> vpcOf(
      Facts facts, FunctionFacts function, String host, String subject, Notes notes) {
    ElastiCacheClient caches =
        facts
            .clients()
            .client(ElastiCacheClient.class, ElastiCacheClient::builder, function.region());
    Optional<String> subnets =
        notes.ask(
            subject,
            "look up the cache " + host,
            "elasticache:DescribeReplicationGroups and elasticache:DescribeCacheClusters",
            () -> subnetsOf(caches, host));
    if (subnets.isEmpty() || subnets.get().isEmpty()) {
      return subnets;
    }
    String name = subnets.get();
    return notes.ask(
        subject,
        "look up the subnets of the cache " + host,
        "elasticache:DescribeCacheSubnetGroups",
        () ->
            caches
                .describeCacheSubnetGroups(request -> request.cacheSubnetGroupName(name))
                .cacheSubnetGroups()
                .get(0)
                .vpcId());
  }

  /** Returns the subnet group of a cache; an empty text if there is no such cache. */
  private static String subnetsOf(ElastiCacheClient caches, String host) {
    String member =
        caches.describeReplicationGroupsPaginator().replicationGroups().stream()
            .filter(group -> has(group, host) && !group.memberClusters().isEmpty())
            .map(group -> group.memberClusters().get(0))
            .findFirst()
            .orElse(null);
    return caches
        .describeCacheClustersPaginator(request -> request.showCacheNodeInfo(true))
        .cacheClusters()
        .stream()
        .filter(cluster -> cluster.cacheClusterId().equals(member) || has(cluster, host))
        .map(CacheCluster::cacheSubnetGroupName)
        .findFirst()
        .orElse("");
  }

  private static boolean has(ReplicationGroup group, String host) {
    return is(group.configurationEndpoint(), host)
        || group.nodeGroups().stream()
            .anyMatch(
                nodes -> is(nodes.primaryEndpoint(), host) || is(nodes.readerEndpoint(), host));
  }

  private static boolean has(CacheCluster cluster, String host) {
    return is(cluster.configurationEndpoint(), host)
        || cluster.cacheNodes().stream().anyMatch(node -> is(node.endpoint(), host));
  }

  private static boolean is(@Nullable Endpoint endpoint, String host) {
    return endpoint != null && host.equals(endpoint.address());
  }
}
