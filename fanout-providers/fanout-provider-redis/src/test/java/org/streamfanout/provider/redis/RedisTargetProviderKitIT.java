package org.streamfanout.provider.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.ProxiedDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;
import org.streamfanout.testservers.RedisServer;

/** The kit against a real Redis, with lists, since a list shows what was written twice. */
class RedisTargetProviderKitIT extends TargetProviderKit {
  private static RedisServer server;
  private static RedisClient client;
  private static StatefulRedisConnection<String, byte[]> connection;

  @BeforeAll
  static void startServer() {
    server = RedisServer.start();
    client = RedisClient.create();
    connection =
        client.connect(
            RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE),
            RedisURI.create("127.0.0.1", server.port()));
  }

  @AfterAll
  static void stopServer() {
    connection.close();
    client.shutdown();
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new RedisTargetProvider();
  }

  /** A key springs into being when it is written, and passwords do not expire. */
  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.complementOf(EnumSet.of(Trouble.MISSING, Trouble.EXPIRED_CREDENTIALS));
  }

  @Override
  protected KitDestination open() {
    return new Lists(connection.sync());
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        invalid("evil.example:6379", Map.of(), "evil.example"),
        invalid("127.0.0.1", Map.of(), "is no Redis server"),
        invalid("redis://user:secret@127.0.0.1:6379", Map.of(), "is no Redis server"),
        invalid(
            "redis://127.0.0.1:6379,127.0.0.1:6380",
            Map.of(
                "command", "get", "key", "fixed", "expiry", "0", "maxlen", "9", "database", "-1"),
            "several hosts",
            "'command'",
            "'key'",
            "'expiry'",
            "'maxlen'",
            "'database'"),
        invalid(
            "rediss://127.0.0.1:6379",
            Map.of("tls", "false", "mode", "sentinel", "password", "unset"),
            "'tls'",
            "'mode'",
            "'unset'"),
        invalid(
            "127.0.0.1:6379",
            Map.of("mode", "cluster", "database", "1", "user", "u", "tls", "yes"),
            "database 0 only",
            "'user'",
            "'tls'"));
  }

  private static InvalidTarget invalid(
      String destination, Map<String, String> options, String... mentions) {
    return new InvalidTarget(
        TargetConfig.builder(Records.KINESIS, "t", "redis", destination).options(options).build(),
        List.of(mentions));
  }

  /** A list for each key, in the one database of the server. */
  private static final class Lists extends ProxiedDestination {
    private static final String PREFIX = "kit:";

    /** The kit counts calls around sends of three messages, each of which is a command. */
    private static final int COMMANDS_OF_A_CALL = 3;

    private static final Pattern COUNTS =
        Pattern.compile("cmdstat_rpush:calls=(\\d+),.*rejected_calls=(\\d+)");

    private final RedisCommands<String, byte[]> redis;
    private final List<String> spoilt = new ArrayList<>();

    Lists(RedisCommands<String, byte[]> redis) {
      super(server.port());
      this.redis = redis;
      answerWell();
      redis.flushall();
      redis.configResetstat();
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(Records.KINESIS, "t", "redis", "127.0.0.1:" + port())
          .options(Map.of("command", "list", "key", PREFIX + "{key}"))
          .build();
    }

    @Override
    public void configure(TestContext context) {
      context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
    }

    @Override
    public List<Bytes> arrived() {
      List<Bytes> all = new ArrayList<>();
      for (String key : redis.keys(PREFIX + "*")) {
        redis.lrange(key, 0, -1).forEach(value -> all.add(Bytes.wrap(value)));
      }
      return all;
    }

    @Override
    protected int callsOfServer() {
      int commands =
          COUNTS
              .matcher(redis.info("commandstats"))
              .results()
              .mapToInt(counts -> number(counts, 1) + number(counts, 2))
              .sum();
      return commands / COMMANDS_OF_A_CALL;
    }

    private static int number(MatchResult counts, int group) {
      return Integer.parseInt(counts.group(group));
    }

    @Override
    protected void answerWith(Trouble trouble) {
      switch (trouble) {
        case THROTTLED -> redis.configSet("maxmemory", "1");
        case SERVER_ERROR -> redis.configSet("min-replicas-to-write", "1");
        case DENIED -> acl("-rpush");
        default -> throw new IllegalArgumentException("Redis has no such trouble: " + trouble);
      }
    }

    @Override
    public void failEntries(List<Message> batch, Set<Integer> places) {
      for (int place : places) {
        String key = PREFIX + batch.get(place).key();
        redis.set(key, new byte[0]);
        spoilt.add(key);
      }
    }

    @Override
    protected void answerWell() {
      redis.configSet("maxmemory", "0");
      redis.configSet("min-replicas-to-write", "0");
      acl("+rpush");
      if (!spoilt.isEmpty()) {
        redis.del(spoilt.toArray(String[]::new));
        spoilt.clear();
      }
    }

    private static void acl(String rule) {
      connection
          .sync()
          .dispatch(
              io.lettuce.core.protocol.CommandType.ACL,
              new io.lettuce.core.output.StatusOutput<>(connection.getCodec()),
              new io.lettuce.core.protocol.CommandArgs<>(connection.getCodec())
                  .add("SETUSER")
                  .add("default")
                  .add(rule));
    }
  }
}
