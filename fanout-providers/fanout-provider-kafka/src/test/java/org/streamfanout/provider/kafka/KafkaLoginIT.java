package org.streamfanout.provider.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.TlsIdentity;

/** Logins, against a broker with TLS. */
@Timeout(300)
class KafkaLoginIT {
  private static final String RIGHT = "the right one";
  private static final String WRONG = "a wrong one";
  private static final String SECRET = ProviderContext.SECRET_PREFIX + "kafka";
  private static TlsIdentity identity;
  private static KafkaServer server;

  private final TestContext context =
      new TestContext().set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");

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

  private TargetSender open(String security) {
    TargetConfig target =
        TargetConfig.builder(
                Records.KINESIS, "k", "kafka", "127.0.0.1:" + server.securePort() + "/orders")
            .options(Map.of("security", security, "user", "ada", "password", "kafka"))
            .build();
    KafkaTargetProvider provider = new KafkaTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static Outcome send(TargetSender sender) throws InterruptedException {
    try {
      return sender.send(Messages.batchOf("k", "v"), Deadline.after(Duration.ofSeconds(60))).get(0);
    } catch (InterruptedException error) {
      throw error;
    } catch (Exception error) {
      return Outcome.failed(sender.classify(error));
    }
  }

  private static Failure fatal(Outcome outcome) {
    Failure failure = ((Outcome.Failed) outcome).failure();
    assertThat(failure.kind()).as(failure.toString()).isEqualTo(Kind.FATAL);
    assertThat(failure.toString()).doesNotContain(RIGHT, WRONG);
    return failure;
  }

  @ParameterizedTest
  @ValueSource(strings = {"sasl_plain", "sasl_scram"})
  void send_passwordThatChanges_theOneOfTheMomentCounts(String security) throws Exception {
    context.set(SECRET, WRONG);
    try (TargetSender sender = open(security)) {
      fatal(send(sender));

      context.set(SECRET, RIGHT);
      assertThat(send(sender)).isEqualTo(Outcome.accepted());

      context.set(SECRET, WRONG);
      fatal(send(sender));
    }
  }

  @Test
  void send_noPassword_fatalAndNamesTheSetting() throws Exception {
    try (TargetSender sender = open("sasl_scram")) {
      assertThat(fatal(send(sender)).detail()).contains(SECRET);
    }
  }
}
