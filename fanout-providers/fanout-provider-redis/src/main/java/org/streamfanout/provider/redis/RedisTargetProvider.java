package org.streamfanout.provider.redis;

import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * Writes to Redis and what speaks its protocol: a server, a primary with replicas, a cluster;
 * ElastiCache and MemoryDB. Thread-safe.
 */
public final class RedisTargetProvider implements TargetProvider {
  /**
   * 1,000 commands and 32 MiB a call, for one value as for all. These are our own: Redis has no
   * limit on a pipeline and takes <a
   * href="https://redis.io/docs/latest/develop/data-types/strings/">values of up to 512 MB</a> (as
   * known 2026-11), each of which would be in this process' memory several times over.
   */
  public static final Limits LIMITS = Limits.of(1_000, 32L << 20, 32L << 20);

  /** Makes the provider. */
  public RedisTargetProvider() {}

  @Override
  public String type() {
    return "redis";
  }

  @Override
  public Description describe() {
    return Description.builder(
            "Redis, or what speaks its protocol: a server, a primary with replicas, a cluster;"
                + " ElastiCache and MemoryDB.")
        .destination(
            RedisSettings.SYNTAX
                + ". Hosts of ElastiCache and MemoryDB are valid by themselves, others by the"
                + " operator's word. A node that a cluster names must be of the same cluster at"
                + " AWS (by name, or as a private address with the port of the destination), or"
                + " allowed by the operator; otherwise its records are held. The columns role and"
                + " region are ignored.")
        .example("orders.abcdef.ng.0001.euw1.cache.amazonaws.com:6379")
        .ordering(
            "None within a call, which is pipelined; two writes of one key are never under way at"
                + " once with command=set. KEY costs nothing more there. BATCH and SHARD send one"
                + " command at a time.")
        .duplicates(
            "command=set overwrites, so a record sent twice changes nothing, and of several"
                + " records with one key the last one stays. A stream or list gets the record"
                + " twice; a stream's field 'id' is equal in both. Commands are never repeated by"
                + " the client.")
        .limits(
            "Our own: a call carries 1,000 commands and 32 MiB. Redis takes values of up to 512 MB"
                + " (https://redis.io/docs/latest/develop/data-types/strings/, as known 2026-11)."
                + " The server's own limit is not asked for.")
        .retried(
            "OOM, BUSY and too many clients as throttling; LOADING, TRYAGAIN, CLUSTERDOWN,"
                + " MASTERDOWN, READONLY, NOREPLICAS and MISCONF; lost, refused and timed-out"
                + " connections, after which a command may have worked. The connection is made"
                + " anew by the next send.")
        .rejected(
            "WRONGTYPE. NOAUTH, WRONGPASS, NOPERM, a certificate that is not trusted, a node that"
                + " is not allowed and a cluster without mode=cluster stop the target.")
        .option(
            "mode",
            "single, cluster or replicas",
            "cluster for AWS's cluster endpoints, else single",
            "How the hosts belong together; with replicas, name the primary and its replicas:"
                + " writes go to the primary.")
        .option(
            "command",
            "set, stream, list or publish",
            "set",
            "SET key value, where a tombstone is DEL; XADD with the fields data, key (the"
                + " record's) and id (the message's); RPUSH; or PUBLISH, which reaches only who"
                + " is subscribed at that moment.")
        .option(
            "key",
            "text with {key} in it at most once",
            "{key}",
            "The Redis key, stream, list or channel; {key} is the record's key. With command=set"
                + " it must occur.")
        .option(
            "expiry", "seconds, from 1", "none", "With command=set: when Redis drops the value.")
        .option(
            "maxlen",
            "entries, from 1",
            "none",
            "With command=stream: about how many entries Redis keeps (MAXLEN ~); older ones are"
                + " dropped, read or not.")
        .option("user", "an ACL user", "the default user", "Goes with password.")
        .option(
            "password",
            "the name of a secret",
            "none",
            "The secret with the password, or token; read at each connection.")
        .option(
            "tls",
            "true or false",
            "as the scheme says; else true for AWS's names that imply it (serverless, MemoryDB,"
                + " names that begin with clustercfg, master or replica), false otherwise",
            "Whether to use TLS. The server's certificate and name are always verified.")
        .option("database", "a number from 0", "0", "The database; a cluster has 0 only.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .tombstones(RedisSettings.kind(target) == RedisWrite.Kind.SET)
        .build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    RedisSettings.of(target, context);
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new RedisSender(target.id(), RedisSettings.of(target, context), context);
  }
}
