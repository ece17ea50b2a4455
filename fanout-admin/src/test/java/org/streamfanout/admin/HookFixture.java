package org.streamfanout.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.streamfanout.testkit.TestClock;
import org.streamfanout.testservers.MappingsStandIn;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** An operator in front of the stand-in of Lambda, with a clock that goes on by waiting alone. */
final class HookFixture implements AutoCloseable {
  static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/in";
  static final String CONSUMER = STREAM + "/consumer/c:1700000000";
  static final String TABLE_STREAM =
      "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-01-01T00:00:00.000";
  static final String CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/k/u-1";
  static final HookSettings NOTHING = HookSettings.builder().build();

  final MappingsStandIn lambda = MappingsStandIn.start();
  final TestClock clock = new TestClock();
  private final AdminClients clients;

  HookFixture() {
    // Kinesis would speak CBOR, which the stand-in does not read.
    System.setProperty("aws.cborEnabled", "false");
    lambda.clock(() -> TimeUnit.NANOSECONDS.toSeconds(clock.nanoTime()));
    clients =
        AdminClients.builder()
            .region("eu-west-1")
            .endpoint(lambda.endpoint())
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .build();
  }

  HookPlanner planner() {
    return planner("fanout");
  }

  HookPlanner planner(String function) {
    return new HookPlanner(
        clients, function, Polling.of(clock::nanoTime, clock::advance, Duration.ofMinutes(5)));
  }

  HookPlan hook(HookSource source, HookSettings settings) {
    return hook("fanout", source, settings);
  }

  HookPlan hook(String function, HookSource source, HookSettings settings) {
    TargetsTable table =
        TargetsTable.of(
            clients.client(DynamoDbClient.class, DynamoDbClient::builder), "fanoutTargets");
    return planner(function).hook(source, settings, table, "fanoutTargets");
  }

  /** Plans, and does it. */
  HookPlan hooked(HookSource source, HookSettings settings) {
    HookPlan plan = hook(source, settings);
    plan.carryOut();
    return plan;
  }

  JsonNode onlyMapping() {
    List<JsonNode> all = lambda.mappings();
    if (all.size() != 1) {
      throw new AssertionError("mappings: " + all);
    }
    return all.get(0);
  }

  /** Returns the calls that change something. */
  List<String> changes() {
    return lambda.calls().stream()
        .filter(call -> !call.startsWith("GET ") && !call.startsWith("DynamoDB_"))
        .filter(call -> !call.contains(".Describe"))
        .toList();
  }

  @Override
  public void close() {
    clients.close();
    lambda.close();
    System.clearProperty("aws.cborEnabled");
  }
}
