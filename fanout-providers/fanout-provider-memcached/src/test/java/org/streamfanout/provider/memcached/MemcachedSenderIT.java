package org.streamfanout.provider.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
import org.streamfanout.testkit.TestClock;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.MemcachedServer;
import org.streamfanout.testservers.TlsIdentity;

/** Against real memcached servers; only {@code config get cluster} is a stand-in's answer. */
@Timeout(300)
class MemcachedSenderIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final TestClock clock = new TestClock();
  private final TestContext context =
      new TestContext(clock).set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    context.close();
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(0, resource);
    return resource;
  }

  private TargetSender open(String destination, String... options) {
    Map<String, String> map = new HashMap<>();
    for (int index = 0; index < options.length; index += 2) {
      map.put(options[index], options[index + 1]);
    }
    MemcachedTargetProvider provider = new MemcachedTargetProvider();
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "memcached", destination).options(map).build();
    provider.validate(target, context);
    return keep(provider.open(target, context));
  }

  private static Message message(String key, @Nullable String data) {
    return Messages.of(
        FanoutRecord.builder(key + data, "1")
            .key(key)
            .data(data == null ? null : Bytes.utf8(data))
            .build());
  }

  private static List<Message> messages(String data) {
    List<Message> messages = new ArrayList<>();
    for (int index = 0; index < 60; index++) {
      messages.add(message("key" + index, data));
    }
    return messages;
  }

  private static List<Outcome> send(TargetSender sender, List<Message> messages) {
    try {
      return sender.send(Messages.batch(messages), Deadline.after(LONG));
    } catch (Exception error) {
      return messages.stream().map(each -> Outcome.failed(sender.classify(error))).toList();
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

  private static @Nullable String get(MemcachedServer server, String key) throws Exception {
    byte[] value = MemcachedFront.get(server.port(), key);
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  private static String local(MemcachedServer... servers) {
    List<String> hosts = new ArrayList<>();
    for (MemcachedServer server : servers) {
      hosts.add("127.0.0.1:" + server.port());
    }
    return String.join(",", hosts);
  }

  @Test
  void send_setsAndDeletes() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());
    TargetSender sender = open(local(server), "key", "p:{key}");

    List<Outcome> set =
        send(sender, List.of(message("a", "1"), message("b", ""), message("c", "3")));
    List<Outcome> deleted = send(sender, List.of(message("a", null), message("never", null)));

    assertThat(set).hasSize(3).containsOnly(Outcome.accepted());
    assertThat(deleted).hasSize(2).containsOnly(Outcome.accepted());
    assertThat(get(server, "p:a")).isNull();
    assertThat(get(server, "p:b")).isEmpty();
    assertThat(get(server, "p:c")).isEqualTo("3");
    assertThat(MemcachedFront.ask(server.port(), "mg p:c t")).isEqualTo("HD t-1");
  }

  @Test
  void send_expiry_mayBeLongerThanThirtyDays() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());
    int fortyDays = 40 * 24 * 60 * 60;

    send(open(local(server), "expiry", "600"), List.of(message("short", "1")));
    send(open(local(server), "expiry", "" + fortyDays), List.of(message("long", "1")));

    assertThat(secondsLeft(server, "short")).isBetween(500, 600);
    assertThat(secondsLeft(server, "long")).isBetween(fortyDays - 100, fortyDays + 1);
  }

  private static int secondsLeft(MemcachedServer server, String key) throws Exception {
    return Integer.parseInt(
        MemcachedFront.ask(server.port(), "mg " + key + " t").substring("HD t".length()));
  }

  @Test
  void send_illegalKeys_areEncodedApartOrRejected() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());
    List<Message> odd =
        List.of(message("a b", "1"), message("a\r\nset x 0 0 1\r\ny", "2"), message("", "3"));

    assertThat(send(open(local(server)), odd)).hasSize(3).containsOnly(Outcome.accepted());
    assertThat(
            kinds(
                send(
                    open(local(server), "keys", "reject"),
                    List.of(message("a b", "x"), message("ok", "4")))))
        .containsExactly(Kind.REJECTED, null);

    assertThat(MemcachedFront.get(server.port(), "x")).isNull();
    assertThat(get(server, "ok")).isEqualTo("4");
    assertThat(
            get(server, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
        .isEqualTo("3");
  }

  @Test
  void send_itemLargerThanTheServerTakes_isTooLargeAlone() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());

    List<Outcome> outcomes =
        send(
            open(local(server)),
            List.of(message("a", "1"), message("b", "x".repeat(1 << 20)), message("c", "3")));

    assertThat(kinds(outcomes)).containsExactly(null, Kind.TOO_LARGE, null);
    assertThat(get(server, "c")).isEqualTo("3");
  }

  @Test
  void limits_areTheSmallestOfTheNodes() throws Exception {
    MemcachedServer small = keep(MemcachedServer.start("-I", "512k"));
    MemcachedServer large = keep(MemcachedServer.start("-I", "4m"));

    assertThat(open(local(small, large)).limits(Deadline.after(LONG)).maxMessageBytes())
        .isEqualTo(512 << 10);
    assertThat(open(local(large)).limits(Deadline.after(LONG)).maxMessageBytes())
        .isEqualTo(4 << 20);
  }

  @Test
  void send_fullServer_isThrottled() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start("-m", "4", "-M"));
    TargetSender sender = open(local(server));

    boolean isFull = false;
    for (int round = 0; round < 200 && !isFull; round++) {
      List<Message> messages = new ArrayList<>();
      for (int index = 0; index < 20; index++) {
        messages.add(message("k" + round + "." + index, "x".repeat(100_000)));
      }
      List<Outcome> outcomes = send(sender, messages);
      assertThat(kinds(outcomes)).containsAnyOf(null, Kind.THROTTLED);
      isFull = kinds(outcomes).contains(Kind.THROTTLED);
    }

    assertThat(isFull).isTrue();
  }

  @Test
  void send_nodeStoppedInTheMiddle_failsItsOwnUntilItIsBack() throws Exception {
    MemcachedServer stays = keep(MemcachedServer.start());
    MemcachedServer stops = keep(MemcachedServer.start());
    TargetSender sender = open(local(stays, stops));
    KetamaRing ring =
        new KetamaRing(
            List.of(
                org.streamfanout.spi.HostPort.parse(local(stays)).orElseThrow(),
                org.streamfanout.spi.HostPort.parse(local(stops)).orElseThrow()));

    assertThat(send(sender, messages("1"))).containsOnly(Outcome.accepted());
    stops.close();
    List<Outcome> without = send(sender, messages("2"));
    List<Outcome> still = send(sender, messages("3"));
    MemcachedServer again = keep(MemcachedServer.startAt(stops.port()));
    List<Outcome> with = send(sender, messages("4"));

    for (int index = 0; index < 60; index++) {
      boolean isLost = ring.nodeOf("key" + index).port() == stops.port();
      Kind expected = isLost ? Kind.RETRYABLE : null;
      assertThat(kinds(without).get(index)).isEqualTo(expected);
      assertThat(kinds(still).get(index)).isEqualTo(expected);
      assertThat(get(isLost ? again : stays, "key" + index)).isEqualTo("4");
      assertThat(get(isLost ? stays : again, "key" + index)).isNull();
    }
    assertThat(kinds(without)).contains((Kind) null).contains(Kind.RETRYABLE);
    assertThat(with).containsOnly(Outcome.accepted());
  }

  @Test
  void send_discovery_followsTheNodeList() throws Exception {
    MemcachedServer first = keep(MemcachedServer.start());
    MemcachedServer second = keep(MemcachedServer.start());
    MemcachedFront front = keep(new MemcachedFront(first.port()));
    front.answerCluster(List.of("127.0.0.1|127.0.0.1|" + first.port()));
    TargetSender sender = open("127.0.0.1:" + front.port(), "discovery", "auto");

    send(sender, messages("1"));
    front.answerCluster(
        List.of("127.0.0.1||" + first.port(), "127.0.0.1|127.0.0.1|" + second.port()));
    send(sender, messages("2"));
    int askedWithinAMinute = front.discoveries();
    boolean secondWasEmpty = countOf(second, "2") == 0;
    clock.advance(Duration.ofSeconds(61));
    send(sender, messages("3"));

    assertThat(askedWithinAMinute).isEqualTo(1);
    assertThat(secondWasEmpty).isTrue();
    assertThat(front.discoveries()).isEqualTo(2);
    assertThat(countOf(first, "3")).isBetween(1, 59);
    assertThat(countOf(second, "3")).isEqualTo(60 - countOf(first, "3"));
  }

  private static int countOf(MemcachedServer server, String value) throws Exception {
    int count = 0;
    for (int index = 0; index < 60; index++) {
      count += value.equals(get(server, "key" + index)) ? 1 : 0;
    }
    return count;
  }

  @Test
  void send_discoveryUnreachable_goesOnWithWhatIsKnown() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());
    MemcachedFront front = keep(new MemcachedFront(server.port()));
    front.answerCluster(List.of("127.0.0.1|127.0.0.1|" + server.port()));
    TargetSender sender = open("127.0.0.1:" + front.port(), "discovery", "auto");
    send(sender, messages("1"));
    front.close();
    clock.advance(Duration.ofSeconds(61));

    assertThat(send(sender, messages("2"))).containsOnly(Outcome.accepted());

    assertThat(kinds(send(open("127.0.0.1:" + front.port(), "discovery", "auto"), messages("3"))))
        .containsOnly(Kind.RETRYABLE);
  }

  @Test
  void send_discoveryHangs_goesOnWithWhatIsKnownAndAsksAgainLater() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());
    MemcachedFront front = keep(new MemcachedFront(server.port()));
    front.answerCluster(List.of("127.0.0.1|127.0.0.1|" + server.port()));
    TcpProxy endpoint = keep(TcpProxy.to(front.port()));
    TargetSender sender = open("127.0.0.1:" + endpoint.port(), "discovery", "auto");
    send(sender, messages("1"));
    endpoint.set(TcpProxy.Mode.HOLD_REQUESTS);
    clock.advance(Duration.ofSeconds(61));

    assertThat(send(sender, messages("2"))).containsOnly(Outcome.accepted());
    int asked = endpoint.connections();
    assertThat(send(sender, messages("3"))).containsOnly(Outcome.accepted());
    assertThat(endpoint.connections()).isEqualTo(asked);

    endpoint.set(TcpProxy.Mode.PASS);
    int answered = front.discoveries();
    clock.advance(Duration.ofSeconds(61));
    assertThat(send(sender, messages("4"))).containsOnly(Outcome.accepted());
    assertThat(front.discoveries()).isGreaterThan(answered);
  }

  @Test
  void send_discoveryNamesAHostBeyondTheAllowed_isFatalAndReachesNobody() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start());
    MemcachedFront front = keep(new MemcachedFront(server.port()));
    front.answerCluster(
        List.of("127.0.0.1|127.0.0.1|" + server.port(), "169.254.169.254|169.254.169.254|80"));

    List<Outcome> outcomes =
        send(open("127.0.0.1:" + front.port(), "discovery", "auto"), messages("1"));

    assertThat(kinds(outcomes)).containsOnly(Kind.FATAL);
    assertThat(String.valueOf(failure(outcomes.get(0))))
        .contains("HostNotAllowed")
        .contains("169.254.169.254:80");
    assertThat(countOf(server, "1")).isZero();
  }

  @Test
  void send_tls_verifiesTheServer() throws Exception {
    TlsIdentity identity = keep(TlsIdentity.create());
    MemcachedServer secure = keep(MemcachedServer.startTls(identity));
    TargetSender sender = open(local(secure), "tls", "true");

    List<Message> large = new ArrayList<>(messages("x".repeat(50_000)));
    assertThat(send(sender, large)).hasSize(60).containsOnly(Outcome.accepted());
    assertThat(sender.limits(Deadline.after(LONG))).isEqualTo(MemcachedTargetProvider.LIMITS);
    try (TlsIdentity another = TlsIdentity.create()) {
      List<Outcome> outcomes = send(open(local(secure), "tls", "true"), messages("1"));
      assertThat(outcomes).doesNotContain(Outcome.accepted());
      assertThat(another.certificate()).exists();
    }
  }

  @Test
  void send_heldUpPastTheDeadline_neverTakesEffectLater() throws Exception {
    MemcachedServer server = keep(MemcachedServer.start("-I", "64m", "-m", "256"));
    TcpProxy proxy = keep(TcpProxy.to(server.port()));
    TargetSender sender = open("127.0.0.1:" + proxy.port());
    send(sender, List.of(message("k", "1")));
    proxy.set(TcpProxy.Mode.HOLD_REQUESTS);

    List<Outcome> late =
        sender.send(
            Messages.batch(List.of(message("k", "x".repeat(20 << 20)))),
            Deadline.after(Duration.ofMillis(200)));
    proxy.set(TcpProxy.Mode.PASS);

    assertThat(kinds(late)).containsExactly(Kind.RETRYABLE);
    assertThat(send(sender, List.of(message("other", "2")))).containsExactly(Outcome.accepted());
    assertThat(get(server, "k")).isEqualTo("1");
  }

  @Test
  void check_saysWhichNodesCanBeReached() throws Exception {
    MemcachedServer up = keep(MemcachedServer.start());
    MemcachedServer down = keep(MemcachedServer.start());
    down.close();

    assertThat(open(local(up, down)).check(Deadline.after(LONG)))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.OK, Finding.Severity.WARNING);
  }
}
