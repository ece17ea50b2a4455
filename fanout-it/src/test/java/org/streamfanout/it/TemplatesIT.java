package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.lambda.LambdaEnvironment;

/** The templates of {@code deploy/}, as they would be applied; none of it is. */
class TemplatesIT {
  private static final String TOPIC = "arn:aws:sns:eu-west-1:222222222222:alarms";
  private static final String STREAM =
      "arn:aws:kinesis:eu-west-1:111111111111:stream/kds-cross-account-stream";
  private static final String CONSUMER =
      STREAM + "/consumer/kds-cross-account-stream-efo-consumer:1";
  private static final String KEY =
      "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555";

  /** A folder's template and its configuration of Terraform, with what makes them make the same. */
  record Pair(
      String cloudFormation,
      Map<String, ?> parameters,
      String terraform,
      Map<String, ?> variables) {}

  static List<Pair> pairs() {
    Map<String, String> code = Map.of("CodeBucket", "code", "CodeKey", "function.jar");
    Map<String, String> here = Map.of("region", "eu-west-1", "jar", "function.jar");
    Map<String, String> alarms = Map.of("AlarmTopicArn", TOPIC);
    Map<String, String> alarmsOfTerraform = Map.of("alarm_topic_arn", TOPIC);
    Map<String, String> first =
        Map.of(
            "KinesisStreamArn", STREAM, "KinesisStreamEFOConsumerArn", CONSUMER, "KMSKeyArn", KEY);
    Map<String, String> firstOfTerraform =
        Map.of(
            "kinesis_stream_arn",
            STREAM,
            "kinesis_stream_efo_consumer_arn",
            CONSUMER,
            "kms_key_arn",
            KEY);
    Map<String, String> brokers =
        Map.of(
            "Broker1Endpoint", "b-1.kafka.example",
            "Broker1ServiceName", "com.amazonaws.vpce.b-1",
            "Broker2Endpoint", "b-2.kafka.example",
            "Broker2ServiceName", "com.amazonaws.vpce.b-2",
            "BootstrapServers", "b-1.kafka.example:9094,b-2.kafka.example:9094");
    String secret = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:kafka-AbCdEf";
    return List.of(
        new Pair(
            "plain/cloudformation/template.yaml",
            with(code, alarms),
            "plain/terraform",
            with(here, alarmsOfTerraform)),
        new Pair(
            "plain/cloudformation/template.yaml",
            with(code, Map.of("StreamArn", STREAM, "StreamKMSKeyArn", KEY)),
            "plain/terraform",
            with(here, Map.of("stream_arn", STREAM, "stream_kms_key_arn", KEY))),
        new Pair(
            "cross-account-consumer/cloudformation/1-stream.yaml",
            Map.of("LambdaConsumerAccountId", "333333333333"),
            "cross-account-consumer/terraform/1-stream",
            Map.of("region", "eu-west-1", "lambda_consumer_account_id", "333333333333")),
        new Pair(
            "cross-account-consumer/cloudformation/2-function.yaml",
            with(code, first),
            "cross-account-consumer/terraform/2-function",
            with(here, firstOfTerraform)),
        new Pair(
            "cross-account-consumer/cloudformation/3-mapping.yaml",
            with(with(code, first), alarms),
            "cross-account-consumer/terraform/2-function",
            with(
                with(here, firstOfTerraform),
                Map.of("create_mapping", true, "alarm_topic_arn", TOPIC))),
        new Pair(
            "cross-account-tables/cloudformation/production-account.yaml",
            with(code, alarms),
            "cross-account-tables/terraform/production-account",
            with(here, alarmsOfTerraform)),
        new Pair(
            "cross-account-tables/cloudformation/poc-account.yaml",
            with(code, Map.of("BucketName", "clicks", "ExternalId", "fanout")),
            "cross-account-tables/terraform/poc-account",
            with(here, Map.of("bucket_name", "clicks", "external_id", "fanout"))),
        new Pair(
            "self-managed-kafka/cloudformation/template.yaml",
            with(code, with(brokers, Map.of("AuthenticationSecretArn", secret))),
            "self-managed-kafka/terraform",
            with(here, Map.of("authentication_secret_arn", secret))),
        new Pair(
            "self-managed-kafka/cloudformation/template.yaml",
            with(
                code,
                with(
                    brokers,
                    Map.of(
                        "NatGateways", "true",
                        "ProvisionedPollers", "4",
                        "PartialResponses", "true",
                        "ConsumerGroupId", "fanout"))),
            "self-managed-kafka/terraform",
            with(
                here,
                Map.of(
                    "nat_gateways",
                    true,
                    "provisioned_pollers",
                    4,
                    "partial_responses",
                    true,
                    "consumer_group_id",
                    "fanout"))));
  }

  private static Map<String, Object> with(Map<String, ?> some, Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>(some);
    all.putAll(more);
    return all;
  }

  @Test
  void templates_asTheyAre_haveNoProblem() throws Exception {
    Templates.Ran ran = Templates.check(Templates.DEPLOY);

    assertThat(ran.out()).as(ran.errors()).isEmpty();
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.errors()).containsPattern("[1-9]\\d\\d plans, 0 problems");
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void cloudFormationAndTerraform_ofAFolder_makeTheSame(Pair pair) throws Exception {
    JsonNode one = comparable(Templates.plan(pair.cloudFormation(), pair.parameters()));
    JsonNode other = comparable(Templates.plan(pair.terraform(), pair.variables()));

    assertThat(one.toPrettyString()).isEqualTo(other.toPrettyString());
    assertThat(one.toString()).contains("arn:aws:").doesNotContain("<");
  }

  /**
   * Without what is a matter of form: lists of one, the order of statements, names that AWS
   * chooses.
   */
  private static JsonNode comparable(JsonNode plan) throws Exception {
    ObjectNode copy = plan.deepCopy();
    List<String> outputs = new ArrayList<>();
    copy.get("outputs")
        .fieldNames()
        .forEachRemaining(name -> outputs.add(name.replace("_", "").toLowerCase(Locale.ROOT)));
    copy.remove("resourcePolicies");
    // Resource policies are commands of the one and resources of the other.
    copy.put(
        "outputs",
        new TreeSet<>(outputs)
            .stream()
                .filter(name -> !name.endsWith("command") && !name.equals("mappingid"))
                .toList()
                .toString());
    return sorted(
        new JsonMapper()
            .readTree(
                copy.toString()
                    .replace("stack-Role", "kds-cross-account-stream-efo-consumerRole")));
  }

  private static JsonNode sorted(JsonNode node) {
    JsonMapper mapper = new JsonMapper();
    if (node.isArray()) {
      List<JsonNode> items = new ArrayList<>();
      node.forEach(item -> items.add(sorted(item)));
      if (items.size() == 1 && items.get(0).isTextual()) {
        return items.get(0);
      }
      items.sort(Comparator.comparing(JsonNode::toString));
      return mapper.createArrayNode().addAll(items);
    }
    if (node.isObject()) {
      ObjectNode copy = mapper.createObjectNode();
      new TreeSet<>(names(node)).forEach(name -> copy.set(name, sorted(node.get(name))));
      return copy;
    }
    return node;
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void function_itsVariables_areThoseThatItReads(Pair pair) throws Exception {
    for (JsonNode plan :
        List.of(
            Templates.plan(pair.cloudFormation(), pair.parameters()),
            Templates.plan(pair.terraform(), pair.variables()))) {
      for (JsonNode function : plan.get("functions")) {
        Map<String, String> variables = new HashMap<>();
        function
            .get("environment")
            .properties()
            .forEach(each -> variables.put(each.getKey(), each.getValue().asText()));
        variables.put("AWS_LAMBDA_FUNCTION_NAME", function.get("name").asText());

        LambdaEnvironment.of(variables);
        assertThat(variables)
            .containsEntry("FANOUT_TABLE_NAME", function.get("name").asText() + "Targets");
        assertThat(variables.get("FANOUT_PARTIAL_RESPONSES")).isIn("true", "false");
        assertThat(function.get("memory").asInt()).isEqualTo(512);
        assertThat(
                Repository.file(
                    "fanout-lambda-function/src/main/java/"
                        + function
                            .get("handler")
                            .asText()
                            .replaceFirst("::.*", "")
                            .replace('.', '/')
                        + ".java"))
            .exists();
      }
    }
  }

  @Test
  void alarms_watchWhatAFunctionWrites() throws Exception {
    JsonNode plan =
        Templates.plan(
            "plain/terraform", Map.of("region", "eu-west-1", "jar", "j", "alarm_topic_arn", TOPIC));
    Set<String> watched = new HashSet<>();
    for (JsonNode alarm : plan.get("alarms")) {
      if (alarm.get("expression").isTextual()) {
        MatchResult found =
            Pattern.compile(
                    "^SELECT (SUM|MAX)\\((\\w+)\\) FROM SCHEMA\\(\"([^\"]+)\", ([^)]+)\\)"
                        + " WHERE \"Function\" = 'fanout'$")
                .matcher(alarm.get("expression").asText())
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(alarm));
        List<String> dimensions =
            Stream.of(found.group(4).split(", ")).map(name -> name.replace("\"", "")).toList();
        watched.add(found.group(3) + " " + found.group(2) + " " + dimensions);
      } else {
        assertThat(alarm.get("metric").asText()).isEqualTo("AWS/Lambda Errors FunctionName Sum");
      }
    }

    assertThat(AlarmsTest.written()).containsAll(watched);
    assertThat(watched)
        .extracting(key -> key.split(" ")[1])
        .containsExactlyInAnyOrder(
            "LedgerDifference", "RetentionUsed", "Held", "DeadLettered", "Dropped", "StaleTargets");
  }

  @Test
  void consumer_parametersAndOutputs_areThoseOfTheThreeSteps() throws Exception {
    Map<String, String> code = Map.of("CodeBucket", "code", "CodeKey", "function.jar");
    JsonNode first =
        Templates.plan(
            "cross-account-consumer/cloudformation/1-stream.yaml",
            Map.of("LambdaConsumerAccountId", "333333333333"));
    Map<String, Object> handedOn = new HashMap<>(code);
    first
        .get("outputs")
        .properties()
        .forEach(each -> handedOn.put(each.getKey(), each.getValue().asText()));

    assertThat(handedOn.keySet())
        .containsExactlyInAnyOrder(
            "CodeBucket",
            "CodeKey",
            "KinesisStreamArn",
            "KinesisStreamEFOConsumerArn",
            "KMSKeyArn");
    JsonNode second =
        Templates.plan("cross-account-consumer/cloudformation/2-function.yaml", handedOn);
    JsonNode third =
        Templates.plan("cross-account-consumer/cloudformation/3-mapping.yaml", handedOn);
    assertThat(names(second.get("outputs")))
        .contains(
            "KinesisStreamCreateResourcePolicyCommand",
            "KinesisStreamEFOConsumerCreateResourcePolicyCommand");
    assertThat(second.at("/functions/0/name").asText())
        .isEqualTo("kds-cross-account-stream-efo-consumer");
    // The third updates the second: all of it stays, and the mapping comes.
    ObjectNode without = third.deepCopy();
    without.set("mappings", new JsonMapper().createArrayNode());
    ((ObjectNode) without.get("outputs")).remove("MappingId");
    assertThat(without).isEqualTo(second);
    assertThat(third.get("mappings")).hasSize(1);
    assertThat(third.at("/mappings/0/source"))
        .isEqualTo(first.at("/outputs/KinesisStreamEFOConsumerArn"));
    assertThat(first.at("/streams/0/key").asText()).isEqualTo(handedOn.get("KMSKeyArn"));
    assertThat(first.at("/keys/0/rotation").asBoolean()).isTrue();
  }

  @Test
  void tables_defaults_areTheKnownOnes() throws Exception {
    Map<String, String> code = Map.of("CodeBucket", "code", "CodeKey", "function.jar");
    JsonNode production =
        Templates.plan("cross-account-tables/cloudformation/production-account.yaml", code);
    JsonNode poc =
        Templates.plan(
            "cross-account-tables/cloudformation/poc-account.yaml",
            with(code, Map.of("BucketName", "clicks")));

    assertThat(production.at("/functions/0/name").asText()).isEqualTo("ProdKinesisToPocDynamo");
    assertThat(production.at("/roles/0/name").asText()).isEqualTo("LambdaKinesisDynamo");
    assertThat(production.at("/mappings/0/source").asText()).endsWith(":stream/web-analytics");
    assertThat(production.at("/functions/0/timeout").asInt()).isEqualTo(120);
    assertThat(poc.at("/functions/0/name").asText()).isEqualTo("PocLambdaFirehose");
    assertThat(poc.at("/functions/0/timeout").asInt()).isEqualTo(300);
    for (JsonNode mapping : List.of(production.at("/mappings/0"), poc.at("/mappings/0"))) {
      assertThat(mapping.get("batchSize").asInt()).isEqualTo(300);
      assertThat(mapping.get("startingPosition").asText()).isEqualTo("TRIM_HORIZON");
      assertThat(mapping.get("enabled").asBoolean()).isFalse();
    }
    assertThat(poc.get("tables").toString())
        .contains(
            "{\"name\":\"prod-raven-lambda-webanalytics-crossaccount\","
                + "\"keys\":[\"seqNumbershardIdHash:S\",\"sequenceNumber:S\"],"
                + "\"billing\":\"PROVISIONED\",\"read\":20,\"write\":20,\"stream\":\"NEW_IMAGE\"}");
    assertThat(poc.get("firehoses").toString())
        .contains("\"name\":\"prod-s3-firehose\"")
        .contains(":role/firehosedeliveryrole\"")
        .contains(
            "\"prefix\":\"prod-kinesis-data\",\"megabytes\":5,\"seconds\":300,"
                + "\"compression\":\"UNCOMPRESSED\",\"errorLog\":true");
    assertThat(poc.get("roles").findValuesAsText("name"))
        .contains("DynamoDB-ProdAnalyticsWrite-role", "lambdadynamostreams_firehose");
    assertThat(poc.get("roles").toString())
        .contains("arn:aws:iam::111111111111:role/LambdaKinesisDynamo");
    assertThat(production.get("roles").toString())
        .contains("arn:aws:iam::999999999999:role/DynamoDB-ProdAnalyticsWrite-role");
  }

  @Test
  void kafka_defaults_areTheKnownOnes() throws Exception {
    JsonNode plan =
        Templates.plan("self-managed-kafka/terraform", Map.of("region", "eu-west-1", "jar", "j"));
    String network = plan.get("network").toString();

    assertThat(network)
        .contains("\"vpcs\":[\"10.0.0.0/16\"]")
        .contains("10.0.2.0/24 eu-central-1a", "10.0.3.0/24 eu-central-1b")
        .contains("Interface com.amazonaws.vpce.b-1", "Interface com.amazonaws.vpce.b-2")
        .contains("\"zones\":[\"kafka.eu-west-1.amazonaws.com\"]")
        .contains("A b-1.kafka.example alias", "A b-2.kafka.example alias");
    assertThat(plan.at("/mappings/0/topics/0").asText())
        .isEqualTo("cross-account-msk-data-streaming");
    assertThat(plan.at("/mappings/0/brokers").asText())
        .isEqualTo("b-1.kafka.example:9094,b-2.kafka.example:9094");
    assertThat(plan.at("/mappings/0/batchSize").asInt()).isEqualTo(10);
    assertThat(plan.at("/mappings/0/startingPosition").asText()).isEqualTo("LATEST");
    assertThat(plan.at("/mappings/0/access").toString())
        .isEqualTo("[\"VPC_SECURITY_GROUP\",\"VPC_SUBNET\",\"VPC_SUBNET\"]");
    assertThat(plan.at("/functions/0/subnets").asInt()).isEqualTo(2);
    assertThat(plan.get("logs").toString())
        .isEqualTo("[{\"name\":\"/aws/lambda/cross-account-msk-data-streaming\",\"days\":30}]");
    assertThat(plan.get("tables").toString())
        .contains(
            "\"name\":\"cross-account-msk-data-streaming\","
                + "\"keys\":[\"device_id:N\",\"window_start:S\"],\"billing\":\"PAY_PER_REQUEST\"");
  }

  /** What a mapping would lose is refused before it is made. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void kafka_partialResponsesWithoutPollers_areRefused(boolean isTerraform) throws Exception {
    Templates.Ran ran =
        isTerraform
            ? Templates.tryPlan(
                "self-managed-kafka/terraform",
                Map.of("region", "eu-west-1", "jar", "j", "partial_responses", true))
            : Templates.tryPlan(
                "self-managed-kafka/cloudformation/template.yaml",
                Map.of(
                    "CodeBucket", "b",
                    "CodeKey", "k",
                    "Broker1Endpoint", "b",
                    "Broker1ServiceName", "s",
                    "BootstrapServers", "b:1",
                    "PartialResponses", "true"));

    assertThat(ran.exitCode()).isNotZero();
    assertThat(ran.errors()).contains("with provisioned pollers only: records would be lost");
  }

  @Test
  void values_thatAreNotAllowed_areRefused() throws Exception {
    assertThat(
            Templates.tryPlan(
                    "plain/terraform",
                    Map.of("region", "r", "jar", "j", "stream_arn", "arn:aws:sqs:r:1:q"))
                .errors())
        .contains("The ARN of a stream, or nothing.");
    assertThat(
            Templates.tryPlan(
                    "plain/cloudformation/template.yaml",
                    Map.of("CodeBucket", "b", "CodeKey", "k", "StreamArn", "arn:aws:sqs:r:1:q"))
                .errors())
        .contains("parameter StreamArn: 'arn:aws:sqs:r:1:q' does not match");
  }
}
