package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.testservers.MappingsStandIn;

/** The commands about mappings, at a stand-in of Lambda that keeps state. */
class HookCommandsTest {
  private static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/inputStream";

  private final MappingsStandIn lambda = MappingsStandIn.start();

  /** Kinesis would speak CBOR, which the stand-in does not read. */
  @BeforeAll
  static void credentials() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "s3cret");
    System.setProperty("aws.cborEnabled", "false");
  }

  @AfterAll
  static void none() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.cborEnabled");
  }

  @AfterEach
  void close() {
    lambda.close();
  }

  private Ran fanout(String line, String... more) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    arguments.addAll(
        List.of("--region", "eu-west-1", "--endpoint-url", lambda.endpoint().toString()));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  private Ran ok(String line, String... more) {
    Ran ran = fanout(line, more);
    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(Main.SETTLED);
    assertThat(ran.out() + ran.errors()).doesNotContain("s3cret");
    return ran;
  }

  @Test
  void aMappingsLife_asTheOriginalsExamplesHaveIt() {
    String source = " --function fanout --source-type kinesis --source inputStream";
    Ran dry = ok("hook" + source, "--dry-run");
    assertThat(dry.out())
        .contains(STREAM, "would be hooked", "+ BatchSize", "100", "LATEST")
        .contains("1. create the mapping", "2. FANOUT_PARTIAL_RESPONSES=true");
    assertThat(lambda.mappings()).isEmpty();

    Ran hooked = ok("hook" + source);
    assertThat(hooked.out()).contains("hooked, mapping new-1, Enabled");
    assertThat(hooked.errors()).contains("no active target is registered under " + STREAM);
    assertThat(lambda.variables("fanout")).containsEntry("FANOUT_PARTIAL_RESPONSES", "true");

    assertThat(ok("hook" + source).out()).contains("is so already");
    assertThat(ok("pause" + source, "--dry-run").out()).contains("would be changed");
    assertThat(ok("pause" + source).out()).contains("Disabled");
    assertThat(ok("resume" + source).out()).contains("Enabled");
    assertThat(ok("unhook" + source).out()).contains("unhooked", "pause keeps the place");
    assertThat(lambda.mappings()).isEmpty();
    assertThat(ok("unhook" + source).out()).contains("does not read");
    assertThat(lambda.hazards()).isEmpty();
  }

  @Test
  void hook_tableByItsName_isItsLatestStream() {
    Ran ran = ok("hook --source-type dynamodb --source t --disabled", "--output", "json");

    assertThat(ran.out()).contains("table/t/stream/2026-01-01T00:00:00.000", "Disabled");
  }

  @Test
  void hook_selfManagedKafka_asTheSeedHasIt() throws Exception {
    String line =
        "hook --topic orders --bootstrap-servers b:9094,a:9094 --subnet subnet-1,subnet-2"
            + " --security-group sg-1 --auth"
            + " sasl_scram_512_auth=arn:aws:secretsmanager:eu-west-1:123456789012:secret:s"
            + " --consumer-group g --batch-size 10 --output json";
    JsonNode json = new JsonMapper().readTree(ok(line).out());

    assertThat(json.path("source").asText()).isEqualTo("kafka://a:9094,b:9094/orders");
    assertThat(json.path("action").asText()).isEqualTo("CREATE");
    assertThat(json.path("done").asBoolean()).isTrue();
    assertThat(json.path("state").asText()).isEqualTo("Enabled");
    assertThat(json.path("uuid").asText()).isEqualTo("new-1");
    assertThat(json.path("warnings").toString()).contains("--min-pollers");
    JsonNode mapping = lambda.mappings().get(0);
    assertThat(mapping.path("BatchSize").asInt()).isEqualTo(10);
    assertThat(mapping.path("SourceAccessConfigurations").toString())
        .contains("subnet:subnet-2", "security_group:sg-1", "SASL_SCRAM_512_AUTH");
    assertThat(mapping.at("/SelfManagedKafkaEventSourceConfig/ConsumerGroupId").asText())
        .isEqualTo("g");

    String same = "unhook --source-arn kafka://a:9094,b:9094/orders";
    assertThat(ok(same).out()).contains("--consumer-group g goes on from there");
    assertThat(lambda.mappings()).isEmpty();
  }

  @Test
  void hook_functionByItsArn_isThatVersion() {
    lambda.function("fanout:PROD", 30, Map.of());

    Ran ran =
        ok("hook --source-arn " + STREAM, "--function-arn", MappingsStandIn.FUNCTION + ":PROD");

    assertThat(ran.errors()).contains("publish one with FANOUT_PARTIAL_RESPONSES=true");
    assertThat(lambda.mappings().get(0).path("FunctionArn").asText()).endsWith("fanout:PROD");
    assertThat(lambda.variables("fanout")).isEmpty();
  }

  @Test
  void problems_ofAllKinds_areToldInLines() {
    Ran ran = fanout("hook --source-arn " + STREAM + " --batch-size 0 --consumer nobody");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("fanout: --batch-size 0", "fanout: there is no consumer 'nobody'")
        .doesNotContain("\tat ");
    assertThat(fanout("pause --source-arn " + STREAM).errors()).contains("nor anything else");
    assertThat(lambda.mappings()).isEmpty();
  }
}
