package org.streamfanout.it;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.provider.redis.RedisTargetProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.RedisServer;
import org.streamfanout.testservers.ServerFaults;

/** Lists of Redis, each write of which is on the disk before it is acknowledged. */
final class BreakableRedis implements BreakableDestination {
  private final RedisServer server;
  private final TcpProxy proxy;

  /** Starts a server; what is configured wins. */
  BreakableRedis(String... configuration) {
    server = RedisServer.startBreakable(configuration);
    proxy = TcpProxy.to(server.port());
  }

  @Override
  public ServerFaults faults() {
    return server.faults();
  }

  @Override
  public TcpProxy proxy() {
    return proxy;
  }

  @Override
  public TargetProvider provider() {
    return new RedisTargetProvider();
  }

  @Override
  public void prepare(String run) {
    // a list is there as soon as something is in it
  }

  @Override
  public TargetConfig.Builder target(String run, boolean behindProxy) {
    int port = behindProxy ? proxy.port() : server.port();
    return BreakableDestination.row("redis", "127.0.0.1:" + port)
        .options(Map.of("command", "list", "key", run + ":{key}"));
  }

  @Override
  public Map<String, String> settings(boolean behindProxy) {
    return Map.of(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  }

  @Override
  public Map<String, List<Integer>> read(String run) {
    RedisClient client = RedisClient.create();
    try (StatefulRedisConnection<String, String> connection =
        client.connect(RedisURI.create("127.0.0.1", server.port()))) {
      Map<String, List<Integer>> numbers = new LinkedHashMap<>();
      for (String key : connection.sync().keys(run + ":*")) {
        numbers.put(
            key, connection.sync().lrange(key, 0, -1).stream().map(BreakableRun::number).toList());
      }
      return numbers;
    } finally {
      client.shutdown();
    }
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean showsCopies() {
    return true;
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
