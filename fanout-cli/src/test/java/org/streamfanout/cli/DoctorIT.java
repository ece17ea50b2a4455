package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.RedisServer;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * {@code doctor} as an operator types it: good and bad targets on DynamoDB Local, ElasticMQ,
 * kinesis-mock and Redis behind one URL, where Lambda, IAM and STS are stand-ins.
 */
class DoctorIT {
  private static final String TABLE = "fanoutTargets";
  private static final String STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/inputStream";
  private static final String QUEUES = "arn:aws:sqs:us-east-1:000000000000:";
  private static final String ROLE = "arn:aws:iam::000000000000:role/fanout";
  private static final Pattern ACTION_NAME = Pattern.compile("ActionNames\\.member\\.\\d+=([^&]+)");

  /** What may be called: nothing else is forwarded or answered. */
  private static final Pattern READS =
      Pattern.compile("(Get|List|Describe|Simulate|AssumeRole|Head|Scan|Query)\\w*");

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static DynamoDbServer tables;
  private static SqsServer queues;
  private static KinesisServer streams;
  private static RedisServer redis;
  private static RecordingEndpoint aws;
  private static DynamoDbClient client;
  private static volatile boolean isRepaired;

  @BeforeAll
  static void start() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    tables = DynamoDbServer.start();
    queues = SqsServer.start();
    streams = KinesisServer.start();
    redis = RedisServer.start();
    aws = RecordingEndpoint.start().answer(DoctorIT::answer);
    client = AwsTestClients.client(DynamoDbClient.builder(), tables.endpoint());
    DynamoDbTables.createTargets(client, TABLE);
    try (SqsClient sqs = AwsTestClients.client(SqsClient.builder(), queues.endpoint())) {
      sqs.createQueue(request -> request.queueName("q"));
      String letters = sqs.createQueue(request -> request.queueName("letters")).queueUrl();
      sqs.sendMessage(request -> request.queueUrl(letters).messageBody("a letter"));
    }
    try (KinesisClient kinesis =
        AwsTestClients.client(KinesisClient.builder(), streams.endpoint())) {
      kinesis.createStream(request -> request.streamName("inputStream").shardCount(1));
      StreamStatus status;
      do {
        status =
            kinesis
                .describeStreamSummary(request -> request.streamName("inputStream"))
                .streamDescriptionSummary()
                .streamStatus();
      } while (status != StreamStatus.ACTIVE);
    }
    row("queue", "sqs", QUEUES + "q", "onFailure", "DEAD_LETTER", "deadLetter", "letters");
    row("letters", "sqs", QUEUES + "letters", "deadLetterOnly", "true");
    row("cache", "redis", "127.0.0.1:" + redis.port(), "onFailure", "DROP");
    row("holds", "sqs", QUEUES + "q");
    row("lost", "sqs", QUEUES + "gone", "onFailure", "DROP");
    row("broken", "sqs", "nowhere");
  }

  @AfterAll
  static void stop() {
    client.close();
    aws.close();
    redis.close();
    streams.close();
    queues.close();
    tables.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private static void row(String id, String type, String destination, String... more) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    item.put("sourceArn", AttributeValue.fromS(STREAM));
    item.put("id", AttributeValue.fromS(id));
    item.put("type", AttributeValue.fromS(type));
    item.put("destination", AttributeValue.fromS(destination));
    item.put("active", AttributeValue.fromBool(true));
    for (int at = 0; at < more.length; at += 2) {
      item.put(more[at], AttributeValue.fromS(more[at + 1]));
    }
    client.putItem(request -> request.tableName(TABLE).item(item));
  }

  /** Hands requests to the servers that there are, and answers for those that there are not. */
  private static Response answer(Request request) throws Exception {
    String target = request.header("x-amz-target");
    if (target != null) {
      assertThat(target.substring(target.indexOf('.') + 1)).matches(READS);
      URI server =
          target.startsWith("DynamoDB")
              ? tables.endpoint()
              : target.startsWith("AmazonSQS") ? queues.endpoint() : streams.endpoint();
      return forwarded(request, server);
    }
    if (request.path().contains("/event-source-mappings")) {
      return Response.of(
          200,
          ("{'EventSourceMappings':[{'UUID':'u-1','State':'Enabled','EventSourceArn':'"
                  + STREAM
                  + "','FunctionArn':'arn:aws:lambda:us-east-1:000000000000:function:fanout',"
                  + "'FunctionResponseTypes':"
                  + (isRepaired ? "['ReportBatchItemFailures']" : "[]")
                  + ",'MaximumRetryAttempts':-1,'MaximumRecordAgeInSeconds':-1}]}")
              .replace('\'', '"'));
    }
    if (request.path().endsWith("/concurrency")) {
      return Response.of(200, "{}");
    }
    if (request.method().equals("GET")) {
      return Response.of(
          200,
          ("{'FunctionName':'fanout','FunctionArn':"
                  + "'arn:aws:lambda:us-east-1:000000000000:function:fanout','Role':'"
                  + ROLE
                  + "','State':'Active','LastUpdateStatus':'Successful','Timeout':60,"
                  + "'MemorySize':512,'Environment':{'Variables':"
                  + "{'FANOUT_PARTIAL_RESPONSES':'true','FANOUT_SECRET_A':'s3cret'}}}")
              .replace('\'', '"'));
    }
    if (request.text().contains("Action=GetCallerIdentity")) {
      return xml("GetCallerIdentity", "<Account>000000000000</Account>");
    }
    assertThat(request.text()).contains("Action=SimulatePrincipalPolicy");
    StringBuilder results = new StringBuilder();
    Matcher names = ACTION_NAME.matcher(request.text());
    while (names.find()) {
      results
          .append("<member><EvalActionName>")
          .append(names.group(1).replace("%3A", ":"))
          .append("</EvalActionName><EvalDecision>allowed</EvalDecision></member>");
    }
    return xml("SimulatePrincipalPolicy", "<EvaluationResults>" + results + "</EvaluationResults>");
  }

  private static Response xml(String action, String result) {
    return Response.of(
            200,
            "<%1$sResponse><%1$sResult>%2$s</%1$sResult></%1$sResponse>".formatted(action, result))
        .with("Content-Type", "text/xml");
  }

  private static Response forwarded(Request request, URI server) throws Exception {
    HttpRequest.Builder onward =
        HttpRequest.newBuilder(server.resolve(request.path()))
            .POST(HttpRequest.BodyPublishers.ofByteArray(request.body()));
    for (String header : List.of("x-amz-target", "content-type", "authorization", "x-amz-date")) {
      String value = request.header(header);
      if (value != null) {
        onward.header(header, value);
      }
    }
    HttpResponse<byte[]> answer =
        HTTP.send(onward.build(), HttpResponse.BodyHandlers.ofByteArray());
    Response response = new Response(answer.statusCode(), Map.of(), answer.body());
    for (String header : List.of("content-type", "x-amzn-query-error", "x-amzn-errortype")) {
      String value = answer.headers().firstValue(header).orElse(null);
      if (value != null) {
        response = response.with(header, value);
      }
    }
    return response;
  }

  private static Ran doctor(String... more) {
    String[] arguments = {
      "doctor",
      "--region",
      "us-east-1",
      "--endpoint-url",
      aws.uri().toString(),
      "--allowed-hosts",
      "127.0.0.1:" + redis.port()
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Cli.run(all);
  }

  @Test
  void goodAndBadTargets_areToldApart() throws Exception {
    Ran ran = doctor();

    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(Main.UNUSABLE);
    String out =
        ran.out()
            .replace(aws.uri().toString(), "URL")
            .replace("127.0.0.1:" + redis.port(), "REDIS")
            .replace(STREAM, "STREAM")
            .replaceAll("the clock is \\d+ s", "the clock is N s");
    assertThat(out).isEqualTo(expected());
    assertThat(ran.out() + ran.errors()).doesNotContain("s3cret");
  }

  private static String expected() throws IOException {
    try (InputStream text = DoctorIT.class.getResourceAsStream("/doctor.txt")) {
      return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void json_ofWhatIsUnwell_isForPrograms() throws Exception {
    Ran ran = doctor("--output", "json", "--only-problems", "--source-arn", STREAM);

    JsonNode all = new JsonMapper().readTree(ran.out());
    assertThat(all).isNotEmpty();
    assertThat(all)
        .allSatisfy(
            each -> {
              assertThat(each.get("level").asText()).isNotEqualTo("OK");
              assertThat(each.fieldNames())
                  .toIterable()
                  .containsExactly("level", "check", "subject", "text", "commands");
            })
        .anySatisfy(
            each ->
                assertThat(each.at("/commands/0").asText())
                    .contains("--function-response-types ReportBatchItemFailures"));
  }

  static Stream<Arguments> documented() throws IOException {
    return DocumentedCommandsTest.complete()
        .filter(each -> ((String) each.get()[1]).startsWith("doctor "));
  }

  /** As it stands in the document, but for the region, if it names another than the servers'. */
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("documented")
  void repairedAccount_isWellForEveryCommandOfTheDocuments(String document, String command) {
    String[] words =
        DocumentedCommandsTest.words(
            command.replaceFirst("^doctor +", "").replaceFirst("--region \\S+", ""));
    Map<String, AttributeValue> broken = item("broken");
    Map<String, AttributeValue> lost = item("lost");
    delete("broken");
    delete("lost");
    isRepaired = true;
    try {
      Ran ran = doctor(words);

      assertThat(ran.out() + ran.errors()).as(document).contains("0 problems, ", " 0 unknown, ");
      assertThat(ran.exitCode()).isEqualTo(Main.SETTLED);
    } finally {
      isRepaired = false;
      client.putItem(request -> request.tableName(TABLE).item(broken));
      client.putItem(request -> request.tableName(TABLE).item(lost));
    }
  }

  @Test
  void commandsOfTheDocuments_areFound() throws IOException {
    assertThat(documented()).hasSizeGreaterThanOrEqualTo(3);
  }

  private static Map<String, AttributeValue> keyOf(String id) {
    return Map.of("sourceArn", AttributeValue.fromS(STREAM), "id", AttributeValue.fromS(id));
  }

  private static Map<String, AttributeValue> item(String id) {
    return client.getItem(request -> request.tableName(TABLE).key(keyOf(id))).item();
  }

  private static void delete(String id) {
    client.deleteItem(request -> request.tableName(TABLE).key(keyOf(id)));
  }
}
