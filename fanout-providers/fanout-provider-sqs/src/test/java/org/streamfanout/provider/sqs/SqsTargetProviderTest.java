package org.streamfanout.provider.sqs;

import static org.assertj.core.api.Assertions.assertThat;
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

class SqsTargetProviderTest {
  private static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:111122223333:stream/s");
  private final SqsTargetProvider provider = new SqsTargetProvider();

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(SOURCE, "t", "sqs", destination);
  }

  @Test
  void capabilities_areThoseOfAQueue() {
    Capabilities standard =
        provider.capabilities(target("arn:aws:sqs:eu-west-1:111122223333:q").build());

    assertThat(standard.bodyFormat()).isEqualTo(BodyFormat.TEXT);
    assertThat(standard.collapses()).containsExactlyInAnyOrder(Collapse.values());
    assertThat(standard.defaultCollapse()).isEqualTo(Collapse.JSON);
    assertThat(standard.limits()).isEqualTo(SqsTargetProvider.LIMITS);
    assertThat(standard.fifo()).isFalse();
    assertThat(
            provider
                .capabilities(target("arn:aws:sqs:eu-west-1:111122223333:q.fifo").build())
                .fifo())
        .isTrue();
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
  void validate_regionOfTheQueue_mustNotBeContradicted() {
    TargetConfig target =
        target("arn:aws:sqs:eu-west-1:111122223333:q").region("us-east-1").build();

    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, new TestContext()));

    assertThat(error.problems()).hasSize(1);
  }

  @Test
  void permissions_areTheLeastOnTheQueue() {
    assertThat(
            provider.permissions(
                target("https://sqs.eu-west-1.amazonaws.com/111122223333/q").build()))
        .containsExactly(
            new Permission("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q"),
            new Permission("sqs:GetQueueAttributes", "arn:aws:sqs:eu-west-1:111122223333:q"));
  }

  @Test
  void describe_saysWhatPeopleNeed() {
    Description description = provider.describe();

    assertThat(description.destination()).contains("arn:<partition>:sqs");
    assertThat(description.options())
        .extracting(Description.Option::name)
        .containsExactlyInAnyOrder("attributes", "sessionPolicy");
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
