package org.streamfanout.provider.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class KafkaTargetProviderTest {
  private final KafkaTargetProvider provider = new KafkaTargetProvider();
  private final TestContext context = new TestContext();

  private static TargetConfig target(String destination) {
    return TargetConfig.builder(Records.KINESIS, "k", "kafka", destination).build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b-1.orders.abcde6.c2.kafka.eu-west-1.amazonaws.com:9094/orders",
        "b-1.orders.abcde6.c2.kafka.eu-west-1.amazonaws.com:9094,"
            + "b-2-public.orders.abcde6.c2.kafka.eu-west-1.amazonaws.com:9194/orders",
        "boot-abc123.c2.kafka-serverless.us-east-1.amazonaws.com:9098/orders.v1_a-b",
        "b-1.orders.abcde6.c3.kafka.ap-southeast-10.amazonaws.com:9094/o",
        "b-1.orders.abcde6.c2.kafka.cn-north-1.amazonaws.com.cn:9094/orders",
        "b-1.orders.abcde6.c2.kafka.us-gov-west-1.amazonaws.com:9094/orders",
        "b-1.orders.abcde6.c2.kafka.us-iso-east-1.c2s.ic.gov:9094/orders",
        "b-1.orders.abcde6.c2.kafka.us-isob-east-1.sc2s.sgov.gov:9094/orders",
        "b-1.orders.abcde6.c2.kafka.eu-isoe-west-1.cloud.adc-e.uk:9094/orders",
        "b-1.orders.abcde6.c2.kafka.us-isof-south-1.csp.hci.ic.gov:9094/orders",
        "b-1.orders.abcde6.c2.kafka.eusc-de-east-1.amazonaws.eu:9094/orders"
      })
  void validate_brokersOfMsk_areValid(String destination) {
    provider.validate(target(destination), context);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com/orders",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/.",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/a/b",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/or ders",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/orders\n",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com.evil.example:9094/orders",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com.cn:9094/orders",
        "b-1.o.a.c2.kafka.eu-west-1.evilamazonaws.com:9094/orders",
        "b-1.o.a.c2.xkafka.eu-west-1.amazonaws.com:9094/orders",
        "b-1.o.a.c2.kafka.us-iso-east-1.amazonaws.com:9094/orders",
        "kafka.eu-west-1.amazonaws.com:9094/orders",
        "s3.kafka.eu-west-1.amazonaws.com:443/orders",
        "user@b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/orders",
        "SSL://b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094/orders",
        "b-1.o.a.c2.kafka.eu-west-1.amazonaws.com:9094,localhost:9092/orders",
        "127.0.0.1:9092/orders"
      })
  void validate_anythingElse_isNot(String destination) {
    assertThatThrownBy(() -> provider.validate(target(destination), context))
        .isInstanceOf(InvalidTargetException.class);
  }

  @Test
  void validate_topicOfTheLongestName_isValid() {
    context.set(ProviderContext.ALLOWED_HOSTS, "localhost:9092");

    provider.validate(target("localhost:9092/" + "t".repeat(249)), context);

    assertThatThrownBy(
            () -> provider.validate(target("localhost:9092/" + "t".repeat(250)), context))
        .isInstanceOf(InvalidTargetException.class);
  }

  @Test
  void capabilities_tombstonesButNoOrderInACall() {
    Capabilities capabilities = provider.capabilities(target("localhost:9092/orders"));

    assertThat(capabilities.tombstones()).isTrue();
    assertThat(capabilities.callOrder()).isEqualTo(CallOrder.UNORDERED);
    assertThat(provider.permissions(target("localhost:9092/orders"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "quo\"te", "back\\slash\\", "a b;c='d'", "tab\tline\n", "ü中"})
  void jaas_anyPassword_isReadBackAsItIs(String password) {
    String login = KafkaSecurity.SASL_SCRAM.jaas("ada \"the\" admin", password);

    assertThat(
            JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(login)))
                .configurationEntries())
        .singleElement()
        .satisfies(
            entry ->
                assertThat(entry.getOptions())
                    .isEqualTo(Map.of("username", "ada \"the\" admin", "password", password)));
  }
}
