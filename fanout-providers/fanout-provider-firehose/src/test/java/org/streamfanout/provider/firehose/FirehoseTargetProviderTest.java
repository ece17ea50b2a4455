package org.streamfanout.provider.firehose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.TestContext;

class FirehoseTargetProviderTest {
  private static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:111122223333:stream/s");
  private final FirehoseTargetProvider provider = new FirehoseTargetProvider();

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(SOURCE, "t", "firehose", destination);
  }

  @Test
  void capabilities_areThoseOfAStream() {
    Capabilities standard =
        provider.capabilities(
            target("arn:aws:firehose:eu-west-1:111122223333:deliverystream/q").build());

    assertThat(standard.bodyFormat()).isEqualTo(BodyFormat.BINARY);
    assertThat(standard.collapses()).containsExactly(Collapse.NONE);
    assertThat(standard.limits()).isEqualTo(FirehoseTargetProvider.LIMITS);
    assertThat(standard.callOrder()).isEqualTo(Capabilities.CallOrder.UNORDERED);
    assertThat(standard.fifo()).isFalse();
  }

  @Test
  void validate_nameOrArn_isEnough() {
    assertThatCode(
            () -> {
              provider.validate(target("my_Stream-1.a").build(), new TestContext());
              provider.validate(
                  target("arn:aws:firehose:eu-west-1:111122223333:deliverystream/q").build(),
                  new TestContext());
            })
        .doesNotThrowAnyException();
  }

  @Test
  void validate_badTarget_listsEveryProblem() {
    TargetConfig target =
        target("https://evil.example/111122223333/q").role("r").externalId("x").region("y").build();

    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, new TestContext()));

    assertThat(error.problems()).hasSize(4);
    assertThat(error).hasMessageContaining("evil.example").hasMessageContaining("role 'r'");
  }

  @Test
  void validate_regionOfTheStream_mustNotBeContradicted() {
    TargetConfig target =
        target("arn:aws:firehose:eu-west-1:111122223333:deliverystream/q")
            .region("us-east-1")
            .build();

    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, new TestContext()));

    assertThat(error.problems()).hasSize(1);
  }

  @Test
  void permissions_areTheLeastOnTheStream() {
    assertThat(
            provider.permissions(
                target("arn:aws:firehose:eu-west-1:111122223333:deliverystream/q").build()))
        .containsExactly(
            new Permission(
                "firehose:PutRecordBatch",
                "arn:aws:firehose:eu-west-1:111122223333:deliverystream/q"),
            new Permission(
                "firehose:DescribeDeliveryStream",
                "arn:aws:firehose:eu-west-1:111122223333:deliverystream/q"));
  }

  @Test
  void describe_saysWhatPeopleNeed() {
    Description description = provider.describe();

    assertThat(description.destination()).contains("arn:<partition>:firehose");
    assertThat(description.options())
        .extracting(Description.Option::name)
        .containsExactlyInAnyOrder("flatten", "removes", "sessionPolicy");
    assertThat(
            List.of(
                description.summary(),
                description.ordering(),
                description.duplicates(),
                description.limits(),
                description.retried(),
                description.rejected()))
        .doesNotContain("");
  }
}
