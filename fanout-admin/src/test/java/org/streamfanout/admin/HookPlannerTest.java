package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.admin.HookFixture.CLUSTER;
import static org.streamfanout.admin.HookFixture.CONSUMER;
import static org.streamfanout.admin.HookFixture.NOTHING;
import static org.streamfanout.admin.HookFixture.STREAM;
import static org.streamfanout.admin.HookFixture.TABLE_STREAM;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.admin.HookSettings.StartingPosition;
import org.streamfanout.testservers.MappingsStandIn;

/** Hooks at a stand-in of Lambda that keeps state; see there for what it is not. */
class HookPlannerTest {
  private static final String REPORT = "'FunctionResponseTypes':['ReportBatchItemFailures']";
  private static final HookSource SOURCE = HookSource.of(STREAM);

  private final HookFixture fixture = new HookFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static HookSettings.Builder with() {
    return HookSettings.builder();
  }

  private static String mappingOf(String arn, String more) {
    return "{'EventSourceArn':'"
        + arn
        + "','BatchSize':100"
        + (more.isEmpty() ? "" : "," + more)
        + "}";
  }

  private void row(String source, String id, String onFailure) {
    fixture.lambda.row(
        Map.of(
            "sourceArn",
            source,
            "id",
            id,
            "type",
            "sns",
            "active",
            "true",
            "onFailure",
            onFailure));
  }

  private static List<String> names(JsonNode node) {
    return List.copyOf(new TreeSet<>(List.copyOf(fields(node))));
  }

  private static List<String> fields(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void hook_stream_hasTheDefaultsAndLosesNothing() {
    HookPlan plan = fixture.hook(SOURCE, NOTHING);
    assertThat(fixture.changes()).isEmpty();
    assertThat(plan.kind()).isEqualTo(HookPlan.Kind.CREATE);

    plan.carryOut();

    JsonNode mapping = fixture.onlyMapping();
    assertThat(mapping.path("EventSourceArn").asText()).isEqualTo(STREAM);
    assertThat(mapping.path("BatchSize").asInt()).isEqualTo(100);
    assertThat(mapping.path("StartingPosition").asText()).isEqualTo("LATEST");
    assertThat(mapping.path("MaximumRetryAttempts").asInt()).isEqualTo(-1);
    assertThat(mapping.path("MaximumRecordAgeInSeconds").asInt()).isEqualTo(-1);
    assertThat(mapping.path("FunctionResponseTypes").toString())
        .isEqualTo("[\"ReportBatchItemFailures\"]");
    assertThat(mapping.path("State").asText()).isEqualTo("Enabled");
    assertThat(names(mapping))
        .containsExactly(
            "BatchSize",
            "EventSourceArn",
            "FunctionArn",
            "FunctionResponseTypes",
            "MaximumRecordAgeInSeconds",
            "MaximumRetryAttempts",
            "StartingPosition",
            "State");
    assertThat(plan.state()).isEqualTo("Enabled");
    assertThat(plan.uuid()).isNotNull();
    assertThat(fixture.lambda.variables("fanout"))
        .containsExactly(Map.entry("FANOUT_PARTIAL_RESPONSES", "true"));
    assertThat(fixture.changes())
        .containsExactly(
            "POST /2015-03-31/event-source-mappings",
            "PUT /2015-03-31/functions/fanout/configuration");
    assertThat(fixture.lambda.hazards()).isEmpty();
    assertThat(fixture.hook(SOURCE, NOTHING).kind()).isEqualTo(HookPlan.Kind.NONE);
  }

  @Test
  void hook_function_keepsItsOtherVariables() {
    fixture.lambda.function("fanout", 30, Map.of("OTHER", "x", "FANOUT_CACHE_TTL", "5s"));

    fixture.hooked(SOURCE, NOTHING);

    assertThat(fixture.lambda.variables("fanout"))
        .containsOnly(
            Map.entry("OTHER", "x"),
            Map.entry("FANOUT_CACHE_TTL", "5s"),
            Map.entry("FANOUT_PARTIAL_RESPONSES", "true"));
  }

  @Test
  void hook_functionThatSomebodyChangesMeanwhile_keepsThatChange() {
    fixture.lambda.before(
        "PUT /2015-03-31/functions/",
        () -> {
          fixture.lambda.function("fanout", 30, Map.of("NEW", "y"));
          fixture.lambda.touch("fanout");
        });

    fixture.hooked(SOURCE, NOTHING);

    assertThat(fixture.lambda.variables("fanout"))
        .containsOnly(Map.entry("NEW", "y"), Map.entry("FANOUT_PARTIAL_RESPONSES", "true"));
  }

  @Test
  void hook_everySetting_isSent() {
    String letters = "arn:aws:sqs:eu-west-1:123456789012:letters";
    fixture.hooked(
        SOURCE,
        with()
            .batchSize(500)
            .batchWindow(5)
            .startingPosition(StartingPosition.AT_TIMESTAMP)
            .startingTimestamp(Instant.parse("2026-11-01T12:00:00Z"))
            .bisect(true)
            .parallelization(4)
            .maxRetries(7)
            .maxRecordAge(3600)
            .onFailure(letters)
            .filters(List.of("{\"data\":{\"kind\":[\"a\"]}}"))
            .enabled(false)
            .build());

    JsonNode mapping = fixture.onlyMapping();
    assertThat(mapping.path("BatchSize").asInt()).isEqualTo(500);
    assertThat(mapping.path("MaximumBatchingWindowInSeconds").asInt()).isEqualTo(5);
    assertThat(mapping.path("StartingPosition").asText()).isEqualTo("AT_TIMESTAMP");
    assertThat(mapping.path("StartingPositionTimestamp").asLong())
        .isEqualTo(Instant.parse("2026-11-01T12:00:00Z").getEpochSecond());
    assertThat(mapping.path("BisectBatchOnFunctionError").asBoolean()).isTrue();
    assertThat(mapping.path("ParallelizationFactor").asInt()).isEqualTo(4);
    assertThat(mapping.path("MaximumRetryAttempts").asInt()).isEqualTo(7);
    assertThat(mapping.path("MaximumRecordAgeInSeconds").asInt()).isEqualTo(3600);
    assertThat(mapping.at("/DestinationConfig/OnFailure/Destination").asText()).isEqualTo(letters);
    assertThat(mapping.at("/FilterCriteria/Filters/0/Pattern").asText()).contains("kind");
    assertThat(mapping.path("State").asText()).isEqualTo("Disabled");
  }

  @Test
  void hook_mappingThatIsThere_changesWhatIsGivenAndDiffersAndNothingElse() {
    fixture.lambda.function("fanout", 30, Map.of("FANOUT_PARTIAL_RESPONSES", "true"));
    fixture.lambda.mapping(
        "fanout",
        mappingOf(
            STREAM,
            "'ParallelizationFactor':3,'MaximumRetryAttempts':9,'StartingPosition':'LATEST',"
                + REPORT));

    HookPlan plan =
        fixture.hooked(
            SOURCE,
            with()
                .batchSize(200)
                .parallelization(3)
                .startingPosition(StartingPosition.TRIM_HORIZON)
                .build());

    assertThat(plan.kind()).isEqualTo(HookPlan.Kind.CHANGE);
    assertThat(plan.changes()).containsExactly(new HookPlan.Change("BatchSize", 100, 200));
    assertThat(plan.warnings())
        .anySatisfy(each -> assertThat(each).contains("counts only for a new one"));
    assertThat(fixture.onlyMapping().path("BatchSize").asInt()).isEqualTo(200);
    assertThat(fixture.onlyMapping().path("MaximumRetryAttempts").asInt()).isEqualTo(9);
    assertThat(fixture.changes()).hasSize(1);
  }

  @Test
  void hook_filterThatIsTakenAway_isGone() {
    fixture.lambda.mapping(
        "fanout", mappingOf(STREAM, "'FilterCriteria':{'Filters':[{'Pattern':'{}'}]}," + REPORT));

    fixture.hooked(SOURCE, with().filters(List.of()).build());

    assertThat(fixture.onlyMapping().path("FilterCriteria").path("Filters")).isEmpty();
  }

  @Test
  void hook_partialResponsesOff_functionFirstAndInvocationsEndBeforeTheMapping() {
    fixture.hooked(SOURCE, NOTHING);
    long start = fixture.clock.nanoTime();

    HookPlan plan = fixture.hooked(SOURCE, with().partialResponses(false).build());

    assertThat(fixture.changes())
        .endsWith(
            "PUT /2015-03-31/functions/fanout/configuration",
            "PUT /2015-03-31/event-source-mappings/" + plan.uuid());
    assertThat(plan.steps()).hasSize(3);
    assertThat(fixture.clock.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000_000L);
    assertThat(fixture.lambda.variables("fanout"))
        .containsEntry("FANOUT_PARTIAL_RESPONSES", "false");
    assertThat(fixture.onlyMapping().path("FunctionResponseTypes")).isEmpty();
    assertThat(fixture.lambda.hazards()).isEmpty();
    assertThat(fixture.hook(SOURCE, NOTHING).kind()).isEqualTo(HookPlan.Kind.NONE);
  }

  @Test
  void hook_besideAMappingThatIsSilent_leavesTheFunctionAlone() {
    fixture.lambda.mapping("fanout", mappingOf(TABLE_STREAM, ""));

    HookPlan plan = fixture.hooked(SOURCE, NOTHING);

    assertThat(plan.warnings())
        .anySatisfy(
            each ->
                assertThat(each)
                    .contains(
                        "do not ask for partial responses", TABLE_STREAM, "--partial-responses"));
    assertThat(fixture.lambda.variables("fanout")).isEmpty();
    assertThat(fixture.lambda.hazards()).isEmpty();

    fixture.hooked(SOURCE, with().partialResponses(true).build());
    assertThat(fixture.lambda.mappings())
        .allSatisfy(each -> assertThat(each.path("FunctionResponseTypes")).hasSize(1));
    assertThat(fixture.lambda.variables("fanout"))
        .containsEntry("FANOUT_PARTIAL_RESPONSES", "true");
    assertThat(fixture.lambda.hazards()).isEmpty();
  }

  @Test
  void hook_silentMappingOfAnotherFunction_isNoneOfOurs() {
    fixture.lambda.mapping("fanout2", mappingOf(TABLE_STREAM, ""));
    fixture.lambda.mapping("fanout2", mappingOf(STREAM, ""));
    fixture.lambda.mapping("fanout2", mappingOf(STREAM + "2", ""));

    fixture.hooked(SOURCE, NOTHING);

    assertThat(fixture.lambda.variables("fanout"))
        .containsEntry("FANOUT_PARTIAL_RESPONSES", "true");
  }

  @Test
  void hook_functionThatSpeaksToASilentMapping_isSilencedFirst() {
    fixture.lambda.function("fanout", 30, Map.of("FANOUT_PARTIAL_RESPONSES", "true"));
    fixture.lambda.mapping("fanout", mappingOf(STREAM, ""));

    HookPlan plan = fixture.hooked(SOURCE, NOTHING);

    assertThat(plan.warnings())
        .anySatisfy(each -> assertThat(each).contains("take every answer for success", "was lost"));
    assertThat(fixture.lambda.variables("fanout"))
        .containsEntry("FANOUT_PARTIAL_RESPONSES", "false");
    assertThat(fixture.changes()).hasSize(1);
  }

  @Test
  void hook_mappingThatSomebodyAddsMeanwhile_leavesTheFunctionSilent() {
    fixture.lambda.before(
        "PUT /2015-03-31/functions/",
        () -> fixture.lambda.mapping("fanout", mappingOf(TABLE_STREAM, "'State':'Disabled'")));

    HookPlan plan = fixture.hook(SOURCE, NOTHING);

    assertThatThrownBy(plan::carryOut)
        .isInstanceOf(AdminException.class)
        .hasMessageContaining(TABLE_STREAM);
    assertThat(fixture.lambda.variables("fanout"))
        .containsEntry("FANOUT_PARTIAL_RESPONSES", "false");
  }

  @Test
  void hook_mappingThatIsBusy_isWaitedFor() {
    String uuid = fixture.lambda.mapping("fanout", mappingOf(STREAM, REPORT));
    HookPlan plan = fixture.hook(SOURCE, with().batchSize(7).build());
    fixture.lambda.before(
        "PUT /2015-03-31/event-source-mappings/",
        () -> fixture.lambda.change(uuid, "{'ParallelizationFactor':2}"));

    // The stand-in is busy until somebody looks; so is Lambda for some seconds.
    fixture.lambda.restAfterRefusals(2);
    plan.carryOut();

    assertThat(fixture.onlyMapping().path("BatchSize").asInt()).isEqualTo(7);
    assertThat(fixture.onlyMapping().path("ParallelizationFactor").asInt()).isEqualTo(2);
  }

  @Test
  void hook_throttled_goesOn() {
    fixture.lambda.throttle(6);

    fixture.hooked(SOURCE, NOTHING);

    assertThat(fixture.lambda.mappings()).hasSize(1);
  }

  @Test
  void hook_roleIsNotKnownYet_waitsForIt() {
    fixture.lambda.roleIsUnknownFor(6);

    fixture.hooked(SOURCE, NOTHING);

    assertThat(fixture.lambda.mappings()).hasSize(1);
  }

  @Test
  void hook_roleThatMayNotReadTheSource_isToldSoAfterAMinuteAndTheNextRunGoesOn() {
    fixture.lambda.roleIsUnknownFor(Integer.MAX_VALUE);
    long start = fixture.clock.nanoTime();

    assertThatThrownBy(() -> fixture.hooked(SOURCE, NOTHING))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("waited for Lambda to create the event source mapping for 60 s")
        .hasMessageContaining("Please ensure the role can perform");
    assertThat(Duration.ofNanos(fixture.clock.nanoTime() - start))
        .isLessThanOrEqualTo(Duration.ofMinutes(1));

    fixture.lambda.roleIsUnknownFor(0);
    fixture.hooked(SOURCE, NOTHING);
    assertThat(fixture.lambda.mappings()).hasSize(1);
  }

  @Test
  void hook_mappingBeingDeleted_isMadeAnew() {
    String uuid = fixture.lambda.mapping("fanout", mappingOf(STREAM, REPORT));
    fixture.lambda.leaving(uuid);

    HookPlan plan = fixture.hooked(SOURCE, NOTHING);

    assertThat(plan.uuid()).isNotEqualTo(uuid);
    assertThat(fixture.lambda.mappings()).hasSize(1);
    assertThat(fixture.onlyMapping().path("State").asText()).isEqualTo("Enabled");
  }

  @Test
  void hook_consumer_isRegisteredIfAskedFor() {
    HookSource source = HookSource.consumer(STREAM, "c");
    assertThatThrownBy(() -> fixture.hook(source, NOTHING))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("--create-consumer");

    HookPlan plan = fixture.hook(source, with().createConsumer(true).build());
    assertThat(plan.steps().get(0)).contains("register the consumer 'c'");
    assertThat(fixture.lambda.consumers()).isZero();
    plan.carryOut();

    assertThat(fixture.lambda.consumers()).isEqualTo(1);
    assertThat(fixture.onlyMapping().path("EventSourceArn").asText()).isEqualTo(CONSUMER);
    assertThat(fixture.hook(source, NOTHING).kind()).isEqualTo(HookPlan.Kind.NONE);
    assertThat(fixture.hook(HookSource.of(CONSUMER), NOTHING).kind()).isEqualTo(HookPlan.Kind.NONE);
    assertThatThrownBy(() -> fixture.hook(SOURCE, NOTHING)).hasMessageContaining("come twice");
    fixture.planner().pause(SOURCE).carryOut();
    assertThat(fixture.onlyMapping().path("State").asText()).isEqualTo("Disabled");
  }

  @Test
  void hook_consumerOfAnotherAccount_needsNoLookUp() {
    String other = CONSUMER.replace("123456789012", "999999999999");

    HookPlan plan = fixture.hooked(HookSource.of(other), NOTHING);

    assertThat(fixture.onlyMapping().path("EventSourceArn").asText()).isEqualTo(other);
    assertThat(fixture.lambda.calls()).noneMatch(call -> call.startsWith("Kinesis"));
    assertThat(plan.notes()).anySatisfy(each -> assertThat(each).contains("999999999999"));
  }

  @Test
  void hook_tableStream_isRead() {
    fixture.hooked(
        HookSource.of(TABLE_STREAM),
        with().startingPosition(StartingPosition.TRIM_HORIZON).build());

    assertThat(fixture.onlyMapping().path("StartingPosition").asText()).isEqualTo("TRIM_HORIZON");
    assertThatThrownBy(
            () ->
                fixture.hook(
                    HookSource.of(TABLE_STREAM),
                    with()
                        .startingPosition(StartingPosition.AT_TIMESTAMP)
                        .startingTimestamp(Instant.EPOCH)
                        .build()))
        .hasMessageContaining("not AT_TIMESTAMP");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hook_msk_readsATopicOfItsCluster(boolean byTopic) {
    HookSource source =
        byTopic
            ? HookSource.of("arn:aws:kafka:eu-west-1:123456789012:topic/k/u-1/orders")
            : HookSource.msk(CLUSTER, "orders");

    fixture.hooked(
        source,
        with()
            .consumerGroup("g")
            .auth(Map.of("SASL_SCRAM_512_AUTH", "arn:aws:secretsmanager:eu-west-1:1:secret:s"))
            .minPollers(1)
            .build());

    JsonNode mapping = fixture.onlyMapping();
    assertThat(mapping.path("EventSourceArn").asText()).isEqualTo(CLUSTER);
    assertThat(mapping.path("Topics").toString()).isEqualTo("[\"orders\"]");
    assertThat(mapping.at("/AmazonManagedKafkaEventSourceConfig/ConsumerGroupId").asText())
        .isEqualTo("g");
    assertThat(mapping.at("/ProvisionedPollerConfig/MinimumPollers").asInt()).isEqualTo(1);
    assertThat(mapping.at("/SourceAccessConfigurations/0/Type").asText())
        .isEqualTo("SASL_SCRAM_512_AUTH");
    assertThat(mapping.path("FunctionResponseTypes")).hasSize(1);
    assertThat(source.source().id())
        .isEqualTo("arn:aws:kafka:eu-west-1:123456789012:topic/k/u-1/orders");
    assertThat(fixture.hook(HookSource.msk(CLUSTER, "orders"), NOTHING).kind())
        .isEqualTo(HookPlan.Kind.NONE);
    assertThatThrownBy(
            () ->
                fixture.hook(
                    HookSource.msk(CLUSTER, "orders"), with().consumerGroup("other").build()))
        .hasMessageContaining("keeps its consumer group, which is g");
  }

  @Test
  void hook_kafkaWithoutPollers_silencesTheFunctionFirst() {
    fixture.hooked(SOURCE, NOTHING);

    HookSource topic = HookSource.kafka("b:9092, a:9092", "orders");
    HookPlan plan =
        fixture.hooked(
            topic,
            with()
                .subnets(List.of("subnet-1", "subnet-2"))
                .securityGroups(List.of("sg-1"))
                .build());

    assertThat(plan.warnings()).anySatisfy(each -> assertThat(each).contains("--min-pollers"));
    JsonNode mapping = fixture.lambda.mappings().get(1);
    assertThat(mapping.has("EventSourceArn")).isFalse();
    assertThat(mapping.at("/SelfManagedEventSource/Endpoints/KAFKA_BOOTSTRAP_SERVERS").toString())
        .isEqualTo("[\"a:9092\",\"b:9092\"]");
    assertThat(mapping.path("SourceAccessConfigurations").toString())
        .contains("subnet:subnet-1", "subnet:subnet-2", "security_group:sg-1");
    assertThat(mapping.has("MaximumRetryAttempts")).isFalse();
    assertThat(fixture.lambda.variables("fanout"))
        .containsEntry("FANOUT_PARTIAL_RESPONSES", "false");
    assertThat(fixture.changes())
        .endsWith(
            "PUT /2015-03-31/functions/fanout/configuration",
            "POST /2015-03-31/event-source-mappings");
    assertThat(fixture.lambda.hazards()).isEmpty();

    HookPlan login =
        fixture.hooked(
            HookSource.of("kafka://a:9092,b:9092/orders"),
            with()
                .auth(Map.of("BASIC_AUTH", "arn:aws:secretsmanager:eu-west-1:1:secret:s"))
                .build());
    assertThat(login.kind()).isEqualTo(HookPlan.Kind.CHANGE);
    assertThat(fixture.lambda.mappings().get(1).path("SourceAccessConfigurations")).hasSize(4);
    fixture.hooked(topic, with().securityGroups(List.of("sg-2")).build());
    assertThat(fixture.lambda.mappings().get(1).path("SourceAccessConfigurations").toString())
        .contains("sg-2", "subnet-2", "BASIC_AUTH")
        .doesNotContain("sg-1");
  }

  @Test
  void hook_everyProblem_isTold() {
    assertThatThrownBy(
            () ->
                fixture.hook(
                    SOURCE,
                    with()
                        .batchSize(0)
                        .batchWindow(301)
                        .parallelization(11)
                        .maxRetries(-2)
                        .maxRecordAge(5)
                        .startingTimestamp(Instant.EPOCH)
                        .onFailure("letters")
                        .filters(List.of("[]", "{"))
                        .consumerGroup("g")
                        .subnets(List.of("s"))
                        .createConsumer(true)
                        .build()))
        .isInstanceOfSatisfying(
            AdminException.class,
            e ->
                assertThat(String.join("\n", e.problems()))
                    .contains("--batch-size 0")
                    .contains("--batch-window 301")
                    .contains("--parallelization 11")
                    .contains("--max-retries -2")
                    .contains("--max-record-age 5")
                    .contains("--starting-timestamp")
                    .contains("--on-failure 'letters'")
                    .contains("--filter '[]'")
                    .contains("--filter '{'")
                    .contains("--consumer-group is for Kafka")
                    .contains("--subnet is for Kafka")
                    .contains("--create-consumer needs"));
    assertThatThrownBy(
            () ->
                fixture.hook(
                    HookSource.kafka("a:9092", "orders"),
                    with().maxRetries(3).parallelization(2).partialResponses(true).build()))
        .isInstanceOfSatisfying(AdminException.class, e -> assertThat(e.problems()).hasSize(3));
    assertThat(fixture.changes()).isEmpty();
  }

  @Test
  void hook_functionThatIsNotThere_isTold() {
    assertThatThrownBy(() -> fixture.hook("other", SOURCE, NOTHING))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("the function 'other' is not there");
  }

  @Test
  void hook_sourceOfAnotherRegion_isRefused() {
    assertThatThrownBy(
            () -> fixture.hook(HookSource.of(STREAM.replace("eu-west-1", "us-east-1")), NOTHING))
        .hasMessageContaining("its own region only");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:sqs:eu-west-1:123456789012:q",
        "arn:aws:kafka:eu-west-1:123456789012:cluster/k/u-1",
        "arn:aws:kafka:eu-west-1:123456789012:vpc-connection/123456789012/k/u-1",
      })
  void source_thatIsNoStreamAndNoTopic_isRefused(String arn) {
    assertThatThrownBy(() -> HookSource.of(arn)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hook_version_isLeftAsItIs() {
    fixture.lambda.function("fanout:PROD", 30, Map.of());
    fixture.lambda.mapping("fanout", mappingOf(STREAM, REPORT));

    HookPlan plan = fixture.hook("fanout:PROD", SOURCE, NOTHING);
    plan.carryOut();

    assertThat(plan.kind()).isEqualTo(HookPlan.Kind.CREATE);
    assertThat(plan.warnings()).anySatisfy(each -> assertThat(each).contains("cannot be changed"));
    assertThat(fixture.changes()).hasSize(1);
    assertThat(fixture.lambda.mappings().get(1).path("FunctionArn").asText()).endsWith(":PROD");
    fixture.lambda.function("fanout:PROD", 30, Map.of("FANOUT_PARTIAL_RESPONSES", "true"));
    assertThatThrownBy(
            () ->
                fixture.hook(
                    MappingsStandIn.FUNCTION + ":PROD",
                    SOURCE,
                    with().partialResponses(false).build()))
        .hasMessageContaining("records would be lost");
    fixture.planner("fanout:PROD").unhook(SOURCE).carryOut();
    assertThat(fixture.onlyMapping().path("FunctionArn").asText()).endsWith(":fanout");
  }

  @Test
  void hook_rowsThatHold_areWarnedOfWhatEndsThat() {
    row(STREAM, "keeps", "HOLD");
    row(STREAM, "parks", "DEAD_LETTER");

    HookPlan unlimited = fixture.hook(SOURCE, NOTHING);
    assertThat(unlimited.notes())
        .anySatisfy(
            each ->
                assertThat(each)
                    .contains("onFailure is HOLD for keeps:", "for all targets", "24 hours"));
    assertThat(unlimited.warnings()).noneMatch(each -> each.contains("LOST"));

    assertThat(fixture.hook(SOURCE, with().maxRetries(3).build()).warnings())
        .anySatisfy(each -> assertThat(each).contains("--max-retries 3 ends", "LOST"));
    assertThat(
            fixture
                .hook(
                    SOURCE,
                    with()
                        .maxRecordAge(60)
                        .onFailure("arn:aws:sqs:eu-west-1:123456789012:q")
                        .build())
                .warnings())
        .anySatisfy(each -> assertThat(each).contains("tells arn:aws:sqs"))
        .noneMatch(each -> each.contains("LOST"));
  }

  @Test
  void hook_finiteRetriesOfAMappingThatIsThere_areWarnedOf() {
    row(STREAM, "keeps", "HOLD");
    fixture.lambda.mapping("fanout", mappingOf(STREAM, "'MaximumRetryAttempts':2," + REPORT));

    assertThat(fixture.hook(SOURCE, NOTHING).warnings())
        .anySatisfy(each -> assertThat(each).contains("--max-retries 2 ends", "LOST"));
  }

  @Test
  void hook_timeoutThatFitsNoAttempt_andNoTargets_areWarnedOf() {
    fixture.lambda.function("fanout", 11, Map.of("FANOUT_TABLE_NAME", "others"));

    assertThat(fixture.hook(SOURCE, NOTHING).warnings())
        .anySatisfy(each -> assertThat(each).contains("timeout of 11 s"))
        .anySatisfy(each -> assertThat(each).contains("from the table 'others'"))
        .anySatisfy(each -> assertThat(each).contains("no active target"));

    fixture.lambda.function("fanout", 12, Map.of());
    assertThat(fixture.hook(SOURCE, NOTHING).warnings())
        .noneMatch(each -> each.contains("timeout"));
    fixture.lambda.function("fanout", 12, Map.of("FANOUT_RETRY_ATTEMPT_TIMEOUT", "11500ms"));
    assertThat(fixture.hook(SOURCE, NOTHING).warnings()).anyMatch(each -> each.contains("timeout"));
  }

  @Test
  void unhook_deletesAndSaysWhatIsForgotten() {
    fixture.hooked(SOURCE, NOTHING);

    HookPlan plan = fixture.planner().unhook(SOURCE);
    assertThat(plan.notes())
        .anySatisfy(each -> assertThat(each).contains("LATEST", "never delivered", "pause"));
    plan.carryOut();

    assertThat(fixture.lambda.mappings()).isEmpty();
    HookPlan again = fixture.planner().unhook(SOURCE);
    assertThat(again.kind()).isEqualTo(HookPlan.Kind.NONE);
    assertThat(again.notes()).anySatisfy(each -> assertThat(each).contains("does not read"));
  }

  @Test
  void pauseAndResume_keepTheMapping() {
    fixture.hooked(SOURCE, NOTHING);

    HookPlan pause = fixture.planner().pause(SOURCE);
    pause.carryOut();
    assertThat(pause.state()).isEqualTo("Disabled");
    assertThat(pause.changes()).containsExactly(new HookPlan.Change("Enabled", true, false));
    assertThat(fixture.planner().pause(SOURCE).kind()).isEqualTo(HookPlan.Kind.NONE);
    assertThat(fixture.hook(SOURCE, NOTHING).kind()).isEqualTo(HookPlan.Kind.NONE);

    fixture.planner().resume(SOURCE).carryOut();
    assertThat(fixture.onlyMapping().path("State").asText()).isEqualTo("Enabled");
    assertThat(fixture.planner().resume(SOURCE).kind()).isEqualTo(HookPlan.Kind.NONE);
    assertThatThrownBy(() -> fixture.planner().pause(HookSource.of(TABLE_STREAM)))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("does not read", STREAM);
  }

  @Test
  void resume_mappingThatTakesEveryAnswerForSuccess_isRefused() {
    fixture.lambda.function("fanout", 30, Map.of("FANOUT_PARTIAL_RESPONSES", "True"));
    fixture.lambda.mapping("fanout", mappingOf(STREAM, "'State':'Disabled'"));

    assertThatThrownBy(() -> fixture.planner().resume(SOURCE))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("records would be lost");
    assertThat(fixture.changes()).isEmpty();
  }

  @Test
  void several_mappingsOfAStream_areNotGuessedAt() {
    fixture.lambda.mapping("fanout", mappingOf(CONSUMER, REPORT));
    fixture.lambda.mapping("fanout", mappingOf(CONSUMER.replace("/c:", "/d:"), REPORT));

    assertThatThrownBy(() -> fixture.planner().unhook(SOURCE))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("several mappings");
    fixture.planner().unhook(HookSource.consumer(STREAM, "d")).carryOut();
    assertThat(fixture.onlyMapping().path("EventSourceArn").asText()).isEqualTo(CONSUMER);
  }
}
