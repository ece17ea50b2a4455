package org.streamfanout.provider.iot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class IotTargetProviderTest {
  private final IotTargetProvider provider = new IotTargetProvider();
  private final TestContext context = new TestContext();

  private static TargetConfig target(String destination, Map<String, String> options) {
    return TargetConfig.builder(Records.KINESIS, "t", "iot", destination).options(options).build();
  }

  private static TargetConfig target(String destination) {
    return target(destination, Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "a1-ats.iot.eu-west-1.amazonaws.com, a1-ats.iot.eu-west-1.amazonaws.com, eu-west-1",
    "a1.iot.us-east-1.amazonaws.com, a1-ats.iot.us-east-1.amazonaws.com, us-east-1",
    "a1.ats.iot.cn-north-1.amazonaws.com.cn, a1.ats.iot.cn-north-1.amazonaws.com.cn, cn-north-1",
    "a1.iot.cn-north-1.amazonaws.com.cn, a1.ats.iot.cn-north-1.amazonaws.com.cn, cn-north-1",
    "a1-ats.iot.us-gov-west-1.amazonaws.com, a1-ats.iot.us-gov-west-1.amazonaws.com, us-gov-west-1",
    "data.iot-fips.us-east-2.amazonaws.com, data.iot-fips.us-east-2.amazonaws.com, us-east-2"
  })
  void endpoint_ofAws_isTodaysInItsRegion(String host, String url, String region) {
    assertThat(IotEndpoint.parse(host, context))
        .hasValueSatisfying(
            endpoint -> {
              assertThat(endpoint.url()).isEqualTo(URI.create("https://" + url));
              assertThat(endpoint.region()).isEqualTo(region);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a1-ats.iot.eu-west-1.amazonaws.com.evil.example",
        "a1-ats.iot.eu-west-1.amazonaws.com.cn",
        "a1-ats.iot.eu-west-1.amazonaws.com:8443",
        "a1-ats.iot.eu-west-1.amazonaws.com/x",
        "user@a1-ats.iot.eu-west-1.amazonaws.com",
        "A1-ats.iot.eu-west-1.amazonaws.com",
        "https://a1-ats.iot.eu-west-1.amazonaws.com",
        "iot.eu-west-1.amazonaws.com",
        "a1-ats.iot.amazonaws.com",
        "169.254.169.254",
        ""
      })
  void endpoint_ofAnythingElse_isNone(String host) {
    assertThat(IotEndpoint.parse(host, context)).isEmpty();
  }

  @Test
  void endpoint_thatTheOperatorAllows_isTaken() {
    context.set(ProviderContext.ALLOWED_HOSTS, "broker.internal:8443");

    assertThat(IotEndpoint.parse("broker.internal:8443", context))
        .hasValueSatisfying(
            endpoint -> {
              assertThat(endpoint.url()).isEqualTo(URI.create("https://broker.internal:8443"));
              assertThat(endpoint.region()).isNull();
            });
    assertThat(IotEndpoint.parse("broker.internal", context)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "/a/b", "1/2/3/4/5/6/7/8", "$aws/rules/r/1/2/3/4/5/6/7/8", "\u00e9"})
  void validate_topic_isValid(String topic) {
    assertThatCode(
            () -> provider.validate(target("a1-ats.iot.eu-west-1.amazonaws.com#" + topic), context))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/+", "a#b", "1/2/3/4/5/6/7/8/9", "a\u0000b"})
  void validate_noTopic_isAProblem(String topic) {
    assertThatThrownBy(
            () -> provider.validate(target("a1-ats.iot.eu-west-1.amazonaws.com#" + topic), context))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("is not one to publish to");
  }

  @ParameterizedTest
  @ValueSource(strings = {"devices/*", "*", "other/+/data", ""})
  void validate_patternThatNothingMatches_isAProblem(String pattern) {
    assertThatThrownBy(
            () ->
                provider.validate(
                    target(
                        "a1-ats.iot.eu-west-1.amazonaws.com#devices/{key}/data",
                        Map.of("topicPattern", pattern)),
                    context))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("write one such as devices/*/data");
  }

  @Test
  void capabilities_ofAFixedTopic_joinRecords() {
    Capabilities capabilities = provider.capabilities(target(IotStandIn.DESTINATION));

    assertThat(capabilities.collapses()).containsExactlyInAnyOrder(Collapse.values());
    assertThat(capabilities.defaultCollapse()).isEqualTo(Collapse.JSON);
    assertThat(capabilities.limits()).isEqualTo(IotTargetProvider.LIMITS);
  }

  @Test
  void capabilities_ofATopicPerKey_doNot() {
    assertThat(
            provider.capabilities(target("a1-ats.iot.eu-west-1.amazonaws.com#{key}")).collapses())
        .containsExactly(Collapse.NONE);
  }

  @Test
  void permissions_areLeaveToPublishToTheTopic() {
    assertThat(provider.permissions(target("a1.iot.cn-north-1.amazonaws.com.cn#devices/{key}/x")))
        .containsExactly(
            new Permission("iot:Publish", "arn:aws-cn:iot:cn-north-1:*:topic/devices/*/x"));
    assertThat(provider.permissions(target("broker.internal#a")))
        .containsExactly(new Permission("iot:Publish", "*"));
  }
}
