package org.streamfanout.provider.eventbridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class EventBridgeTargetProviderTest {
  private final EventBridgeTargetProvider provider = new EventBridgeTargetProvider();

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(Records.KINESIS, "t", "eventbridge", destination);
  }

  private List<String> problems(TargetConfig target) {
    return catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, new TestContext()))
        .problems();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default",
        "My.bus_1-x",
        "arn:aws:events:eu-west-1:111122223333:event-bus/default",
        "arn:aws-cn:events:cn-north-1:111122223333:event-bus/a.b",
        "arn:aws-us-gov:events:us-gov-west-1:111122223333:event-bus/a",
        "arn:aws:events:ap-southeast-10:111122223333:event-bus/a"
      })
  void validate_bus_isAccepted(String destination) {
    assertThatCode(() -> provider.validate(target(destination).build(), new TestContext()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a bus",
        "a/b",
        "arn:aws:events:eu-west-1:111122223333:rule/a",
        "arn:aws:events:eu-west-1:111122223333:event-bus/",
        "arn:aws:events:cn-north-1:111122223333:event-bus/a",
        "arn:aws:events::111122223333:event-bus/a",
        "arn:aws:sqs:eu-west-1:111122223333:event-bus/a",
        "https://events.eu-west-1.amazonaws.com"
      })
  void validate_anythingElse_isRefused(String destination) {
    assertThat(problems(target(destination).build()))
        .singleElement()
        .asString()
        .contains("'" + destination + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "aws.x", "a b", "\u00e9"})
  void validate_illegalSource_isRefused(String source) {
    assertThat(problems(target("default").options(Map.of("source", source)).build())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{type}", "{field:}"})
  void validate_illegalDetailType_isRefused(String detailType) {
    assertThat(problems(target("default").options(Map.of("detailType", detailType)).build()))
        .hasSize(1);
  }

  @Test
  void validate_anotherRegionThanTheBus_isRefused() {
    assertThat(
            problems(
                target("arn:aws:events:eu-west-1:111122223333:event-bus/a")
                    .region("us-east-1")
                    .build()))
        .hasSize(1);
  }

  @Test
  void capabilities_areThoseOfPutEvents() {
    Capabilities capabilities = provider.capabilities(target("default").build());

    assertThat(capabilities.limits()).isEqualTo(EventBridgeTargetProvider.LIMITS);
    assertThat(capabilities.collapses()).containsExactly(Collapse.NONE);
    assertThat(capabilities.callOrder()).isEqualTo(CallOrder.UNORDERED);
    assertThat(capabilities.tombstones()).isFalse();
  }

  @Test
  void permissions_areTheLeastOnTheBus() {
    String arn = "arn:aws:events:eu-west-1:111122223333:event-bus/a";

    assertThat(provider.permissions(target(arn).role("arn:aws:iam::1:role/r").build()))
        .containsExactly(
            new Permission("sts:AssumeRole", "arn:aws:iam::1:role/r"),
            new Permission("events:PutEvents", arn),
            new Permission("events:DescribeEventBus", arn));
    assertThat(provider.permissions(target("default").build()))
        .contains(new Permission("events:PutEvents", "*"));
  }

  @Test
  void describe_namesEveryOption() {
    assertThat(provider.describe().options())
        .extracting(Description.Option::name)
        .contains("source", "detailType", "sessionPolicy");
  }
}
