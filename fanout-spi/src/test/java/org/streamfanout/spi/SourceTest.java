package org.streamfanout.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTest {
  @ParameterizedTest
  @CsvSource({
    "arn:aws:kinesis:us-east-1:123456789012:stream/in, KINESIS, us-east-1",
    "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/in, KINESIS, cn-north-1",
    "arn:aws-us-gov:kinesis:us-gov-west-1:123456789012:stream/in, KINESIS, us-gov-west-1",
    "arn:aws:kinesis:ap-southeast-10:123456789012:stream/in, KINESIS, ap-southeast-10",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/2015-06-27T00:48:05.899, DYNAMODB,"
        + " eu-west-1",
    "arn:aws:kafka:eu-west-1:123456789012:topic/c/11111111-2222-3333-4444-555555555555-1/t, KAFKA,"
        + " eu-west-1",
    "arn:aws-iso-b:sqs:us-isob-east-1:123456789012:q, SQS, us-isob-east-1",
    "arn:aws:sns:eu-west-1:123456789012:t, SNS, eu-west-1"
  })
  void of_arnOfAnyPartition_isKnown(String arn, Source.Type type, String region) {
    assertThat(Source.of(arn)).isEqualTo(new Source(arn, type, region));
  }

  @Test
  void of_enhancedFanOutConsumer_isItsStream() {
    assertThat(
            Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/in/consumer/c:1591234567")
                .id())
        .isEqualTo("arn:aws:kinesis:us-east-1:123456789012:stream/in");
  }

  @Test
  void of_kafka_sortsTheServers() {
    assertThat(Source.of("kafka://b:9092,a:9092/topic.x"))
        .isEqualTo(new Source("kafka://a:9092,b:9092/topic.x", Source.Type.KAFKA, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "stream/in",
        "kafka://",
        "kafka://a:9092",
        "kafka://a:9092/two words",
        "arn:aws:s3:::bucket",
        "arn:aws:kinesis:us-east-1:12345:stream/in",
        "arn:aws:kinesis:nowhere:123456789012:stream/in",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/q"
      })
  void of_anythingElse_isRefusedWithItsText(String id) {
    assertThatThrownBy(() -> Source.of(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(id);
  }
}
