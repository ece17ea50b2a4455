package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.FakeControlPlane;
import org.streamfanout.testservers.MappingsStandIn;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Every command about targets, functions and their sources that a document has its readers type
 * works as it stands there. Tables are DynamoDB Local's; the rest of the account are stand-ins,
 * where everything that is looked up by name is there.
 */
class DocumentedCommandsIT {
  /**
   * Run by {@code DoctorIT}, and as processes by those tests that {@code fanout-it} has of them.
   */
  private static final Set<String> ELSEWHERE =
      Set.of("doctor", "run", "replay", "kinesis", "kafka", "dynamodb", "status");

  private static final Set<String> OF_ONE_TARGET =
      Set.of("update", "activate", "deactivate", "unregister");
  private static final Set<String> OF_A_MAPPING = Set.of("unhook", "pause", "resume");
  private static final String QUEUE = "arn:aws:sqs:eu-west-1:123456789012:any";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private static Path folder;

  private static DynamoDbServer tables;
  private static DynamoDbClient client;
  private static MappingsStandIn mappings;
  private static RecordingEndpoint aws;
  private static FakeControlPlane functions;

  @BeforeAll
  static void start() throws IOException {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    // Kinesis would speak CBOR, which the stand-in does not read.
    System.setProperty("aws.cborEnabled", "false");
    tables = DynamoDbServer.start();
    client = AwsTestClients.client(DynamoDbClient.builder(), tables.endpoint());
    mappings = MappingsStandIn.start();
    aws = RecordingEndpoint.start().answer(DocumentedCommandsIT::answer);
    try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(jar()))) {
      jar.putNextEntry(new ZipEntry("org/streamfanout/lambda/function/FanoutFunction.class"));
    }
  }

  @AfterAll
  static void stop() {
    aws.close();
    mappings.close();
    client.close();
    tables.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.cborEnabled");
  }

  private static Path jar() {
    return folder.resolve("function.jar");
  }

  private static Path targets() {
    return folder.resolve("targets.yaml");
  }

  private static Response answer(Request request) throws Exception {
    String target = String.valueOf(request.header("x-amz-target"));
    if (request.path().contains("/event-source-mappings") || target.startsWith("Kinesis")) {
      return forwarded(request, mappings.endpoint());
    }
    if (target.endsWith(".DescribeTable") && !request.text().contains("Targets\"")) {
      return forwarded(request, mappings.endpoint());
    }
    if (target.endsWith(".GetQueueUrl")) {
      String url = "https://sqs.eu-west-1.amazonaws.com/123456789012/" + asked(request);
      return Response.of(200, "{\"QueueUrl\":\"" + url + "\"}");
    }
    if (target.endsWith(".DescribeDeliveryStream")) {
      return Response.of(
          200,
          "{\"DeliveryStreamDescription\":{\"DeliveryStreamName\":\"" + asked(request) + "\"}}");
    }
    if (request.path().contains("/functions/targetFunction")) {
      return Response.of(200, "{\"FunctionName\":\"targetFunction\"}");
    }
    return forwarded(request, functions.endpoint());
  }

  /** Returns the name that a look-up asks for, the only member of its body. */
  private static String asked(Request request) {
    return request.text().replaceAll("(?s).*:\\s*\"([^\"]+)\"\\s*}\\s*$", "$1");
  }

  private static Response forwarded(Request request, URI server) throws Exception {
    HttpRequest.Builder onward =
        HttpRequest.newBuilder(server.resolve(request.path()))
            .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
    for (String header : List.of("x-amz-target", "content-type", "authorization", "x-amz-date")) {
      String value = request.header(header);
      if (value != null) {
        onward.header(header, value);
      }
    }
    HttpResponse<byte[]> answer =
        HTTP.send(onward.build(), HttpResponse.BodyHandlers.ofByteArray());
    Response response = new Response(answer.statusCode(), Map.of(), answer.body());
    for (String header : List.of("content-type", "x-amzn-errortype")) {
      String value = answer.headers().firstValue(header).orElse(null);
      if (value != null) {
        response = response.with(header, value);
      }
    }
    return response;
  }

  static Stream<Arguments> commands() throws IOException {
    return DocumentedCommandsTest.complete()
        .filter(each -> !ELSEWHERE.contains(DocumentedCommandsTest.words(command(each))[0]));
  }

  private static String command(Arguments documented) {
    return (String) documented.get()[1];
  }

  /** Returns the value of an option. */
  private static String value(List<String> words, String option, String absent) {
    int at = words.indexOf(option);
    return at < 0 ? absent : words.get(at + 1);
  }

  /** Returns these options of a command, with their values. */
  private static List<String> options(List<String> words, String... names) {
    List<String> options = new ArrayList<>();
    for (String name : names) {
      int at = words.indexOf(name);
      if (at >= 0) {
        options.addAll(words.subList(at, at + 2));
      }
    }
    return options;
  }

  private static Ran fanout(List<String> words) {
    List<String> line = new ArrayList<>(words);
    line.replaceAll(word -> word.equals("targets.yaml") ? targets().toString() : word);
    if (!line.contains("--region")) {
      line.addAll(List.of("--region", "eu-west-1"));
    }
    line.addAll(List.of("--endpoint-url", aws.uri().toString()));
    if (line.contains("deploy")) {
      line.addAll(List.of("--jar", jar().toString()));
    }
    return Cli.run(line.toArray(String[]::new));
  }

  private static void given(List<String> words, String... more) {
    List<String> line = new ArrayList<>(List.of(more));
    line.addAll(words);
    Ran ran = fanout(line);
    assertThat(ran.exitCode()).as(line + ": " + ran.errors()).isZero();
  }

  /** Makes what a command takes for granted. */
  private static void prepare(List<String> words) {
    String command = words.get(words.get(0).equals("plan") ? 1 : 0);
    List<String> table = options(words, "--function", "--table");
    List<String> place = options(words, "--source-type", "--source", "--source-arn");
    place.addAll(table);
    mappings.function(value(words, "--function", "fanout"), 30, Map.of());
    if (!command.equals("deploy")) {
      given(table, "deploy");
    }
    if (OF_ONE_TARGET.contains(command)) {
      given(place, "register", "sqs", "--id", value(words, "--id", "t"), "--destination", QUEUE);
    }
    if (OF_A_MAPPING.contains(command)) {
      given(place, "hook");
    }
    String letters = value(words, "--dead-letter", "");
    if (!letters.isEmpty()) {
      String letterQueue = " --dead-letter-only true --active true --destination " + QUEUE;
      given(place, ("register sqs --id " + letters + letterQueue).split(" "));
    }
  }

  private static void forgetAll() throws IOException {
    client
        .listTables()
        .tableNames()
        .forEach(table -> client.deleteTable(request -> request.tableName(table)));
    mappings.reset();
    Files.writeString(
        targets(),
        """
        - sourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/inputStream
          id: target1
          type: sqs
          destination: %s
          active: true
        """
            .formatted(QUEUE));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("commands")
  void command_isRun(String document, String command) throws IOException {
    List<String> words = Arrays.asList(DocumentedCommandsTest.words(command));
    forgetAll();
    try (FakeControlPlane account = FakeControlPlane.start(tables.endpoint())) {
      functions = account;
      prepare(words);
      Ran ran = fanout(words);

      assertThat(ran.exitCode()).as(document + ": " + ran.errors()).isZero();
      assertThat(ran.out().isBlank()).isEqualTo(command.contains("export "));
      assertThat(mappings.hazards()).isEmpty();
    }
  }

  @Test
  void commands_ofEveryKind_areThere() throws IOException {
    Set<String> found = new TreeSet<>();
    commands().forEach(each -> found.add(DocumentedCommandsTest.words(command(each))[0]));

    assertThat(found)
        .contains(
            "activate",
            "deactivate",
            "deploy",
            "destroy",
            "export",
            "hook",
            "import",
            "list",
            "pause",
            "plan",
            "policy",
            "register",
            "resume",
            "unhook",
            "unregister",
            "update");
  }
}
