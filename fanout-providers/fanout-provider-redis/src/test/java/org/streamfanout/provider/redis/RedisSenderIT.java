package org.streamfanout.provider.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.RedisCluster;
import org.streamfanout.testservers.RedisServer;
import org.streamfanout.testservers.TlsIdentity;

/** Against real Redis servers: one, one with TLS, a cluster, a primary with a replica. */
@Timeout(300)
class RedisSenderIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static RedisServer server;
  private static RedisClient client;
  private static StatefulRedisConnection<String, String> connection;
  private static RedisCommands<String, String> redis;

  private final TestContext context =
      new TestContext().set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startServer() {
    server = RedisServer.start();
    client = RedisClient.create();
    connection = client.connect(RedisURI.create("127.0.0.1", server.port()));
    redis = connection.sync();
  }

  @AfterAll
  static void stopServer() {
    connection.close();
    client.shutdown();
    server.close();
  }

  @BeforeEach
  void empty() {
    redis.flushall();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    context.close();
  }

  private TargetSender open(String destination, String... options) {
    Map<String, String> map = new HashMap<>();
    for (int index = 0; index < options.length; index += 2) {
      map.put(options[index], options[index + 1]);
    }
    RedisTargetProvider provider = new RedisTargetProvider();
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "redis", destination).options(map).build();
    provider.validate(target, context);
    TargetSender sender = provider.open(target, context);
    opened.add(0, sender);
    return sender;
  }

  private TargetSender open(int port, String... options) {
    return open("127.0.0.1:" + port, options);
  }

  private static Message message(String key, @Nullable String data) {
    return Messages.of(
        FanoutRecord.builder(key + data, "1")
            .key(key)
            .data(data == null ? null : Bytes.utf8(data))
            .build());
  }

  private static List<Outcome> send(TargetSender sender, Message... messages) throws Exception {
    Batch batch = Messages.batch(List.of(messages));
    try {
      return sender.send(batch, Deadline.after(LONG));
    } catch (Exception error) {
      return batch.messages().stream()
          .map(message -> Outcome.failed(sender.classify(error)))
          .toList();
    }
  }

  private static @Nullable Failure failure(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed ? failed.failure() : null;
  }

  private static List<@Nullable Kind> kinds(List<Outcome> outcomes) {
    List<@Nullable Kind> kinds = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      Failure failure = failure(outcome);
      kinds.add(failure == null ? null : failure.kind());
    }
    return kinds;
  }

  private static String code(List<Outcome> outcomes) {
    Failure failure = failure(outcomes.get(0));
    return failure == null ? "accepted" : failure.code();
  }

  @Test
  void send_set_writesRemovesAndKeepsForever() throws Exception {
    redis.set("gone", "old");

    List<Outcome> outcomes =
        send(
            open(server.port(), "key", "p:{key}"),
            message("a", "1"),
            message("ü \r\n", "2"),
            message("", "3"));
    List<Outcome> removal = send(open(server.port()), message("gone", null), message("b", ""));

    assertThat(outcomes).hasSize(3).containsOnly(Outcome.accepted());
    assertThat(removal).hasSize(2).containsOnly(Outcome.accepted());
    assertThat(redis.mget("p:a", "p:ü \r\n", "p:", "b"))
        .extracting(value -> value.getValueOrElse("-"))
        .containsExactly("1", "2", "3", "");
    assertThat(redis.exists("gone")).isZero();
    assertThat(redis.ttl("p:a")).isEqualTo(-1);
  }

  @Test
  void send_expiry_isSet() throws Exception {
    send(open(server.port(), "expiry", "600"), message("a", "1"));

    assertThat(redis.ttl("a")).isBetween(1L, 600L);
  }

  @Test
  void send_keysThatAreNoText_stayApart() throws Exception {
    FanoutRecord first = binaryKey(1, 0xfe);
    FanoutRecord second = binaryKey(2, 0xff);

    send(open(server.port()), Messages.of(first), Messages.of(second));

    assertThat(redis.dbsize()).isEqualTo(2);
  }

  private static FanoutRecord binaryKey(int number, int octet) {
    return FanoutRecord.builder("r" + number, "1")
        .key("\ufffd")
        .keyBytes(Bytes.wrap(new byte[] {(byte) octet}))
        .data(Bytes.utf8("x"))
        .build();
  }

  @Test
  void send_database_isTheOneAskedFor() throws Exception {
    send(open(server.port(), "database", "3"), message("a", "1"));

    redis.select(3);
    try {
      assertThat(redis.get("a")).isEqualTo("1");
    } finally {
      redis.select(0);
    }
  }

  @Test
  void send_stream_addsEntriesWithFields() throws Exception {
    Message message = message("k", "1");

    send(open(server.port(), "command", "stream", "key", "events", "maxlen", "1000"), message);

    List<StreamMessage<String, String>> entries =
        redis.xrange("events", io.lettuce.core.Range.unbounded());
    assertThat(entries)
        .singleElement()
        .satisfies(
            entry ->
                assertThat(entry.getBody())
                    .containsExactly(
                        Map.entry("data", "1"),
                        Map.entry("key", "k"),
                        Map.entry("id", message.id())));
  }

  @Test
  void send_list_appendsInOrder() throws Exception {
    send(
        open(server.port(), "command", "list", "key", "events"),
        message("k", "1"),
        message("k", "2"),
        message("k", "3"));

    assertThat(redis.lrange("events", 0, -1)).containsExactly("1", "2", "3");
  }

  @Test
  void send_publish_reachesSubscribers() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (StatefulRedisPubSubConnection<String, String> subscriber =
        client.connectPubSub(RedisURI.create("127.0.0.1", server.port()))) {
      subscriber.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String text) {
              heard.add(channel + "=" + text);
            }
          });
      subscriber.sync().subscribe("c:k");

      send(open(server.port(), "command", "publish", "key", "c:{key}"), message("k", "1"));

      assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("c:k=1");
    }
  }

  @Test
  void send_oneKeyOfAnotherType_rejectsThatEntryOnly() throws Exception {
    redis.set("list:b", "a string");

    List<Outcome> outcomes =
        send(
            open(server.port(), "command", "list", "key", "list:{key}"),
            message("a", "1"),
            message("b", "secret"),
            message("c", "3"));

    assertThat(kinds(outcomes)).containsExactly(null, Kind.REJECTED, null);
    assertThat(String.valueOf(failure(outcomes.get(1)))).doesNotContain("secret");
    assertThat(redis.llen("list:a") + redis.llen("list:c")).isEqualTo(2);
  }

  @Test
  void send_connectionResetAfterTheCommandWorked_isRetryableAndNothingIsRepeated()
      throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      TargetSender sender = open(proxy.port(), "command", "list", "key", "events");
      send(sender, message("k", "0"));
      proxy.set(TcpProxy.Mode.RESET_ANSWERS);

      List<Outcome> reset = send(sender, message("k", "1"));
      proxy.set(TcpProxy.Mode.PASS);
      List<Outcome> after = send(sender, message("k", "2"));

      assertThat(kinds(reset)).containsExactly(Kind.RETRYABLE);
      assertThat(after).containsExactly(Outcome.accepted());
      assertThat(redis.lrange("events", 0, -1)).containsExactly("0", "1", "2");
    }
  }

  @Test
  void send_connectionResetBeforeTheCommand_isNotRepeatedOnTheNextConnection() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      TargetSender sender = open(proxy.port(), "command", "stream", "key", "events");
      send(sender, message("k", "0"));
      proxy.set(TcpProxy.Mode.RESET_REQUESTS);

      List<Outcome> reset = send(sender, message("k", "1"), message("l", "1"));
      proxy.set(TcpProxy.Mode.PASS);
      send(sender, message("k", "2"));

      assertThat(kinds(reset)).containsExactly(Kind.RETRYABLE, Kind.RETRYABLE);
      assertThat(redis.xlen("events")).isEqualTo(2);
    }
  }

  @Test
  void send_heldUpPastTheDeadline_neverTakesEffectLater() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      TargetSender sender = open(proxy.port(), "command", "list", "key", "events");
      send(sender, message("k", "0"));
      proxy.set(TcpProxy.Mode.HOLD_REQUESTS);

      List<Outcome> late =
          sender.send(
              Messages.batch(List.of(message("k", "x".repeat(20 << 20)))),
              Deadline.after(Duration.ofMillis(200)));
      proxy.set(TcpProxy.Mode.PASS);
      send(sender, message("k", "2"));

      assertThat(kinds(late)).containsExactly(Kind.RETRYABLE);
      assertThat(code(late)).isEqualTo("Timeout");
      assertThat(redis.lrange("events", 0, -1)).containsExactly("0", "2");
    }
  }

  @Test
  void send_fullMemory_isThrottled() throws Exception {
    TargetSender sender = open(server.port());
    redis.configSet("maxmemory", "1");
    try {
      assertThat(kinds(send(sender, message("a", "1"), message("b", null))))
          .containsExactly(Kind.THROTTLED, null);
    } finally {
      redis.configSet("maxmemory", "0");
    }
    assertThat(send(sender, message("a", "1"))).containsExactly(Outcome.accepted());
  }

  @Test
  void send_aclUser_takesANewPasswordAndStopsWithoutPermission() throws Exception {
    redis.aclSetuser(
        "app", io.lettuce.core.AclSetuserArgs.Builder.on().addPassword("one").allKeys());
    try {
      context.set(ProviderContext.SECRET_PREFIX + "redis", "one");
      TargetSender denied = open(server.port(), "user", "app", "password", "redis");
      assertThat(kinds(send(denied, message("a", "1")))).containsExactly(Kind.FATAL);

      redis.aclSetuser(
          "app",
          io.lettuce.core.AclSetuserArgs.Builder.allCommands()
              .removePassword("one")
              .addPassword("two"));
      TargetSender stale = open(server.port(), "user", "app", "password", "redis");
      List<Outcome> wrong = send(stale, message("a", "1"));
      context.set(ProviderContext.SECRET_PREFIX + "redis", "two");
      List<Outcome> right = send(stale, message("a", "1"));

      assertThat(code(wrong)).isEqualTo("WRONGPASS");
      assertThat(kinds(wrong)).containsExactly(Kind.FATAL);
      assertThat(String.valueOf(failure(wrong.get(0)))).doesNotContain("one");
      assertThat(right).containsExactly(Outcome.accepted());
    } finally {
      redis.aclDeluser("app");
    }
  }

  @Test
  void send_serverWithAPassword_withoutOneIsFatal() throws Exception {
    try (RedisServer guarded = RedisServer.start("requirepass", "sesame")) {
      List<Outcome> outcomes = send(open(guarded.port()), message("a", "1"));
      context.set(ProviderContext.SECRET_PREFIX + "redis", "sesame");

      assertThat(kinds(outcomes)).containsExactly(Kind.FATAL);
      assertThat(send(open(guarded.port(), "password", "redis"), message("a", "1")))
          .containsExactly(Outcome.accepted());
    }
  }

  @Test
  void send_tls_verifiesTheServer() throws Exception {
    try (TlsIdentity identity = TlsIdentity.create();
        RedisServer secure = RedisServer.startTls(identity)) {
      assertThat(send(open("rediss://127.0.0.1:" + secure.port()), message("a", "1")))
          .containsExactly(Outcome.accepted());
      assertThat(kinds(send(open(secure.port()), message("a", "1"))))
          .containsExactly(Kind.RETRYABLE);

      try (TlsIdentity another = TlsIdentity.create()) {
        List<Outcome> outcomes = send(open(secure.port(), "tls", "true"), message("a", "1"));
        assertThat(code(outcomes)).isEqualTo("BadCertificate");
        assertThat(kinds(outcomes)).containsExactly(Kind.FATAL);
        assertThat(another.certificate()).exists();
      }
    }
  }

  @Test
  void send_cluster_reachesEveryNodeAndLosesOnlyTheStoppedOnes() throws Exception {
    try (RedisCluster cluster = RedisCluster.start()) {
      TargetSender sender =
          open(cluster.nodes().get(1).port(), "mode", "cluster", "key", "k:{key}");
      Message[] messages = new Message[60];
      for (int index = 0; index < messages.length; index++) {
        messages[index] = message("key" + index, "v");
      }

      assertThat(send(sender, messages)).hasSize(60).containsOnly(Outcome.accepted());
      int stored = 0;
      for (RedisServer node : cluster.nodes()) {
        try (StatefulRedisConnection<String, String> each =
            client.connect(RedisURI.create("127.0.0.1", node.port()))) {
          long size = each.sync().dbsize();
          assertThat(size).isPositive();
          stored += (int) size;
        }
      }
      assertThat(stored).isEqualTo(60);
      assertThat(send(open(cluster.nodes().get(0).port()), message("key1", "v"), message("b", "")))
          .as("a cluster that is taken for a single server")
          .anySatisfy(outcome -> assertThat(String.valueOf(failure(outcome))).contains("MOVED"));

      // The others serve on for the time in which they still expect it back.
      cluster.nodes().get(2).close();
      List<Outcome> some = send(sender, messages);
      assertThat(kinds(some)).contains((Kind) null).contains(Kind.RETRYABLE);
    }
  }

  @Test
  void send_clusterThatNamesAHostBeyondTheAllowed_isFatal() throws Exception {
    try (RedisCluster cluster = RedisCluster.start()) {
      int seed = cluster.nodes().get(0).port();
      context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1:" + seed);
      TargetSender sender = open(seed, "mode", "cluster");
      Message[] messages = new Message[60];
      for (int index = 0; index < messages.length; index++) {
        messages[index] = message("key" + index, "v");
      }

      List<Outcome> outcomes = send(sender, messages);

      assertThat(kinds(outcomes)).containsOnly(null, Kind.FATAL).contains((Kind) null);
      assertThat(outcomes)
          .filteredOn(outcome -> failure(outcome) != null)
          .allSatisfy(
              outcome -> assertThat(String.valueOf(failure(outcome))).contains("HostNotAllowed"));
    }
  }

  @Test
  void send_replicas_writesToThePrimary() throws Exception {
    try (RedisServer primary = RedisServer.start();
        RedisServer replica = primary.startReplica()) {
      String both = "127.0.0.1:" + replica.port() + ",127.0.0.1:" + primary.port();

      assertThat(send(open(both, "mode", "replicas"), message("a", "1"), message("b", "2")))
          .containsOnly(Outcome.accepted());
      List<Outcome> wrong = send(open(replica.port()), message("a", "1"));

      assertThat(code(wrong)).isEqualTo("READONLY");
      assertThat(kinds(wrong)).containsExactly(Kind.RETRYABLE);
    }
  }

  @Test
  void check_saysWhetherTheServerCanBeReached() throws Exception {
    int port;
    try (RedisServer other = RedisServer.start()) {
      port = other.port();
      assertThat(open(port).check(Deadline.after(LONG)))
          .singleElement()
          .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.OK));
    }
    assertThat(open(port).check(Deadline.after(LONG)))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING));
  }

  @Test
  void send_closedSender_isRefused() {
    TargetSender sender = open(server.port());
    sender.close();
    sender.close();

    assertThat(
            catchThrowableOfType(
                IllegalStateException.class,
                () ->
                    sender.send(Messages.batch(List.of(message("a", "1"))), Deadline.after(LONG))))
        .isNotNull();
  }
}
