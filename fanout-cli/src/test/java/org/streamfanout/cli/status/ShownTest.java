package org.streamfanout.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTest {
  @ParameterizedTest
  @CsvSource({
    "orders-archive, orders-archive",
    "arn:aws:sns:us-east-1:123456789012:t, arn:aws:sns:us-east-1:123456789012:t",
    "https://sqs.eu-west-1.amazonaws.com/123456789012/q,"
        + " https://sqs.eu-west-1.amazonaws.com/123456789012/q",
    "https://sqs.cn-north-1.amazonaws.com.cn/1/q, https://sqs.cn-north-1.amazonaws.com.cn/1/q",
    "https://amazonaws.com.evil.example/secret, https://amazonaws.com.evil.example/...",
    "https://hooks.example.com/services/T0/secret, https://hooks.example.com/...",
    "https://hooks.example.com, https://hooks.example.com",
    "http://user:secret@host:81/, http://host:81/",
    "http://a@b:secret@host/, http://host/",
    "HTTPS://host/secret, HTTPS://host/...",
    "redis://:secret@host:6379/list, redis://host:6379/list",
    "s3://bucket/prefix?sig=secret, s3://bucket/prefix?...",
    "https://q.amazonaws.com/1?X-Amz-Signature=secret, https://q.amazonaws.com/1?...",
    "destination 'http://u:secret@h/x' and 'http://i' are wrong,"
        + " destination 'http://h/...' and 'http://i' are wrong",
  })
  void of_text_hasNoSecretAndWhatIsNone(String text, String shown) {
    assertThat(Shown.of(text)).isEqualTo(shown).doesNotContain("secret");
  }
}
