package org.streamfanout.provider.memcached;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
import org.streamfanout.testservers.MemcachedServer;

/**
 * The kit against a real memcached. What a server cannot be made to answer when a test wants it, a
 * stand-in in front of it does.
 */
class MemcachedTargetProviderKitIT extends TargetProviderKit {
  private static MemcachedServer server;

  @BeforeAll
  static void startServer() {
    server = MemcachedServer.start("-m", "256");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new MemcachedTargetProvider();
  }

  /** There are no tables or queues to be missing, and no credentials. */
  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.complementOf(EnumSet.of(Trouble.MISSING, Trouble.EXPIRED_CREDENTIALS));
  }

  @Override
  protected KitDestination open() throws IOException {
    MemcachedFront.ask(server.port(), "flush_all");
    return new Items(new MemcachedFront(server.port()));
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        invalid("evil.example:11211", Map.of(), "evil.example"),
        invalid("127.0.0.1", Map.of(), "is no memcached server"),
        invalid("memcached://127.0.0.1:11211", Map.of(), "is no memcached server"),
        invalid(
            "127.0.0.1:11211,evil.example:11211",
            Map.of(
                "discovery", "auto", "tls", "yes", "keys", "hash", "key", "fixed", "expiry", "-1"),
            "evil.example",
            "several nodes",
            "'tls'",
            "'keys'",
            "'key'",
            "'expiry'"),
        invalid("127.0.0.1:11211", Map.of("discovery", "on"), "'discovery'"));
  }

  private static InvalidTarget invalid(
      String destination, Map<String, String> options, String... mentions) {
    return new InvalidTarget(
        TargetConfig.builder(Records.KINESIS, "t", "memcached", destination)
            .options(options)
            .build(),
        List.of(mentions));
  }

  private static final class Items extends ProxiedDestination {
    private static final String PREFIX = "kit:";

    /** The kit counts calls around sends of three messages, each of which is a command. */
    private static final int COMMANDS_OF_A_CALL = 3;

    private final MemcachedFront front;

    Items(MemcachedFront front) {
      super(front.port());
      this.front = front;
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(Records.KINESIS, "t", "memcached", "127.0.0.1:" + port())
          .options(Map.of("key", PREFIX + "{key}"))
          .build();
    }

    @Override
    public void configure(TestContext context) {
      context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
    }

    @Override
    public List<Bytes> arrived() throws IOException {
      List<Bytes> all = new ArrayList<>();
      for (String key : front.keys()) {
        byte[] value = MemcachedFront.get(server.port(), key);
        if (value != null) {
          all.add(Bytes.wrap(value));
        }
      }
      return all;
    }

    @Override
    protected int callsOfServer() {
      return front.writes() / COMMANDS_OF_A_CALL;
    }

    @Override
    protected void answerWith(Trouble trouble) {
      front.refuse(
          switch (trouble) {
            case THROTTLED -> "SERVER_ERROR out of memory storing object";
            case SERVER_ERROR -> "SERVER_ERROR internal";
            case DENIED -> "CLIENT_ERROR unauthenticated";
            default -> throw new IllegalArgumentException("memcached has no " + trouble);
          });
    }

    @Override
    public void failEntries(List<Message> batch, Set<Integer> places) {
      front.refuseKeys(
          places.stream()
              .map(place -> PREFIX + batch.get(place).key())
              .collect(Collectors.toSet()));
    }

    @Override
    protected void answerWell() {
      front.refuse(null);
      front.refuseKeys(Set.of());
    }

    @Override
    public void close() {
      super.close();
      front.close();
    }
  }
}
