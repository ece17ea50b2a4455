package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.admin.FunctionGrants;
import org.streamfanout.admin.PolicyDocument;
import org.streamfanout.admin.ResourcePolicy;
import org.streamfanout.admin.Statement.Grant;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetRole;

/**
 * What the templates of {@code deploy/} allow is what {@code ./fanout policy} prints for the same
 * function, sources and targets: nothing more, nothing less. But for one thing: a template makes
 * the function's log, so the function need not.
 */
class TemplateGrantsIT {
  private static final String KEY =
      "arn:aws:kms:eu-west-1:222222222222:key/aaaaaaaa-2222-3333-4444-555555555555";
  private static final String FOREIGN_STREAM =
      "arn:aws:kinesis:eu-west-1:111111111111:stream/kds-cross-account-stream";
  private static final String FOREIGN_CONSUMER =
      FOREIGN_STREAM + "/consumer/kds-cross-account-stream-efo-consumer:1";
  private static final String FOREIGN_KEY =
      "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555";
  private static final String SECRET =
      "arn:aws:secretsmanager:eu-west-1:222222222222:secret:kafka-AbCdEf";
  private static final String TABLE =
      "arn:aws:dynamodb:eu-west-1:222222222222:table/prod-raven-lambda-webanalytics-crossaccount";
  private static final String WRITE_ROLE = "role/DynamoDB-ProdAnalyticsWrite-role";
  private static final Pattern QUOTED = Pattern.compile("'([^']*)'|(\\S+)");

  private static FunctionGrants.Builder function(String name, String role) {
    String discarded = "arn:aws:sqs:eu-west-1:222222222222:" + name + "-discarded";
    return FunctionGrants.of("arn:aws:lambda:eu-west-1:222222222222:function:" + name)
        .role("arn:aws:iam::222222222222:role/" + role)
        .onFailure(discarded);
  }

  private static StoredTarget deadLetters(String source, String function) {
    String queue = "https://sqs.eu-west-1.amazonaws.com/222222222222/" + function + "-dead-letters";
    return row(source, "dead-letters", "sqs", queue, Map.of("deadLetterOnly", true));
  }

  private static StoredTarget row(
      String source, String id, String type, String destination, Map<String, ?> more) {
    Map<String, Object> columns = new HashMap<>(more);
    columns.put("sourceArn", source);
    columns.put("id", id);
    columns.put("type", type);
    columns.put("destination", destination);
    return StoredTarget.of(columns);
  }

  private static JsonNode plan(
      boolean isTerraform, String folder, String terraform, Object... given) throws Exception {
    Map<String, Object> parameters = new HashMap<>();
    for (int at = 0; at < given.length; at += 3) {
      parameters.put(given[at + (isTerraform ? 1 : 0)].toString(), given[at + 2]);
    }
    if (isTerraform) {
      parameters.put("region", "eu-west-1");
      parameters.put("jar", "function.jar");
      return Templates.plan(terraform, parameters);
    }
    parameters.put("CodeBucket", "code");
    parameters.put("CodeKey", "function.jar");
    return Templates.plan(folder, parameters);
  }

  private static JsonNode role(JsonNode plan, String name) {
    for (JsonNode role : plan.get("roles")) {
      if (role.get("name").asText().equals(name)) {
        return role;
      }
    }
    throw new AssertionError("there is no role " + name + " in " + plan.get("roles"));
  }

  private static Set<Grant> permissions(JsonNode role) {
    Set<Grant> grants = new HashSet<>();
    role.get("permissions")
        .forEach(document -> grants.addAll(PolicyDocument.parse(document.toString()).grants()));
    return grants;
  }

  private static Set<Grant> trust(JsonNode role) {
    return PolicyDocument.parse(role.get("trust").toString()).grants();
  }

  private static void assertSame(JsonNode plan, String role, FunctionGrants.Builder builder) {
    FunctionGrants expected = builder.build();
    Set<Grant> withoutLog =
        expected.permissions().grants().stream()
            .filter(grant -> !grant.action().equals("logs:CreateLogGroup"))
            .collect(Collectors.toSet());

    assertThat(expected.warnings()).isEmpty();
    assertThat(withoutLog).hasSizeGreaterThan(5);
    assertThat(permissions(role(plan, role))).isEqualTo(withoutLog);
    assertThat(trust(role(plan, role))).isEqualTo(expected.trust().grants());
    assertThat(plan.at("/functions/0/role").asText()).isEqualTo(expected.role());
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void plain_functionsRole_isWhatPolicyPrints(boolean isTerraform, boolean hasKey)
      throws Exception {
    String stream = "arn:aws:kinesis:eu-west-1:222222222222:stream/fanout";
    FunctionGrants.Builder expected =
        function("fanout", "fanoutRole")
            .source(stream)
            .targets(List.of(deadLetters(stream, "fanout")));
    if (hasKey) {
      expected.decryptionKey(KEY);
    }

    assertSame(
        plan(
            isTerraform,
            "plain/cloudformation/template.yaml",
            "plain/terraform",
            "StreamKMSKeyArn",
            "stream_kms_key_arn",
            hasKey ? KEY : ""),
        "fanoutRole",
        expected);
  }

  /** The comparison sees one grant that is missing, and one that is too much. */
  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void plain_oneGrantMoreOrLess_isADifference(boolean isTerraform, boolean hasKey)
      throws Exception {
    String stream = "arn:aws:kinesis:eu-west-1:222222222222:stream/fanout";
    FunctionGrants.Builder other =
        function("fanout", "fanoutRole")
            .source(stream)
            .targets(List.of(deadLetters(stream, "fanout")));
    if (!hasKey) {
      other.decryptionKey(KEY);
    }
    JsonNode made =
        plan(
            isTerraform,
            "plain/cloudformation/template.yaml",
            "plain/terraform",
            "StreamKMSKeyArn",
            "stream_kms_key_arn",
            hasKey ? KEY : "");

    assertThatThrownBy(() -> assertSame(made, "fanoutRole", other))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("kms:Decrypt");
  }

  private static FunctionGrants.Builder consumer(String role) {
    String name = "kds-cross-account-stream-efo-consumer";
    return function(name, role)
        .source(FOREIGN_CONSUMER)
        .decryptionKey(FOREIGN_KEY)
        .targets(List.of(deadLetters(FOREIGN_STREAM, name)));
  }

  private static JsonNode consumerPlan(boolean isTerraform, String step) throws Exception {
    return plan(
        isTerraform,
        "cross-account-consumer/cloudformation/" + step,
        "cross-account-consumer/terraform/2-function",
        "KinesisStreamArn",
        "kinesis_stream_arn",
        FOREIGN_STREAM,
        "KinesisStreamEFOConsumerArn",
        "kinesis_stream_efo_consumer_arn",
        FOREIGN_CONSUMER,
        "KMSKeyArn",
        "kms_key_arn",
        FOREIGN_KEY);
  }

  @ParameterizedTest
  @CsvSource({
    "true,2-function.yaml,kds-cross-account-stream-efo-consumerRole",
    "false,2-function.yaml,stack-Role",
    "false,3-mapping.yaml,stack-Role"
  })
  void consumer_functionsRole_isWhatPolicyPrints(boolean isTerraform, String step, String role)
      throws Exception {
    assertSame(consumerPlan(isTerraform, step), role, consumer(role));
  }

  private static Map<String, Set<Grant>> shared(FunctionGrants grants) {
    Map<String, Set<Grant>> shared = new HashMap<>();
    for (ResourcePolicy each : grants.resourcePolicies()) {
      if (each.kind() != ResourcePolicy.Kind.KEY) {
        shared.put(each.arn(), each.policy().grants());
      }
    }
    assertThat(shared).hasSize(2);
    return shared;
  }

  /** Of CloudFormation they are commands, which are read as a shell reads them. */
  @ParameterizedTest
  @ValueSource(strings = {"2-function.yaml", "3-mapping.yaml"})
  void consumer_commandsOfOutputs_putWhatPolicyPrints(String step) throws Exception {
    JsonNode outputs = consumerPlan(false, step).get("outputs");
    Map<String, Set<Grant>> put = new HashMap<>();
    for (String name :
        List.of(
            "KinesisStreamCreateResourcePolicyCommand",
            "KinesisStreamEFOConsumerCreateResourcePolicyCommand")) {
      List<String> words = new ArrayList<>();
      for (MatchResult word : QUOTED.matcher(outputs.get(name).asText()).results().toList()) {
        words.add(word.group(1) != null ? word.group(1) : word.group(2));
      }
      assertThat(words)
          .startsWith("aws", "kinesis", "put-resource-policy", "--region", "eu-west-1")
          .hasSize(9);
      assertThat(words.get(5)).isEqualTo("--resource-arn");
      assertThat(words.get(7)).isEqualTo("--policy");
      put.put(words.get(6), PolicyDocument.parse(words.get(8)).grants());
    }

    assertThat(put).isEqualTo(shared(consumer("stack-Role").build()));
  }

  @Test
  void consumer_resourcePoliciesOfTerraform_areWhatPolicyPrints() throws Exception {
    String role = "arn:aws:iam::333333333333:role/kds-cross-account-stream-efo-consumerRole";
    String stream = "arn:aws:kinesis:eu-west-1:222222222222:stream/kds-cross-account-stream";
    String consumer = stream + "/consumer/kds-cross-account-stream-efo-consumer:1";
    JsonNode plan =
        Templates.plan(
            "cross-account-consumer/terraform/1-stream",
            Map.of(
                "region", "eu-west-1",
                "lambda_consumer_account_id", "333333333333",
                "lambda_role_arn", role));
    Map<String, Set<Grant>> made = new HashMap<>();
    plan.get("resourcePolicies")
        .forEach(
            each ->
                made.put(
                    each.get("arn").asText(),
                    PolicyDocument.parse(each.get("policy").toString()).grants()));

    assertThat(made)
        .isEqualTo(
            shared(
                FunctionGrants.of(
                        "arn:aws:lambda:eu-west-1:333333333333:function:kds-cross-account-stream-efo-consumer")
                    .role(role)
                    .source(consumer)
                    .build()));
  }

  /**
   * The one policy that differs: when the key is made there is no role to name, so it is the role's
   * account, and by way of Kinesis only.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void consumer_policyOfTheKey_letsTheAccountDecryptByKinesis(boolean isTerraform)
      throws Exception {
    JsonNode plan =
        isTerraform
            ? Templates.plan(
                "cross-account-consumer/terraform/1-stream",
                Map.of("region", "eu-west-1", "lambda_consumer_account_id", "333333333333"))
            : Templates.plan(
                "cross-account-consumer/cloudformation/1-stream.yaml",
                Map.of("LambdaConsumerAccountId", "333333333333"));

    assertThat(PolicyDocument.parse(plan.at("/keys/0/policy").toString()).grants())
        .containsExactlyInAnyOrder(
            new Grant(
                "kms:*", "*", Map.of("AWS", List.of("arn:aws:iam::222222222222:root")), Map.of()),
            new Grant(
                "kms:Decrypt",
                "*",
                Map.of("AWS", List.of("arn:aws:iam::333333333333:root")),
                Map.of(
                    "StringEquals",
                    Map.of("kms:ViaService", List.of("kinesis.eu-west-1.amazonaws.com")))));
  }

  private static StoredTarget poc(String source, String roleArn, String table, String externalId) {
    Map<String, Object> columns =
        new HashMap<>(
            Map.of(
                "role",
                roleArn,
                "options",
                Map.of(
                    "partitionKey", "seqNumbershardIdHash={sequenceNumber[-3:-1]}_{shardId}",
                    "sortKey", "sequenceNumber={sequenceNumber}")));
    if (!externalId.isEmpty()) {
      columns.put("externalId", externalId);
    }
    return row(source, "poc", "dynamodb", table, columns);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tables_productionFunctionsRole_isWhatPolicyPrints(boolean isTerraform) throws Exception {
    String stream = "arn:aws:kinesis:eu-west-1:222222222222:stream/web-analytics";
    String there = TABLE.replace("222222222222", "999999999999");

    assertSame(
        plan(
            isTerraform,
            "cross-account-tables/cloudformation/production-account.yaml",
            "cross-account-tables/terraform/production-account",
            "StreamKMSKeyArn",
            "stream_kms_key_arn",
            KEY),
        "LambdaKinesisDynamo",
        function("ProdKinesisToPocDynamo", "LambdaKinesisDynamo")
            .source(stream)
            .decryptionKey(KEY)
            .targets(
                List.of(
                    deadLetters(stream, "ProdKinesisToPocDynamo"),
                    poc(stream, "arn:aws:iam::999999999999:" + WRITE_ROLE, there, ""))));
  }

  @ParameterizedTest
  @CsvSource({"true,fanout", "true,''", "false,fanout", "false,''"})
  void tables_roleThatMayWrite_isWhatPolicyPrints(boolean isTerraform, String externalId)
      throws Exception {
    JsonNode plan =
        plan(
            isTerraform,
            "cross-account-tables/cloudformation/poc-account.yaml",
            "cross-account-tables/terraform/poc-account",
            "BucketName",
            "bucket_name",
            "clicks",
            "ExternalId",
            "external_id",
            externalId);
    String stream = "arn:aws:kinesis:eu-west-1:111111111111:stream/web-analytics";
    String role = "arn:aws:iam::222222222222:" + WRITE_ROLE;
    FunctionGrants expected =
        FunctionGrants.of("arn:aws:lambda:eu-west-1:111111111111:function:ProdKinesisToPocDynamo")
            .role("arn:aws:iam::111111111111:role/LambdaKinesisDynamo")
            .targets(List.of(poc(stream, role, TABLE, externalId)))
            .build();

    TargetRole expectedRole = expected.targetRoles().get(0);
    JsonNode made = role(plan, "DynamoDB-ProdAnalyticsWrite-role");
    assertThat(permissions(made)).hasSize(2).isEqualTo(expectedRole.permissions().grants());
    assertThat(trust(made)).hasSize(1).isEqualTo(expectedRole.trust().grants());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tables_pocFunctionsRole_isWhatPolicyPrints(boolean isTerraform) throws Exception {
    String stream = TABLE + "/stream/2026-11-22T00:00:00.000";

    assertSame(
        plan(
            isTerraform,
            "cross-account-tables/cloudformation/poc-account.yaml",
            "cross-account-tables/terraform/poc-account",
            "BucketName",
            "bucket_name",
            "clicks"),
        "lambdadynamostreams_firehose",
        function("PocLambdaFirehose", "lambdadynamostreams_firehose")
            .source(stream)
            .targets(
                List.of(
                    deadLetters(stream, "PocLambdaFirehose"),
                    row(
                        stream,
                        "s3",
                        "firehose",
                        "arn:aws:firehose:eu-west-1:222222222222:deliverystream/prod-s3-firehose",
                        Map.of("convertDDB", true, "appendNewlines", true)))));
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void kafka_functionsRole_isWhatPolicyPrints(boolean isTerraform, boolean hasSecret)
      throws Exception {
    String name = "cross-account-msk-data-streaming";
    String brokers = "b-1.kafka.example:9094,b-2.kafka.example:9094";
    String source = "kafka://" + brokers + "/" + name;
    Map<String, Object> parameters =
        new HashMap<>(
            isTerraform
                ? Map.of("region", "eu-west-1", "jar", "function.jar")
                : Map.of(
                    "CodeBucket", "code",
                    "CodeKey", "function.jar",
                    "Broker1Endpoint", "b-1.kafka.example",
                    "Broker1ServiceName", "com.amazonaws.vpce.b-1",
                    "Broker2Endpoint", "b-2.kafka.example",
                    "Broker2ServiceName", "com.amazonaws.vpce.b-2",
                    "BootstrapServers", brokers));
    FunctionGrants.Builder expected =
        function(name, name + "Role")
            .inVpc(true)
            .source(source)
            .targets(
                List.of(
                    deadLetters(source, name),
                    row(
                        source,
                        "results",
                        "dynamodb",
                        name,
                        Map.of(
                            "options",
                            Map.of("partitionKey", "device_id:N", "sortKey", "window_start:S")))));
    if (hasSecret) {
      parameters.put(isTerraform ? "authentication_secret_arn" : "AuthenticationSecretArn", SECRET);
      expected.secret(SECRET);
    }

    assertSame(
        Templates.plan(
            isTerraform
                ? "self-managed-kafka/terraform"
                : "self-managed-kafka/cloudformation/template.yaml",
            parameters),
        name + "Role",
        expected);
  }
}
