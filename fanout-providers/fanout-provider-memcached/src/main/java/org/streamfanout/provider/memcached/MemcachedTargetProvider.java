package org.streamfanout.provider.memcached;

import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Writes to memcached: one server, several, or an ElastiCache cluster. Thread-safe. */
public final class MemcachedTargetProvider implements TargetProvider {
  /**
   * 1 MiB for an item with its key and 59 bytes of its own, as a server takes it by default; see <a
   * href="https://docs.memcached.org/serverguide/configuring/">its option {@code -I}</a> (as known
   * 2026-11), and measured with 1.6.18. 1,000 items and 16 MiB a call are our own limits.
   */
  public static final Limits LIMITS = Limits.of(1_000, 16L << 20, 1L << 20);

  /** Makes the provider. */
  public MemcachedTargetProvider() {}

  @Override
  public String type() {
    return "memcached";
  }

  @Override
  public Description describe() {
    return Description.builder(
            "memcached: one server, several with consistent hashing, or an ElastiCache cluster.")
        .destination(
            MemcachedSettings.SYNTAX
                + ". A configuration endpoint of ElastiCache (...cfg...cache.amazonaws.com:11211)"
                + " is asked for the nodes, again after a minute or when a node failed. Keys are"
                + " placed by libmemcached's ketama (MD5; ElastiCache's client for Java"
                + " uses SHA-384 since 1.2 and looks elsewhere). Hosts of"
                + " ElastiCache are valid by themselves, others by the operator's word. A node"
                + " that discovery finds must be of the same cluster at AWS, or allowed by the"
                + " operator; otherwise records are held. The columns role and region are"
                + " ignored.")
        .example("orders.abcdef.cfg.euw1.cache.amazonaws.com:11211")
        .ordering(
            "None within a call, which is pipelined; two writes of one key are never under way at"
                + " once. KEY costs nothing more. BATCH and SHARD send one item at a time.")
        .duplicates(
            "An item sent twice overwrites itself; of several records with one key the last one"
                + " stays, which goes for records without a key, too. Commands are never repeated"
                + " by the client, and noreply is never used.")
        .limits(
            "An item is at most 1 MiB with its key and 59 bytes more, by default (option -I,"
                + " https://docs.memcached.org/serverguide/configuring/, as known 2026-11;"
                + " measured with 1.6.18). Every node is asked once for its own limit. 1,000"
                + " items and 16 MiB a call are our own limits.")
        .retried(
            "A full memory as throttling; lost, refused and timed-out connections, after which a"
                + " command may have worked; other errors of a server. A node that is down fails"
                + " only what belongs to it: its keys wait for it, since at another node they"
                + " would be found, stale, when that takes over again.")
        .rejected(
            "With keys=reject: keys that memcached does not take. A client error (such as a"
                + " server that wants authentication), a certificate that is not trusted and a"
                + " node that is not allowed stop the target.")
        .option(
            "discovery",
            "auto or static",
            "auto for a configuration endpoint, else static",
            "Whether the one host of the destination is asked for the nodes (config get cluster).")
        .option(
            "key",
            "text with {key} in it once",
            "{key}",
            "The item's key; {key} is the record's key.")
        .option(
            "keys",
            "encode or reject",
            "encode",
            "What becomes of keys that are not 1 to 250 printable ASCII characters without spaces:"
                + " with encode, sha256: and the SHA-256 of the key in hexadecimal digits. A key"
                + " that begins with sha256: is encoded, too, so that two keys never become one.")
        .option(
            "expiry",
            "seconds, from 0",
            "0",
            "When the item expires; 0 for never. More than 30 days are sent as a point in time,"
                + " as the protocol wants.")
        .option(
            "tls",
            "true or false",
            "true for serverless caches, else false",
            "Whether to use TLS. The server's certificate and name are always verified.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).tombstones(true).build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    MemcachedSettings.of(target, context);
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new MemcachedSender(target.id(), MemcachedSettings.of(target, context), context);
  }
}
