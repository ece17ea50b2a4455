package org.streamfanout.provider.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.KafkaServer;

/** Against a broker, with a proxy in between that understands its protocol. */
@Timeout(300)
class KafkaSenderIT {
  private static final AtomicInteger TOPICS = new AtomicInteger();
  private static KafkaServer server;

  private final KafkaTargetProvider provider = new KafkaTargetProvider();
  private final TestContext context =
      new TestContext().set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  private KafkaProxy proxy;
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
    server.createTopic(topic, 10, Map.of());
  }

  @AfterEach
  void stopProxy() throws Exception {
    proxy.close();
  }

  private TargetSender open(Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(
                Records.KINESIS, "kafka", "kafka", "127.0.0.1:" + proxy.port() + "/" + topic)
            .options(options)
            .build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private List<String> values() {
    return server.records(topic).stream().map(KafkaSenderIT::value).toList();
  }

  private static String value(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8);
  }

  @Test
  void send_records_areInTheTopic() throws Exception {
    try (TargetSender sender = open(Map.of("security", "plaintext"))) {
      List<Outcome> outcomes =
          sender.send(Messages.batchOf("k", "a", "b", "c"), Deadline.after(Duration.ofSeconds(30)));
      assertThat(outcomes).containsOnly(Outcome.accepted());
    }
    assertThat(values()).containsExactly("a", "b", "c");
  }
}
