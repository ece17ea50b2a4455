package org.streamfanout.registry.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.Fault;
import org.streamfanout.testkit.FaultProxy;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Against DynamoDB Local, with the fault proxy in between. */
class DynamoDbTargetRegistryIT {
  private static final String TABLE = "fanoutTargets";
  private static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/inputStream";
  private static final Source SOURCE = Source.of(STREAM);

  private static DynamoDbServer server;
  private static FaultProxy proxy;
  private static DynamoDbClient client;

  private final DynamoDbTargetRegistry registry = DynamoDbTargetRegistry.of(client, TABLE);

  @BeforeAll
  static void start() {
    server = DynamoDbServer.start();
    proxy = FaultProxy.to(server.endpoint()).affecting("Query", "Scan");
    client = AwsTestClients.client(DynamoDbClient.builder(), proxy.endpoint());
  }

  @AfterAll
  static void stop() {
    client.close();
    proxy.close();
    server.close();
  }

  @BeforeEach
  void createTable() {
    DynamoDbTables.createTargets(client, TABLE);
  }

  @AfterEach
  void deleteTable() {
    client.deleteTable(request -> request.tableName(TABLE));
  }

  @Test
  void targetsFor_theOriginalsRow_isReadAsItMeans() {
    // As `fanout register sqs --id target1 ...` of aws-lambda-fanout writes it.
    put(
        "target1",
        Map.of(
            "type", s("sqs"),
            "collapse", s("JSON"),
            "destination", s("https://sqs.us-east-1.amazonaws.com/123456789012/q"),
            "active", AttributeValue.fromBool(true),
            "parallel", AttributeValue.fromBool(false),
            "convertDDB", AttributeValue.fromBool(true),
            "deaggregate", AttributeValue.fromBool(true),
            "appendNewlines", AttributeValue.fromBool(false),
            "region", s("us-east-1"),
            "role", AttributeValue.fromNul(true)));

    Targets targets = registry.targetsFor(SOURCE);

    assertThat(targets.invalid()).isEmpty();
    TargetConfig target = targets.valid().get(0);
    assertThat(target.id()).isEqualTo("target1");
    assertThat(target.type()).isEqualTo("sqs");
    assertThat(target.collapse()).isEqualTo("JSON");
    assertThat(target.region()).isEqualTo("us-east-1");
    assertThat(target.role()).isNull();
    assertThat(target.convertDdb()).isTrue();
    assertThat(target.deaggregate()).isTrue();
    assertThat(target.ordering()).isEqualTo(Ordering.BATCH);
    assertThat(target.unknownColumns()).isEmpty();
  }

  @Test
  void targetsFor_ourColumns_areRead() {
    put(
        "target1",
        Map.of(
            "type", s("file"),
            "destination", s("out"),
            "active", AttributeValue.fromBool(true),
            "maxInFlight", AttributeValue.fromN("7"),
            "ordering", s("key"),
            "onFailure", s("dead-letter"),
            "deadLetter", s("lost"),
            "options",
                AttributeValue.fromM(
                    Map.of("format", s("raw"), "size", AttributeValue.fromN("12")))));

    TargetConfig target = registry.targetsFor(SOURCE).valid().get(0);

    assertThat(target.maxInFlight()).isEqualTo(7);
    assertThat(target.ordering()).isEqualTo(Ordering.KEY);
    assertThat(target.onFailure()).isEqualTo(OnFailure.DEAD_LETTER);
    assertThat(target.options()).containsOnly(Map.entry("format", "raw"), Map.entry("size", "12"));
  }

  @Test
  void targetsFor_textForBooleans_isReadStrictly() {
    put("off", row("file", Map.of("convertDDB", s("false"), "active", s("true"))));
    put("odd", row("file", Map.of("deaggregate", s("False"))));
    put("inactive", row("file", Map.of("active", s("false"))));

    Targets targets = registry.targetsFor(SOURCE);

    assertThat(targets.valid()).extracting(TargetConfig::id).containsExactly("off");
    assertThat(targets.valid().get(0).convertDdb()).isFalse();
    assertThat(targets.invalid()).extracting(Targets.Invalid::id).containsExactly("odd");
    assertThat(targets.invalid().get(0).problems())
        .singleElement()
        .asString()
        .contains("deaggregate", "'False'");
    assertThat(targets.inactive()).containsExactly("inactive");
  }

  @Test
  void targetsFor_unknownColumnsOfEveryType_areKept() {
    put(
        "target1",
        row(
            "file",
            Map.of(
                "note", s("ours"),
                "count", AttributeValue.fromN("1e2"),
                "blob", AttributeValue.fromB(SdkBytes.fromUtf8String("x")),
                "tags", AttributeValue.fromSs(List.of("a", "b")),
                "sizes", AttributeValue.fromNs(List.of("1")),
                "blobs", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("y"))),
                "list", AttributeValue.fromL(List.of(s("z"), AttributeValue.fromNul(true))))));

    Map<String, Object> unknown = registry.targetsFor(SOURCE).valid().get(0).unknownColumns();

    assertThat(unknown).containsOnlyKeys("note", "count", "blob", "tags", "sizes", "blobs", "list");
    assertThat(unknown).containsEntry("note", "ours").containsEntry("blob", Bytes.utf8("x"));
    assertThat(unknown.get("count").toString()).isEqualTo("100");
  }

  @Test
  void targetsFor_invalidRow_listsEveryProblem() {
    put(
        "bad",
        Map.of(
            "active", AttributeValue.fromBool(true),
            "type", s("sqs"),
            "parallel", s("maybe"),
            "maxInFlight", AttributeValue.fromN("0")));

    assertThat(registry.targetsFor(SOURCE).invalid())
        .singleElement()
        .satisfies(
            invalid -> {
              assertThat(invalid.id()).isEqualTo("bad");
              assertThat(invalid.problems())
                  .hasSize(3)
                  .anyMatch(problem -> problem.contains("destination"))
                  .anyMatch(problem -> problem.contains("parallel"))
                  .anyMatch(problem -> problem.contains("maxInFlight"));
            });
  }

  @Test
  void targetsFor_moreThanOneMegabyte_readsEveryPage() {
    String padding = "x".repeat(300_000);
    IntStream.range(0, 8)
        .forEach(n -> put("target" + n, row("file", Map.of("padding", s(padding)))));
    int before = proxy.calls("Query").size();

    Targets targets = registry.targetsFor(SOURCE);

    assertThat(targets.valid())
        .extracting(TargetConfig::id)
        .containsExactlyElementsOf(IntStream.range(0, 8).mapToObj(n -> "target" + n).toList());
    assertThat(proxy.calls("Query").size() - before).isGreaterThan(1);
  }

  @Test
  void targetsFor_aPageThatFails_isAnErrorAndNoPartOfAnAnswer() {
    IntStream.range(0, 3).forEach(n -> put("target" + n, row("file", Map.of())));
    proxy.next(Fault.pass(), Fault.throttle());

    assertThatThrownBy(() -> registry.withPageSize(2).targetsFor(SOURCE))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(STREAM)
        .hasMessageContaining("throttled");
    assertThat(registry.withPageSize(2).targetsFor(SOURCE).valid()).hasSize(3);
  }

  @Test
  void targetsFor_consumerOfTheStream_readsTheStreamsRows() {
    put("target1", row("file", Map.of()));

    assertThat(registry.targetsFor(Source.of(STREAM + "/consumer/me:1700000000")).valid())
        .hasSize(1);
  }

  @Test
  void targetsFor_otherSource_isEmpty() {
    put("target1", row("file", Map.of()));

    assertThat(registry.targetsFor(Source.of(STREAM + "2")).isEmpty()).isTrue();
  }

  @Test
  void targetsFor_missingTable_saysWhatToCheck() {
    assertThatThrownBy(() -> DynamoDbTargetRegistry.of(client, "otherTargets").targetsFor(SOURCE))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("'otherTargets'")
        .hasMessageContaining("does not exist");
  }

  @Test
  void targetsFor_denied_namesTheAction() {
    proxy.next(Fault.accessDenied());

    assertThatThrownBy(() -> registry.targetsFor(SOURCE))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("allow dynamodb:Query");
  }

  @Test
  void targetsFor_failingService_saysSo() {
    proxy.next(Fault.serverError(), Fault.expiredCredentials(), Fault.reset());

    assertThatThrownBy(() -> registry.targetsFor(SOURCE))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("InternalServerError with status 500");
    assertThatThrownBy(() -> registry.targetsFor(SOURCE))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("ExpiredTokenException");
    assertThatThrownBy(() -> registry.targetsFor(SOURCE)).isInstanceOf(RegistryException.class);
  }

  @Test
  void all_severalSources_areKeptApart() {
    put("target1", row("file", Map.of()));
    put("target2", row("file", Map.of("active", AttributeValue.fromBool(false))));
    Map<String, AttributeValue> other = new HashMap<>(row("file", Map.of()));
    other.put("sourceArn", s(STREAM + "2"));
    other.put("id", s("target1"));
    client.putItem(request -> request.tableName(TABLE).item(other));

    Map<String, Targets> all = registry.withPageSize(1).all();

    assertThat(all).containsOnlyKeys(STREAM, STREAM + "2");
    assertThat(all.get(STREAM).valid()).hasSize(1);
    assertThat(all.get(STREAM).inactive()).containsExactly("target2");
    assertThat(all.get(STREAM + "2").valid()).hasSize(1);
  }

  private static AttributeValue s(String text) {
    return AttributeValue.fromS(text);
  }

  private static Map<String, AttributeValue> row(String type, Map<String, AttributeValue> columns) {
    Map<String, AttributeValue> row = new HashMap<>();
    row.put("type", s(type));
    row.put("destination", s("out"));
    row.put("active", AttributeValue.fromBool(true));
    row.putAll(columns);
    return row;
  }

  private static void put(String id, Map<String, AttributeValue> columns) {
    Map<String, AttributeValue> item = new HashMap<>(columns);
    item.put("sourceArn", s(STREAM));
    item.put("id", s(id));
    client.putItem(request -> request.tableName(TABLE).item(item));
  }
}
