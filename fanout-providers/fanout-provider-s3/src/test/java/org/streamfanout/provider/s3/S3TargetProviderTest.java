package org.streamfanout.provider.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class S3TargetProviderTest {
  private final S3TargetProvider provider = new S3TargetProvider();

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(Records.KINESIS, "t", "s3", destination);
  }

  private List<String> problems(TargetConfig target) {
    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, new TestContext()));
    return error == null ? List.of() : error.problems();
  }

  private List<String> problemsOf(String option, String value) {
    return problems(target("s3://bucket").options(Map.of(option, value)).build());
  }

  @ParameterizedTest
  @CsvSource({
    "s3://bucket, bucket, ''",
    "s3://bucket/, bucket, ''",
    "s3://bucket/a/b, bucket, a/b/",
    "s3://a.b-1/a=1/b/, a.b-1, a=1/b/",
    "s3://123/..., 123, .../",
    "arn:aws:s3:::bucket, bucket, ''",
    "arn:aws-cn:s3:::bucket/a, bucket, a/",
    "arn:aws-us-gov:s3:::bucket/a/b, bucket, a/b/"
  })
  void parse_bucket_isALocation(String destination, String bucket, String prefix) {
    assertThat(S3Location.parse(destination)).contains(new S3Location(bucket, prefix));
    assertThat(problems(target(destination).build())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bucket",
        "s3:/bucket",
        "S3://bucket",
        "s3://",
        "s3:///key",
        "s3://ab",
        "s3://Bucket",
        "s3://bucket-",
        "s3://-bucket",
        "s3://a..b",
        "s3://a_b",
        "s3://169.254.169.254/latest",
        "s3://xn--bucket",
        "s3://sthree-bucket",
        "s3://bucket-s3alias",
        "s3://bucket--x-s3",
        "s3://bucket--ol-s3",
        "s3://bucket.mrap",
        "s3://user@bucket/a",
        "s3://bucket:80/a",
        "s3://bucket/a//b",
        "s3://bucket//a",
        "s3://bucket/./a",
        "s3://bucket/../a",
        "s3://bucket/a?x",
        "s3://bucket/a#x",
        "s3://bucket/a b",
        "s3://bucket/a\n",
        "s3://bucket/\u00e9",
        "https://bucket.s3.amazonaws.com/a",
        "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap",
        "arn:aws:s3:::Bucket",
        "arn:aws:sqs:::bucket",
        "arn:aws-evil:s3:::bucket"
      })
  void parse_anythingElse_isNoLocation(String destination) {
    assertThat(S3Location.parse(destination)).isEmpty();
    assertThat(problems(target(destination).build())).isNotEmpty();
  }

  @Test
  void parse_bucketOf63Letters_isTheLongest() {
    assertThat(S3Location.parse("s3://" + "a".repeat(63))).isPresent();
    assertThat(S3Location.parse("s3://" + "a".repeat(64))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "format, lines",
    "format, raw",
    "compression, none",
    "compression, gzip",
    "compression, zstd",
    "key, {id}",
    "key, plain",
    "key, {yyyy}-{MM}-{dd}T{HH}/{source}/{shard}/{first}-{last}",
    "ifNoneMatch, true",
    "ifNoneMatch, false"
  })
  void validate_knownOption_isTaken(String option, String value) {
    assertThat(problemsOf(option, value)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "format, csv",
    "format, LINES",
    "compression, zip",
    "key, ''",
    "key, /a",
    "key, a/",
    "key, a//b",
    "key, ../a",
    "key, a/./b",
    "key, {minute}",
    "key, {",
    "key, a b",
    "key, {{id}}",
    "ifNoneMatch, yes"
  })
  void validate_badOption_isAProblem(String option, String value) {
    assertThat(problemsOf(option, value)).singleElement().asString().contains("'" + option + "'");
  }

  @Test
  void validate_keyThatMayBeTooLong_isAProblem() {
    assertThat(problemsOf("key", "{first}{last}{shard}{source}{first}" + "a".repeat(180)))
        .isEmpty();
    assertThat(problemsOf("key", "{first}{last}{shard}{source}{first}" + "a".repeat(190)))
        .hasSize(1);
    assertThat(problems(target("s3://bucket/" + "a/".repeat(400)).build())).hasSize(1);
  }

  @Test
  void capabilities_areThoseOfWholeObjects() {
    Capabilities capabilities = provider.capabilities(target("s3://bucket").build());

    assertThat(capabilities.callOrder()).isEqualTo(CallOrder.PREFIX);
    assertThat(capabilities.collapses()).containsExactly(Collapse.NONE);
    assertThat(capabilities.tombstones()).isFalse();
    assertThat(capabilities.limits()).isEqualTo(S3TargetProvider.LIMITS);
  }

  @Test
  void permissions_areOnThePrefixOnly() {
    assertThat(provider.permissions(target("s3://bucket/a").build()))
        .containsExactly(
            new Permission("s3:PutObject", "arn:aws:s3:::bucket/a/*"),
            new Permission("s3:ListBucket", "arn:aws:s3:::bucket"));
    assertThat(provider.permissions(target("s3://bucket").region("cn-north-1").build()))
        .contains(new Permission("s3:PutObject", "arn:aws-cn:s3:::bucket/*"));
  }
}
