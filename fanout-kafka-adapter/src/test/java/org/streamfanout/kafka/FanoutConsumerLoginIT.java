package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.kafka.Member.Taken;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.TlsIdentity;

/** Against a broker with TLS and logins: security is the client's own properties. */
@Timeout(300)
class FanoutConsumerLoginIT {
  private static final String RIGHT = "the right one";
  private static final String WRONG = "a wrong one";
  private static TlsIdentity identity;
  private static KafkaServer server;

  private final List<Taken> journal = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void startServer() {
    identity = TlsIdentity.create();
    server = KafkaServer.startSecure(identity, RIGHT);
    server.createTopic("orders", 1, Map.of());
  }

  @AfterAll
  static void stopServer() {
    server.close();
    identity.close();
  }

  private static Map<String, Object> login(String password) {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        identity.certificate().toString(),
        "sasl.mechanism",
        "SCRAM-SHA-512",
        "sasl.jaas.config",
        ScramLoginModule.class.getName()
            + " required username=\"ada\" password=\""
            + password
            + "\";");
  }

  private Member member(Map<String, Object> properties) {
    return new Member(
        "secure", "127.0.0.1:" + server.securePort(), properties, journal::add, "orders");
  }

  @Test
  void run_rightPassword_reads() throws Exception {
    Map<String, Object> plain = Map.of("bootstrap.servers", server.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(plain, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>("orders", Cluster.utf8("a")));
    }
    try (Member member = member(login(RIGHT)).start()) {
      Cluster.await("the record at both targets", () -> journal.size() == 2);
      // What it tells of itself may be a second old.
      Cluster.await("the partition in its status", () -> member.partitions() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void run_wrongPassword_endsWithTheClientsErrorAndTellsNoPassword(String protocol)
      throws Exception {
    Map<String, Object> properties = new HashMap<>(login(WRONG));
    properties.put("group.protocol", protocol);
    properties.put("group.id", "wrong-" + protocol);
    try (Member member = member(properties).start()) {
      Throwable end = member.end();

      assertThat(end).isInstanceOf(SaslAuthenticationException.class);
      assertThat(end.toString() + member.consumer.status()).doesNotContain(WRONG);
      assertThat(member.consumer.status().state()).isEqualTo(ConsumerStatus.State.ENDED);
    }
  }
}
