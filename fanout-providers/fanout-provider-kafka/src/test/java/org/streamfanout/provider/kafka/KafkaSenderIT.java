package org.streamfanout.provider.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.KafkaServer;

/** Against a broker, with a proxy in between that understands its protocol. */
@Timeout(300)
class KafkaSenderIT {
  private static final int PARTITIONS = 10;
  private static final AtomicInteger TOPICS = new AtomicInteger();
  private static KafkaServer server;

  private final KafkaTargetProvider provider = new KafkaTargetProvider();
  private final TestContext context =
      new TestContext().set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  private KafkaProxy proxy;
  private TcpProxy tcp;
  private String topic;

  @BeforeAll
  static void startServer() {
    server = KafkaServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void makeTopic() throws Exception {
    proxy = new KafkaProxy(server.port());
    topic = "orders-" + TOPICS.incrementAndGet();
    server.createTopic(topic, PARTITIONS, Map.of());
  }

  @AfterEach
  void stopProxy() throws Exception {
    if (tcp != null) {
      tcp.close();
    }
    proxy.close();
    context.close();
  }

  private TargetSender open(String... options) {
    TargetConfig target = target(options);
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private TargetConfig target(String... options) {
    Map<String, String> all = new HashMap<>(Map.of("security", "plaintext"));
    for (String option : options) {
      all.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
    }
    return TargetConfig.builder(Records.KINESIS, "kafka", "kafka", destination())
        .options(all)
        .build();
  }

  private String destination() {
    return "127.0.0.1:" + (tcp == null ? proxy.port() : tcp.port()) + "/" + topic;
  }

  /** Puts what holds, resets and refuses connections in front. */
  private void throughTcpProxy() {
    tcp = TcpProxy.to(proxy.port());
    proxy.advertise("127.0.0.1", tcp.port());
  }

  private static Deadline patience() {
    return Deadline.after(Duration.ofSeconds(120));
  }

  private List<String> values() {
    return server.records(topic).stream().map(KafkaSenderIT::value).toList();
  }

  private static String value(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null ? null : new String(record.value(), UTF_8);
  }

  private static List<Kind> kinds(List<Outcome> outcomes) {
    return outcomes.stream().map(KafkaSenderIT::kind).toList();
  }

  private static Kind kind(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed ? failed.failure().kind() : null;
  }

  /**
   * Returns as many messages as there are partitions, each of which goes to the one of its place.
   */
  private static Batch onePerPartition(int partitions) {
    FanoutRecord[] records = new FanoutRecord[partitions];
    for (int number = 0; Arrays.asList(records).contains(null); number++) {
      String key = "key-" + number;
      int partition = Utils.toPositive(Utils.murmur2(key.getBytes(UTF_8))) % partitions;
      records[partition] = Records.kinesis(partition, key, "value-" + partition);
    }
    return Messages.batch(records);
  }

  @Test
  void send_keysHeadersAndTombstones_areKept() throws Exception {
    Bytes keyBytes = Bytes.wrap(new byte[] {0, -1, 7});
    Bytes data = Bytes.wrap(new byte[] {-1, 0, 1});
    FanoutRecord whole =
        FanoutRecord.builder("t-0:1", "1")
            .key("?")
            .keyBytes(keyBytes)
            .data(data)
            .headers(
                List.of(
                    new Header("h", Bytes.utf8("1")),
                    new Header("h", Bytes.utf8("2")),
                    new Header("traceparent", Bytes.utf8("old")),
                    new Header("none", null)))
            .build();
    Message withAttributes =
        Message.builder("m", List.of(whole)).attributes(Map.of("traceparent", "ü")).build();
    Batch batch =
        Messages.batch(
            List.of(
                withAttributes,
                Messages.of(Records.kinesis(2, "gone", null)),
                Messages.of(Records.kinesis(3, "", ""))));

    try (TargetSender sender = open("partition=shard")) {
      assertThat(sender.send(batch, patience())).containsOnly(Outcome.accepted());
    }

    List<ConsumerRecord<byte[], byte[]>> records = server.records(topic);
    assertThat(records).hasSize(3);
    assertThat(records.get(0).key()).isEqualTo(keyBytes.toByteArray());
    assertThat(records.get(0).value()).isEqualTo(data.toByteArray());
    assertThat(records.get(0).headers())
        .extracting(
            header ->
                header.key()
                    + "="
                    + (header.value() == null ? null : new String(header.value(), UTF_8)))
        .containsExactly("h=1", "h=2", "none=null", "traceparent=ü");
    assertThat(records.get(1).key()).isEqualTo("gone".getBytes(UTF_8));
    assertThat(records.get(1).value()).isNull();
    assertThat(records.get(2).key()).isNull();
    assertThat(records.get(2).value()).isEmpty();
  }

  @Test
  void send_byKey_partitionsAreThoseOfKafkasOwnProducer() throws Exception {
    try (TargetSender sender = open()) {
      assertThat(sender.send(onePerPartition(PARTITIONS), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(server.records(topic))
        .hasSize(PARTITIONS)
        .allSatisfy(record -> assertThat(value(record)).isEqualTo("value-" + record.partition()));
  }

  @Test
  void send_byShard_everyRecordOfAShardIsInOnePartitionInOrder() throws Exception {
    try (TargetSender sender = open("partition=shard")) {
      assertThat(sender.send(onePerPartition(PARTITIONS), patience()))
          .containsOnly(Outcome.accepted());
    }

    List<ConsumerRecord<byte[], byte[]>> records = server.records(topic);
    assertThat(records.stream().map(ConsumerRecord::partition).distinct()).hasSize(1);
    assertThat(records.stream().map(KafkaSenderIT::value))
        .containsExactlyElementsOf(
            IntStream.range(0, PARTITIONS).mapToObj(place -> "value-" + place).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd"})
  void send_compressed_arrives(String compression) throws Exception {
    String value = "compress me ".repeat(1000);

    try (TargetSender sender = open("compression=" + compression)) {
      assertThat(sender.send(Messages.batchOf("k", value), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly(value);
  }

  @Test
  void send_everySubsetOfEntriesRefused_exactlyTheseFail() throws Exception {
    Batch batch = onePerPartition(PARTITIONS);
    int subsets = 1 << PARTITIONS;

    try (TargetSender sender = open()) {
      for (int subset = 0; subset < subsets; subset++) {
        int bits = subset;
        sendFailing(sender, batch, place -> (bits >> place & 1) == 1);
      }
    }

    // Each partition refused one half of the batches, and took its record of the other.
    assertThat(values()).hasSize(PARTITIONS * subsets / 2);
  }

  @Test
  void send_randomSubsetsOfManyEntriesRefused_exactlyTheseFail() throws Exception {
    int many = 10 * PARTITIONS;
    topic = topic + "-wide";
    server.createTopic(topic, many, Map.of());
    Batch batch = onePerPartition(many);
    Random random = new Random(4);

    try (TargetSender sender = open()) {
      for (int round = 0; round < 30; round++) {
        sendFailing(sender, batch, place -> random.nextInt(3) == 0);
      }
    }
  }

  private void sendFailing(TargetSender sender, Batch batch, IntPredicate failing)
      throws Exception {
    Set<Integer> places =
        IntStream.range(0, batch.messages().size())
            .filter(failing)
            .boxed()
            .collect(Collectors.toSet());
    boolean isInvalid = places.size() % 2 == 0;
    Kind kind = isInvalid ? Kind.REJECTED : Kind.FATAL;
    if (!places.isEmpty()) {
      proxy.failPartitions(
          isInvalid ? Errors.INVALID_RECORD : Errors.TOPIC_AUTHORIZATION_FAILED, places);
    }

    List<Kind> kinds = kinds(sender.send(batch, patience()));
    proxy.calm();

    for (int place = 0; place < kinds.size(); place++) {
      assertThat(kinds.get(place))
          .as("entry %d, failing %s", place, places)
          .isEqualTo(places.contains(place) ? kind : null);
    }
  }

  @Test
  void send_oneRecordOfAPartitionIsInvalid_itAloneIsRejected() throws Exception {
    proxy.failRecords(Set.of(0));

    try (TargetSender sender = open()) {
      assertThat(kinds(sender.send(Messages.batchOf("k", "bad"), patience())))
          .containsExactly(Kind.REJECTED);
      proxy.calm();
      assertThat(sender.send(Messages.batchOf("k", "good"), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly("good");
  }

  @Test
  void send_compactedTopicAndNoKey_theBrokerItselfRejects() throws Exception {
    topic = topic + "-compacted";
    server.createTopic(topic, 1, Map.of("cleanup.policy", "compact"));

    try (TargetSender sender = open()) {
      assertThat(kinds(sender.send(Messages.batchOf("", "a"), patience())))
          .containsExactly(Kind.REJECTED);
      assertThat(sender.send(Messages.batchOf("k", "b"), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly("b");
  }

  @Test
  void send_topicTakesLess_tooLarge() throws Exception {
    topic = topic + "-small";
    server.createTopic(topic, 1, Map.of("max.message.bytes", "1000"));

    try (TargetSender sender = open()) {
      assertThat(kinds(sender.send(Messages.batchOf("k", "x".repeat(1000)), patience())))
          .containsExactly(Kind.TOO_LARGE);
    }
  }

  @Test
  void send_answerLost_theClientsOwnRepetitionWritesNothingTwice() throws Exception {
    try (TargetSender sender = open()) {
      assertThat(sender.send(Messages.batchOf("k", "first"), patience()))
          .containsOnly(Outcome.accepted());
      proxy.loseNextAnswer();

      assertThat(sender.send(Messages.batchOf("k", "second"), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly("first", "second");
    assertThat(proxy.writes()).isGreaterThan(2);
  }

  @Test
  void send_deadlineWhileNobodyListens_nothingIsDeliveredLater() throws Exception {
    throughTcpProxy();
    try (TargetSender sender = open()) {
      assertThat(sender.send(Messages.batchOf("k", "first"), patience()))
          .containsOnly(Outcome.accepted());
      tcp.refuse();

      List<Outcome> outcomes = send(sender, "cut off", Deadline.after(Duration.ofMillis(300)));
      tcp.accept();

      assertThat(kinds(outcomes)).containsExactly(Kind.RETRYABLE);
      assertThat(sender.send(Messages.batchOf("k", "next"), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly("first", "next");
    assertThat(proxy.writes()).isEqualTo(2);
  }

  @Test
  void send_interruptedWhileNobodyAnswers_nothingIsDeliveredLater() throws Exception {
    throughTcpProxy();
    try (TargetSender sender = open()) {
      assertThat(sender.send(Messages.batchOf("k", "first"), patience()))
          .containsOnly(Outcome.accepted());
      tcp.refuse();
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> sender.send(Messages.batchOf("k", "cut off"), patience()))
          .isInstanceOf(InterruptedException.class);
      tcp.accept();

      assertThat(sender.send(Messages.batchOf("k", "next"), patience()))
          .containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly("first", "next");
  }

  @Test
  void send_twoAtOnceAndOneIsCutOff_theOtherIsNotTouched() throws Exception {
    Gate held = new Gate();
    proxy.beforeNextWrite(held::passIgnoringInterrupts);
    try (TargetSender sender = open()) {
      CompletableFuture<List<Outcome>> slow =
          CompletableFuture.supplyAsync(() -> send(sender, "slow", patience()));
      held.awaitArrived(1, Duration.ofSeconds(60));

      List<Outcome> cut = send(sender, "cut off", Deadline.after(Duration.ZERO));
      held.open();

      assertThat(kinds(cut)).containsExactly(Kind.RETRYABLE);
      assertThat(slow.get()).containsOnly(Outcome.accepted());
    }

    assertThat(values()).containsExactly("slow");
  }

  private static List<Outcome> send(TargetSender sender, String value, Deadline deadline) {
    Batch batch = Messages.batchOf("k", value);
    try {
      return sender.send(batch, deadline);
    } catch (Exception error) {
      return List.of(Outcome.failed(sender.classify(error)));
    }
  }

  @Test
  void send_brokerNamesAHostThatIsNotAllowed_fatalAndNothingIsSent() throws Exception {
    proxy.advertise("127.0.0.2", 9);

    try (TargetSender sender = open()) {
      List<Outcome> outcomes = sender.send(Messages.batchOf("k", "a", "b"), patience());

      assertThat(kinds(outcomes)).containsExactly(Kind.FATAL, Kind.FATAL);
      assertThat(((Outcome.Failed) outcomes.get(0)).failure().detail())
          .contains("127.0.0.2:9", ProviderContext.ALLOWED_HOSTS);
    }

    assertThat(proxy.writes()).isZero();
  }

  @Test
  void send_noSuchTopic_fatal() throws Exception {
    topic = "no-such-topic";

    try (TargetSender sender = open()) {
      assertThat(kinds(send(sender, "a", patience()))).containsExactly(Kind.FATAL);
      assertThat(sender.check(patience()))
          .extracting(Finding::severity)
          .containsExactly(Finding.Severity.ERROR);
    }
  }

  @Test
  void check_topic_isOkAndWritesNothing() {
    try (TargetSender sender = open()) {
      assertThat(sender.check(patience()))
          .extracting(Finding::severity)
          .containsExactly(Finding.Severity.OK);
    }

    assertThat(proxy.writes()).isZero();
    assertThat(values()).isEmpty();
  }

  @Test
  void check_brokerOutOfReach_isAWarning() {
    throughTcpProxy();
    tcp.refuse();

    try (TargetSender sender = open()) {
      assertThat(sender.check(Deadline.after(Duration.ofMillis(200))))
          .extracting(Finding::severity)
          .containsExactly(Finding.Severity.WARNING);
    }
  }
}
