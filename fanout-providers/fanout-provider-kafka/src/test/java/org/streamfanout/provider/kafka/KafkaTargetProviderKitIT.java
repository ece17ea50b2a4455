package org.streamfanout.provider.kafka;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testkit.TcpProxy.Mode;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;
import org.streamfanout.testservers.KafkaServer;

/**
 * The provider kit against a broker. Two troubles are none of Kafka's: quotas slow answers down,
 * and no credentials expire in a connection without tokens. Entries fail by partition, which {@link
 * KafkaSenderIT} tries in every subset, since the kit's messages share partitions.
 */
class KafkaTargetProviderKitIT extends TargetProviderKit {
  private static final AtomicInteger TOPICS = new AtomicInteger();
  private static KafkaServer server;

  @BeforeAll
  static void startServer() {
    server = KafkaServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new KafkaTargetProvider();
  }

  @Override
  protected KitDestination open() throws Exception {
    String topic = "kit-" + TOPICS.incrementAndGet();
    server.createTopic(topic, 3, Map.of());
    return new Topic(topic);
  }

  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.complementOf(EnumSet.of(Trouble.THROTTLED, Trouble.EXPIRED_CREDENTIALS));
  }

  @Override
  protected boolean failsEntries() {
    return false;
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(row("127.0.0.1:9092", Map.of()), List.of("is no topic")),
        new InvalidTarget(row("127.0.0.1/orders", Map.of()), List.of("is no topic")),
        new InvalidTarget(row("127.0.0.1:9092/..", Map.of()), List.of("is no topic")),
        new InvalidTarget(row("a:1,/orders", Map.of()), List.of("is no topic")),
        new InvalidTarget(
            row("one.example:1,127.0.0.1:2,two.example:3/orders", Map.of()),
            List.of("one.example:1", "two.example:3")),
        new InvalidTarget(
            row(
                "no topic",
                Map.of("security", "ssl", "compression", "brotli", "partition", "random")),
            List.of("is no topic", "security", "compression", "partition")),
        new InvalidTarget(
            row("127.0.0.1:9092/orders", Map.of("security", "sasl_scram")),
            List.of("user", "password")),
        new InvalidTarget(
            row("127.0.0.1:9092/orders", Map.of("user", "ada", "password", "p")),
            List.of("user", "password")));
  }

  private static TargetConfig row(String destination, Map<String, String> options) {
    return TargetConfig.builder(Records.KINESIS, "kafka", "kafka", destination)
        .options(options)
        .build();
  }

  /** A topic of its own, behind proxies of its own. */
  private static final class Topic implements KitDestination {
    private final String topic;
    private final KafkaProxy kafka;
    private final TcpProxy tcp;
    private int calls;

    Topic(String topic) throws IOException {
      this.topic = topic;
      this.kafka = new KafkaProxy(server.port());
      this.tcp = TcpProxy.to(kafka.port());
      kafka.advertise("127.0.0.1", tcp.port());
    }

    @Override
    public TargetConfig target() {
      return row("127.0.0.1:" + tcp.port() + "/" + topic, Map.of("security", "plaintext"));
    }

    @Override
    public void configure(TestContext context) {
      context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
    }

    @Override
    public List<Bytes> arrived() {
      return server.records(topic).stream()
          .map(record -> record.value() == null ? Bytes.EMPTY : Bytes.wrap(record.value()))
          .toList();
    }

    /** A call is what writes each of its records once, whatever the protocol repeats. */
    @Override
    public int calls() {
      calls += kafka.mostWritten();
      return calls;
    }

    @Override
    public void trouble(Trouble trouble) {
      switch (trouble) {
        case SERVER_ERROR -> kafka.failWrites(Errors.UNKNOWN_SERVER_ERROR);
        case DENIED -> kafka.failWrites(Errors.TOPIC_AUTHORIZATION_FAILED);
        case MISSING -> kafka.failTopics(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        case RESET -> kafka.breakWrites();
        case APPLIED_THEN_RESET -> kafka.breakAnswers();
        case REFUSED -> tcp.refuse();
        case HANG -> tcp.set(Mode.HOLD_REQUESTS);
        case THROTTLED, EXPIRED_CREDENTIALS -> throw new IllegalArgumentException(trouble.name());
      }
    }

    @Override
    public void calm() {
      tcp.accept();
      tcp.set(Mode.PASS);
      kafka.calm();
    }

    @Override
    public void awaitHeld() throws InterruptedException {
      tcp.awaitHeld();
    }

    @Override
    public int connections() {
      return tcp.connections();
    }

    @Override
    public void close() {
      tcp.close();
      kafka.close();
    }
  }
}
