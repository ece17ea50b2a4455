package org.streamfanout.provider.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class LambdaTargetProviderTest {
  private final LambdaTargetProvider provider = new LambdaTargetProvider();

  private static TargetConfig.Builder target(Source source, String destination) {
    return TargetConfig.builder(source, "t", "lambda", destination);
  }

  private static TargetConfig.Builder target(String destination) {
    return target(Records.KINESIS, destination);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f",
        "my-function_1",
        "f:live",
        "f:7",
        "f:$LATEST",
        "123456789012:function:f:live",
        "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:7",
        "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f",
        "arn:aws-iso-b:lambda:us-isob-east-1:123456789012:function:f"
      })
  void validate_function_isValid(String destination) {
    assertThatCode(() -> provider.validate(target(destination).build(), new TestContext()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f:",
        "f:a:b",
        "1234:function:f",
        "arn:aws:lambda:eu-west-1:123456789012:function:123456789012:function:f",
        "f/../g",
        "f?Qualifier=x",
        "https://lambda.eu-west-1.amazonaws.com/f",
        "arn:aws:lambda:eu-west-1:123456789012:layer:f",
        "arn:aws:sqs:eu-west-1:123456789012:f",
        "arn:aws:lambda:cn-north-1:123456789012:function:f",
        "arn:evil:lambda:eu-west-1:123456789012:function:f",
        "0123456789012345678901234567890123456789012345678901234567890123x"
      })
  void validate_anythingElse_isAProblem(String destination) {
    assertThatThrownBy(() -> provider.validate(target(destination).build(), new TestContext()))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("is not a function");
  }

  @Test
  void validate_badTarget_listsEveryProblem() {
    TargetConfig target =
        target("no function")
            .role("r")
            .region("y")
            .options(Map.of("invocation", "Sometimes"))
            .build();

    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, new TestContext()));

    assertThat(error.problems()).hasSize(4);
    assertThat(error).hasMessageContaining("Sometimes").hasMessageContaining("no function");
  }

  @Test
  void capabilities_ofAnEvent_areOneCallOfRecordsInOrder() {
    Capabilities capabilities = provider.capabilities(target("f").build());

    assertThat(capabilities.limits()).isEqualTo(LambdaTargetProvider.LIMITS);
    assertThat(capabilities.limits().maxBatchBytes()).isEqualTo(1_048_575 - 14 + 1);
    assertThat(capabilities.callOrder()).isEqualTo(CallOrder.PREFIX);
    assertThat(capabilities.collapses()).containsExactly(Collapse.NONE);
    assertThat(capabilities.bodyFormat()).isEqualTo(BodyFormat.BINARY);
    assertThat(capabilities.tombstones()).isFalse();
  }

  @Test
  void capabilities_whenItWaits_allowSixMegabytes() {
    TargetConfig waiting = target("f").options(Map.of("invocation", "RequestResponse")).build();

    assertThat(provider.capabilities(waiting).limits())
        .isEqualTo(LambdaTargetProvider.REQUEST_RESPONSE_LIMITS);
  }

  @Test
  void capabilities_ofOtherSources_followTheirEvents() {
    assertThat(provider.capabilities(target(Records.KAFKA, "f").build()).tombstones()).isTrue();
    Source queue = Source.of("arn:aws:sqs:eu-west-1:123456789012:q");
    assertThat(provider.capabilities(target(queue, "f").build()).bodyFormat())
        .isEqualTo(BodyFormat.TEXT);
  }

  @Test
  void permissions_areLeaveToInvoke() {
    String arn = "arn:aws:lambda:eu-west-1:123456789012:function:f:live";

    assertThat(provider.permissions(target(arn).build()))
        .containsExactly(new Permission("lambda:InvokeFunction", arn));
    assertThat(provider.permissions(target("f").build()))
        .containsExactly(new Permission("lambda:InvokeFunction", "*"));
  }
}
