package org.streamfanout.provider.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
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
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class DynamoDbTargetProviderTest {
  private static final String ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/";
  private static final Map<String, String> KEYED = Map.of("partitionKey", "pk={id}");

  private final DynamoDbTargetProvider provider = new DynamoDbTargetProvider();

  private static TargetConfig.Builder target(
      Source source, String destination, Map<String, String> options) {
    return TargetConfig.builder(source, "t", "dynamodb", destination).options(options);
  }

  private static TargetConfig.Builder target(Map<String, String> options) {
    return target(Records.KINESIS, "table", options);
  }

  private List<String> problems(TargetConfig.Builder target) {
    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class,
            () -> provider.validate(target.build(), new TestContext()));
    return error == null ? List.of() : error.problems();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abc",
        "My_table-1.x",
        "events-{yyyy}-w{ww}",
        "e{dd}",
        "{yyyy}{MM}{dd}{HH}",
        ARN + "table",
        ARN + "events-{yyyy}-w{ww}",
        "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/abc",
        "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/abc",
        "arn:aws-iso-b:dynamodb:us-isob-east-1:111122223333:table/abc"
      })
  void validate_table_isAccepted(String destination) {
    assertThatCode(
            () ->
                provider.validate(
                    target(Records.KINESIS, destination, KEYED).build(), new TestContext()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ab",
        "{dd}",
        "a table",
        "a/b/c",
        "table{yy}",
        "table{ww",
        "table-{MM}-{ww}",
        "http://127.0.0.1:8000",
        ARN + "ab",
        ARN + "table/index/i",
        ARN + "table/stream/2026",
        "arn:aws:dynamodb:cn-north-1:111122223333:table/abc",
        "arn:aws:dynamodb::111122223333:table/abc",
        "arn:aws:kinesis:eu-west-1:111122223333:table/abc"
      })
  void validate_anythingElse_isRefused(String destination) {
    assertThat(problems(target(Records.KINESIS, destination, KEYED)))
        .singleElement()
        .asString()
        .contains("'" + destination + "'");
  }

  @Test
  void validate_nameOf255WithDates_isMeasuredAsFilledIn() {
    String longest = "x".repeat(251);

    assertThat(problems(target(Records.KINESIS, longest + "{yyyy}", KEYED))).isEmpty();
    assertThat(problems(target(Records.KINESIS, longest + "x{yyyy}", KEYED))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pk
          pk:N
          p k:S={key}
          pk={sequenceNumber[-3:-1]}_{shardId}
          a:b:S=x{key}
          """)
  void validate_key_isAccepted(String key) {
    assertThat(problems(target(Map.of("partitionKey", key)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "=x", ":S", "pk={nothing}", "pk={key"})
  void validate_keyThatCannotBeUnderstood_isRefused(String key) {
    assertThat(problems(target(Map.of("partitionKey", key))))
        .singleElement()
        .asString()
        .contains("partitionKey");
  }

  @Test
  void validate_manyMistakes_listsThemAll() {
    assertThat(
            problems(
                target(
                    Source.of("arn:aws:sqs:eu-west-1:111122223333:q"),
                    "table",
                    Map.of(
                        "sortKey", "sk={",
                        "attributes", "sequenceNumber,shard",
                        "dropEmpty", "yes",
                        "replicate", "TRUE",
                        "newerOnly", "sequenceNumber"))))
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).contains("partitionKey"),
            problem -> assertThat(problem).contains("sortKey"),
            problem -> assertThat(problem).contains("'shard'"),
            problem -> assertThat(problem).contains("dropEmpty"),
            problem -> assertThat(problem).contains("replicate"),
            problem -> assertThat(problem).contains("sequenceNumber").contains("more than one"),
            problem -> assertThat(problem).contains("newerOnly").contains("SQS"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pk={sequenceNumber[-3:-1]}_{shardId} | sk={sequenceNumber}     | false
          pk={sequenceNumber[-3:-1]}_{shardId} | sk={sequenceNumber}#{part} | true
          pk={id}                              |                         | true
          pk={id[0:5]}                         |                         | false
          pk={part[0:1]}                       |                         | false
          pk={field:device}                    |                         | false
          pk={key}                             | sk={part}               | true
          device                               |                         | true
          device                               | at:N                    | true
          device                               | sk={sequenceNumber}     | false
          """)
  void validate_withDeaggregate_templatesNeedThePart(String pk, String sk, boolean isValid) {
    Map<String, String> options =
        sk == null ? Map.of("partitionKey", pk) : Map.of("partitionKey", pk, "sortKey", sk);

    assertThat(problems(target(options))).isEmpty();
    assertThat(problems(target(options).deaggregate(true)))
        .hasSize(isValid ? 0 : 1)
        .allSatisfy(problem -> assertThat(problem).contains("{part}"));
  }

  @Test
  void validate_replicate_needsATableStreamAndStableKeys() {
    Map<String, String> options = Map.of("replicate", "true");

    assertThat(problems(target(Records.DYNAMODB, "copy", options))).isEmpty();
    assertThat(
            problems(
                target(
                    Records.DYNAMODB,
                    "copy",
                    Map.of(
                        "replicate", "true",
                        "partitionKey", "mail={field:mail}",
                        "sortKey", "id"))))
        .isEmpty();
    assertThat(problems(target(Records.KINESIS, "copy", options))).hasSize(1);
    assertThat(problems(target(Records.DYNAMODB, "copy-{yyyy}", options))).hasSize(1);
    assertThat(problems(target(Records.DYNAMODB, "copy", options).deadLetterOnly(true))).hasSize(1);
    assertThat(
            problems(
                target(
                    Records.DYNAMODB,
                    "copy",
                    Map.of(
                        "replicate", "true",
                        "partitionKey", "pk={sequenceNumber}",
                        "dropEmpty", "true"))))
        .hasSize(2);
    assertThat(
            problems(
                target(Records.DYNAMODB, "copy", Map.of("replicate", "true", "sortKey", "sk"))))
        .hasSize(1);
  }

  @Test
  void capabilities_dependOnTheOptions() {
    Capabilities batches = provider.capabilities(target(KEYED).build());
    assertThat(batches.limits()).isEqualTo(DynamoDbTargetProvider.LIMITS);
    assertThat(batches.collapses()).containsExactly(Collapse.NONE);
    assertThat(batches.callOrder()).isEqualTo(CallOrder.UNORDERED);
    assertThat(batches.tombstones()).isFalse();

    assertThat(
            provider.capabilities(target(Map.of("partitionKey", "pk=x{key}")).build()).tombstones())
        .isTrue();
    assertThat(
            provider
                .capabilities(target(Map.of("partitionKey", "pk={key}", "sortKey", "at")).build())
                .tombstones())
        .isFalse();
    assertThat(
            provider
                .capabilities(target(Map.of("partitionKey", "pk", "newerOnly", "v")).build())
                .limits()
                .maxMessages())
        .isEqualTo(1);
    assertThat(
            provider
                .capabilities(
                    target(
                            Records.DYNAMODB,
                            "copy",
                            Map.of("replicate", "true", "partitionKey", "mail"))
                        .build())
                .limits()
                .maxMessages())
        .isEqualTo(1);
    assertThat(provider.capabilities(target(Map.of("partitionKey", "{")).build())).isNotNull();
  }

  @Test
  void permissions_areTheLeastOnTheTable() {
    String arn = ARN + "events-{yyyy}-w{ww}";

    assertThat(provider.permissions(target(Records.KINESIS, arn, KEYED).build()))
        .containsExactly(
            new Permission("dynamodb:BatchWriteItem", ARN + "events-*-w*"),
            new Permission("dynamodb:DescribeTable", ARN + "events-*-w*"));
    assertThat(
            provider.permissions(
                target(Map.of("partitionKey", "pk", "newerOnly", "v"))
                    .role("arn:aws:iam::111122223333:role/r")
                    .build()))
        .containsExactly(
            new Permission("sts:AssumeRole", "arn:aws:iam::111122223333:role/r"),
            new Permission("dynamodb:PutItem", "*"),
            new Permission("dynamodb:DescribeTable", "*"));
    assertThat(
            provider.permissions(
                target(
                        Records.DYNAMODB,
                        ARN + "copy",
                        Map.of("replicate", "true", "partitionKey", "mail"))
                    .build()))
        .extracting(Permission::action)
        .containsExactly("dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable");
  }

  @Test
  void validate_sessionPolicy_needsRoleAndArn() {
    Map<String, String> options = Map.of("partitionKey", "pk={id}", "sessionPolicy", "target");

    assertThat(problems(target(options))).hasSize(2);
    assertThat(
            problems(
                target(Records.KINESIS, ARN + "events-{yyyy}", options)
                    .role("arn:aws:iam::111122223333:role/r")))
        .isEmpty();
  }

  @Test
  void describe_namesEveryOption() {
    assertThat(provider.describe().options())
        .extracting(Description.Option::name)
        .contains(
            "partitionKey",
            "sortKey",
            "attributes",
            "dropEmpty",
            "newerOnly",
            "replicate",
            "sessionPolicy");
  }
}
