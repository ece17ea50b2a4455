package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The commands about targets, on a table in DynamoDB Local. */
class TargetsCommandsIT {
  private static final String TABLE = "fanoutTargets";
  private static final String TOPIC = "arn:aws:sns:us-east-1:123456789012:orders";

  private static DynamoDbServer server;
  private static DynamoDbClient client;

  @BeforeAll
  static void start() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    server = DynamoDbServer.start();
    client = AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @BeforeEach
  void createTable() {
    DynamoDbTables.createTargets(client, TABLE);
  }

  @AfterEach
  void deleteTable() {
    client.deleteTable(request -> request.tableName(TABLE));
  }

  private static Map<String, AttributeValue> item(String id) {
    return client
        .getItem(
            request ->
                request
                    .tableName(TABLE)
                    .key(
                        Map.of(
                            "sourceArn",
                            AttributeValue.fromS(Cli.STREAM),
                            "id",
                            AttributeValue.fromS(id))))
        .item();
  }

  private static Ran fanout(String line, String... more) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    arguments.addAll(
        List.of(
            "--function",
            "fanout",
            "--source-arn",
            Cli.STREAM,
            "--endpoint-url",
            server.endpoint().toString()));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  private static Ran ok(String line, String... more) {
    Ran ran = fanout(line, more);
    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(Main.SETTLED);
    return ran;
  }

  @Test
  void aTargetsLife() {
    Ran registered =
        ok("register sns --id t --destination " + TOPIC + " --collapse none --parallel false");
    assertThat(registered.out())
        .contains("t of " + Cli.STREAM + ": added", "./fanout activate")
        .contains("in a Lambda function its shard with it", "--on-failure DEAD_LETTER");
    assertThat(item("t"))
        .containsEntry("active", AttributeValue.fromBool(false))
        .containsEntry("parallel", AttributeValue.fromBool(false))
        .containsEntry("collapse", AttributeValue.fromS("none"))
        .containsEntry("destination", AttributeValue.fromS(TOPIC));

    assertThat(ok("activate --id t").out()).contains("active", "false -> true");
    assertThat(item("t")).containsEntry("active", AttributeValue.fromBool(true));
    assertThat(ok("activate --id t").out()).contains("is so already");

    ok("update --id t --max-in-flight 4 --unset collapse");
    assertThat(item("t"))
        .containsEntry("maxInFlight", AttributeValue.fromN("4"))
        .doesNotContainKey("collapse");

    assertThat(ok("list").out()).contains(Cli.STREAM, "sns", TOPIC, "true").doesNotContain("!");
    ok("deactivate --id t");
    assertThat(item("t")).containsEntry("active", AttributeValue.fromBool(false));
    assertThat(ok("unregister --id t").out()).contains("removed");
    assertThat(item("t")).isEmpty();
    assertThat(ok("unregister --id t").out()).contains("there is no target 't'");
    assertThat(ok("list").out()).contains("no targets");
  }

  @Test
  void dryRun_tellsAndWritesNothing() {
    Ran ran = ok("register sns --id t --dry-run --destination " + TOPIC);
    assertThat(ran.out()).contains("would be added").doesNotContain("./fanout activate");
    assertThat(ok("plan register sns --id t --destination " + TOPIC)).isEqualTo(ran);
    assertThat(item("t")).isEmpty();

    ok("register sns --id t --destination " + TOPIC);
    Map<String, AttributeValue> before = item("t");
    assertThat(ok("activate --id t --dry-run").out()).contains("would be changed");
    assertThat(ok("update --id t --parallel false --dry-run").out()).contains("would be changed");
    assertThat(ok("unregister --id t --dry-run").out()).contains("would be removed");
    assertThat(item("t")).isEqualTo(before);
  }

  @Test
  void register_targetThatHoldsNothing_isNotWarnedOf() {
    String letters = "register sns --id letters --dead-letter-only true --active true";
    assertThat(ok(letters + " --destination " + TOPIC).out()).doesNotContain("onFailure is HOLD");
    assertThat(
            ok("register sns --id t --on-failure DEAD_LETTER --dead-letter letters"
                    + " --destination "
                    + TOPIC)
                .out())
        .doesNotContain("onFailure is HOLD");
  }

  @Test
  void register_everyProblem_isListedAndNothingWritten() {
    Ran ran =
        fanout(
            "register sns --id t --destination arn:aws:sqs:us-east-1:123456789012:q --ordering ?"
                + " --max-in-flight 0");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors()).contains("ordering", "maxInFlight");
    assertThat(item("t")).isEmpty();
  }

  @Test
  void rowsOfTheOriginal_stayWhatTheyAreButForWhatIsChanged() {
    Map<String, AttributeValue> original = new LinkedHashMap<>();
    original.put("sourceArn", AttributeValue.fromS(Cli.STREAM));
    original.put("id", AttributeValue.fromS("old"));
    original.put("type", AttributeValue.fromS("sns"));
    original.put("destination", AttributeValue.fromS(TOPIC));
    original.put("active", AttributeValue.fromBool(true));
    original.put("collapse", AttributeValue.fromS("JSON"));
    original.put("parallel", AttributeValue.fromBool(true));
    original.put("convertDDB", AttributeValue.fromBool(false));
    original.put("deaggregate", AttributeValue.fromBool(false));
    original.put("owners", AttributeValue.fromSs(List.of("a", "b")));
    client.putItem(request -> request.tableName(TABLE).item(original));
    client.putItem(
        request ->
            request
                .tableName(TABLE)
                .item(
                    Map.of(
                        "sourceArn", AttributeValue.fromS(Cli.STREAM),
                        "id", AttributeValue.fromS("broken"),
                        "active", AttributeValue.fromBool(true))));

    Ran list = ok("list");
    assertThat(list.out()).contains("! broken:", "'type' is missing", "'destination' is missing");

    ok("update --id old --collapse concat");
    original.put("collapse", AttributeValue.fromS("concat"));
    assertThat(item("old")).isEqualTo(original);
    ok("deactivate --id broken");
    assertThat(item("broken")).containsEntry("active", AttributeValue.fromBool(false));
    assertThat(fanout("activate --id broken").exitCode()).isEqualTo(Main.UNUSABLE);
  }

  private static Ran status(String... more) {
    List<String> arguments = new ArrayList<>(List.of("status", "--endpoint-url"));
    arguments.add(server.endpoint().toString());
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  @Test
  void status_ofTheTable_tellsItsRowsAndWhatIsWrong() throws Exception {
    ok("register sns --id good --active true --destination " + TOPIC);
    ok("register sns --id off --destination " + TOPIC);

    Ran fine = status("--function", "fanout", "--region", "us-east-1");
    assertThat(fine.exitCode()).as(fine.out() + fine.errors()).isZero();
    assertThat(fine.out())
        .startsWith("targets table fanoutTargets\n  " + Cli.STREAM + "\n")
        .containsPattern("good +sns +" + TOPIC + " +true")
        .containsPattern("off +sns +" + TOPIC + " +false")
        .contains("Custom/FanOut", "all is well");

    client.putItem(
        request ->
            request
                .tableName(TABLE)
                .item(
                    Map.of(
                        "sourceArn", AttributeValue.fromS(Cli.STREAM),
                        "id", AttributeValue.fromS("broken"),
                        "active", AttributeValue.fromBool(true))));
    Ran broken = status("--table", TABLE, "--region", "us-east-1");
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.out()).contains("    ! broken: ", "'type' is missing");

    ok("deactivate --id broken");
    Ran off = status("--table", TABLE, "--region", "us-east-1", "--output", "json");
    assertThat(off.exitCode()).as(off.out()).isZero();
    JsonNode table = new JsonMapper().readTree(off.out()).get("table");
    assertThat(table.at("/sources/0/targets").findValuesAsText("id"))
        .containsExactly("broken", "good", "off");
    assertThat(table.at("/sources/0/targets/0/problems")).isNotEmpty();
  }

  @Test
  void status_ofATableThatIsNotThere_exitOneWithTheReason() throws Exception {
    Ran ran = status("--table", "ghosts", "--region", "us-east-1", "--output", "json");

    assertThat(ran.exitCode()).isEqualTo(1);
    JsonNode table = new JsonMapper().readTree(ran.out()).get("table");
    assertThat(table.get("problem").asText()).contains("'ghosts' is not there");
    assertThat(table.get("trouble").get(0).asText()).isEqualTo("TABLE_UNREADABLE");
  }

  @Test
  void json_isForPrograms() throws Exception {
    JsonNode added =
        new JsonMapper()
            .readTree(ok("register sns --id t --output json --destination " + TOPIC).out());
    assertThat(added.at("/0/action").asText()).isEqualTo("ADD");
    assertThat(added.at("/0/after/destination").asText()).isEqualTo(TOPIC);

    JsonNode list = new JsonMapper().readTree(ok("list --output json").out());
    assertThat(list).hasSize(1);
    assertThat(list.at("/0/columns/type").asText()).isEqualTo("sns");
    assertThat(list.at("/0/problems")).isEmpty();
  }

  @Test
  void table_thatIsNotThere_isToldInOneLine() {
    Ran ran =
        Cli.run(
            "list",
            "--function",
            "other",
            "--region",
            "us-east-1",
            "--endpoint-url",
            server.endpoint().toString());

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors()).contains("'otherTargets' is not there").doesNotContain("\tat ");
  }

  @Test
  void debug_printsCallsAndNoSecrets() {
    assertThat(ok("list --debug").errors()).contains("DynamoDb Query").doesNotContain("Signature");
  }

  @Test
  void exportAndImport_bringATableBack(@TempDir Path directory) throws Exception {
    ok("register sns --id t --active true --destination " + TOPIC);
    ok("register sns --id u --destination " + TOPIC + " --max-in-flight 4");
    Path yaml = directory.resolve("targets.yaml");
    ok("export --file " + yaml);
    assertThat(Files.readString(yaml)).contains("id: \"t\"", "maxInFlight: 4");
    assertThat(new JsonMapper().readTree(ok("export").out())).hasSize(2);

    ok("unregister --id t");
    ok("update --id u --max-in-flight 8");
    ok("register sns --id v --destination " + TOPIC);
    Ran plan = imported(yaml, "--prune", "--dry-run");
    assertThat(plan.out())
        .contains("t of ", "would be added", "u of ", "8 -> 4", "v of ", "would be removed");
    assertThat(item("t")).isEmpty();

    assertThat(imported(yaml, "--prune").exitCode()).isZero();
    assertThat(item("t")).containsEntry("active", AttributeValue.fromBool(true));
    assertThat(item("u")).containsEntry("maxInFlight", AttributeValue.fromN("4"));
    assertThat(item("v")).isEmpty();
    assertThat(imported(yaml, "--prune").out()).doesNotContain("added", "changed", "removed");
  }

  @Test
  void import_fileWithProblems_tellsThemAllAndWritesNothing(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("targets.json");
    Files.writeString(
        file,
        "["
            + Cli.row("a", "sns", TOPIC, "")
            + ","
            + Cli.row("b", "sns", "nowhere", "")
            + ","
            + Cli.row("c", "sms", "nowhere", "")
            + "]");

    Ran ran = imported(file);

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors()).contains("target 'b'", "target 'c'").doesNotContain("target 'a'");
    assertThat(item("a")).isEmpty();
  }

  private static Ran imported(Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "import",
                file.toString(),
                "--region",
                "us-east-1",
                "--endpoint-url",
                server.endpoint().toString()));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }
}
