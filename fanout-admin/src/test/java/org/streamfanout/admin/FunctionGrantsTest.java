package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.admin.Statement.Grant;

/** What a function needs by itself, for its sources, and of other accounts. */
class FunctionGrantsTest {
  private static final String FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:fanout";
  private static final String ROLE = "arn:aws:iam::123456789012:role/fanoutRole";
  private static final String OTHERS = "arn:aws:kinesis:eu-west-1:999999999999:stream/theirs";
  private static final String CONSUMER = OTHERS + "/consumer/fanout:1700000000";

  private static FunctionGrants with(String... sources) {
    FunctionGrants.Builder grants = FunctionGrants.of(FUNCTION);
    List.of(sources).forEach(grants::source);
    return grants.build();
  }

  /** Returns actions by resource. */
  private static Map<String, Set<String>> byResource(PolicyDocument policy) {
    return policy.grants().stream()
        .collect(
            Collectors.groupingBy(
                Grant::resource, Collectors.mapping(Grant::action, Collectors.toSet())));
  }

  @Test
  void alone_itReadsItsTableAndWritesItsLog() {
    FunctionGrants grants = with();

    assertThat(byResource(grants.permissions()))
        .isEqualTo(
            Map.of(
                "arn:aws:dynamodb:eu-west-1:123456789012:table/fanoutTargets",
                Set.of("dynamodb:Query"),
                "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/fanout:*",
                Set.of("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")));
    assertThat(grants.role()).isEqualTo(ROLE);
    assertThat(grants.trust().json())
        .contains("\"Principal\":{\"Service\":\"lambda.amazonaws.com\"}", "sts:AssumeRole");
    assertThat(grants.resourcePolicies()).isEmpty();
    assertThat(grants.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"aws-cn:cn-north-1", "aws-us-gov:us-gov-west-1"})
  void elsewhere_everyArnIsOfThatPartition(String place) {
    String[] parts = place.split(":");
    FunctionGrants grants =
        FunctionGrants.of("arn:" + place.replace(":", ":lambda:") + ":123456789012:function:f")
            .source("arn:" + parts[0] + ":kinesis:" + parts[1] + ":123456789012:stream/s")
            .build();

    assertThat(grants.role()).startsWith("arn:" + parts[0] + ":iam::");
    assertThat(byResource(grants.permissions()).keySet())
        .isNotEmpty()
        .allMatch(arn -> arn.startsWith("arn:" + parts[0] + ":"))
        .allMatch(arn -> arn.contains(":" + parts[1] + ":"));
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:kinesis:eu-west-1:123456789012:stream/s, kinesis:GetRecords",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-01-01T00:00:00.000,"
        + " dynamodb:GetRecords",
    "arn:aws:sqs:eu-west-1:123456789012:q, sqs:ReceiveMessage",
    "arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/t, kafka-cluster:ReadData",
  })
  void source_isReadByItsArn(String source, String action) {
    assertThat(byResource(with(source).permissions()).get(source)).contains(action);
    assertThat(with(source).warnings()).isEmpty();
  }

  @Test
  void msk_isFoundJoinedAndReached() {
    FunctionGrants grants = with("arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/t");

    String prefix = "arn:aws:kafka:eu-west-1:123456789012:";
    assertThat(byResource(grants.permissions()))
        .containsEntry(
            prefix + "cluster/c/u-1",
            Set.of(
                "kafka:DescribeClusterV2",
                "kafka:GetBootstrapBrokers",
                "kafka-cluster:Connect",
                "kafka-cluster:DescribeClusterDynamicConfiguration"))
        .containsEntry(
            prefix + "group/c/u-1/*",
            Set.of("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"));
    assertThat(byResource(grants.permissions()).get("*")).allMatch(each -> each.startsWith("ec2:"));
  }

  @Test
  void kafka_withASecret_readsItAndNeedsNoClusterRights() {
    String secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:AmazonMSK_x-AbCdEf";
    FunctionGrants grants =
        FunctionGrants.of(FUNCTION)
            .source("arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/t")
            .source("kafka://b1:9092,b2:9092/t")
            .secret(secret)
            .build();

    assertThat(byResource(grants.permissions()))
        .containsEntry(secret, Set.of("secretsmanager:GetSecretValue"));
    assertThat(grants.permissions().json()).doesNotContain("kafka-cluster:");
  }

  /** Of another account: two resource policies, and the function's own rights beside them. */
  @Test
  void streamAndConsumerOfAnotherAccount_haveAPolicyEach() {
    FunctionGrants grants = with(CONSUMER);

    assertThat(grants.resourcePolicies())
        .extracting(ResourcePolicy::kind, ResourcePolicy::arn)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(ResourcePolicy.Kind.STREAM, OTHERS),
            org.assertj.core.groups.Tuple.tuple(ResourcePolicy.Kind.CONSUMER, CONSUMER));
    ResourcePolicy stream = grants.resourcePolicies().get(0);
    ResourcePolicy consumer = grants.resourcePolicies().get(1);
    assertThat(stream.policy().grants())
        .extracting(Grant::action)
        .containsExactly(
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards");
    assertThat(consumer.policy().grants())
        .extracting(Grant::action)
        .containsExactly("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard");
    assertThat(grants.resourcePolicies())
        .allSatisfy(
            each ->
                assertThat(each.policy().grants())
                    .allMatch(
                        grant ->
                            grant.principals().equals(Map.of("AWS", List.of(ROLE)))
                                && grant.resource().equals(each.arn())));
    assertThat(byResource(grants.permissions()))
        .containsKey(OTHERS)
        .containsEntry(
            CONSUMER, Set.of("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"));
  }

  @Test
  void keyOfAnotherAccount_isSharedByItsPolicyToo() {
    String key = "arn:aws:kms:eu-west-1:999999999999:key/k";
    FunctionGrants grants = FunctionGrants.of(FUNCTION).decryptionKey(key).build();

    assertThat(byResource(grants.permissions())).containsEntry(key, Set.of("kms:Decrypt"));
    assertThat(grants.resourcePolicies())
        .singleElement()
        .satisfies(policy -> assertThat(policy.kind()).isEqualTo(ResourcePolicy.Kind.KEY));
  }

  @Test
  void keyOfTheSameAccount_needsNothingButTheFunctionsRight() {
    String key = "arn:aws:kms:eu-west-1:123456789012:key/k";

    assertThat(FunctionGrants.of(FUNCTION).decryptionKey(key).build().resourcePolicies()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:sqs:eu-west-1:123456789012:q, sqs:SendMessage",
    "arn:aws:sns:eu-west-1:123456789012:t, sns:Publish",
    "arn:aws:s3:::bucket, s3:ListBucket",
  })
  void failures_areToldWhereTheyAreSent(String arn, String action) {
    assertThat(
            byResource(FunctionGrants.of(FUNCTION).onFailure(arn).build().permissions()).get(arn))
        .contains(action);
  }

  @Test
  void failures_toldNowhere_areRefused() {
    assertThatThrownBy(() -> FunctionGrants.of(FUNCTION).onFailure(FUNCTION).build())
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("no ARN of a queue");
  }

  @Test
  void progress_isKeptInItsTable() {
    assertThat(byResource(FunctionGrants.of(FUNCTION).progressTable("p").build().permissions()))
        .containsEntry(
            "arn:aws:dynamodb:eu-west-1:123456789012:table/p",
            Set.of(
                "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"));
  }

  @Test
  void rowsThatCannotBeUsed_areGrantedNothingAndTold() {
    FunctionGrants grants =
        FunctionGrants.of(FUNCTION)
            .targets(
                List.of(
                    TableFixture.row("t", "type", "nothing", "destination", "d"),
                    TableFixture.row("u", "destination", "d")))
            .build();

    assertThat(grants.warnings())
        .anyMatch(warning -> warning.contains("'t'") && warning.contains("nothing is granted"))
        .anyMatch(warning -> warning.contains("'u'"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fanout",
        "arn:aws:lambda:eu-west-1:123456789012:function:fanout:live",
        "arn:aws:sqs:eu-west-1:123456789012:q"
      })
  void functionsArn_thatIsNone_isRefused(String arn) {
    assertThatThrownBy(() -> FunctionGrants.of(arn)).isInstanceOf(AdminException.class);
  }

  @Test
  void document_isReadAsItWasWritten() {
    PolicyDocument policy = with(CONSUMER, "kafka://b:9092/t").permissions();

    assertThat(PolicyDocument.parse(policy.json())).isEqualTo(policy);
    assertThat(PolicyDocument.parse(policy.pretty())).isEqualTo(policy);
  }

  @Test
  void sids_areDifferentLettersAndDigits() {
    List<String> sids =
        with(CONSUMER, "arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/t")
            .permissions()
            .statements()
            .stream()
            .map(Statement::sid)
            .toList();

    assertThat(sids).doesNotHaveDuplicates().allMatch(sid -> sid.matches("[A-Za-z0-9]+"));
  }
}
