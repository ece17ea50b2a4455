package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Commands of the documents that run workers, show the status page and bring letters back, with the
 * words that stand there. Only the surroundings are a test's: hosts and AWS are servers of this
 * machine, by the JVM's file of hosts and the SDK's variables, and ports, which somebody may have
 * here, are free ones.
 */
@Timeout(900)
class DocumentedWorkersIT {
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?:(?m:^) *|`)\\./fanout +((?:run|replay|kinesis|kafka|dynamodb|status) [^\n`]+)");

  /** In a synopsis, or where a reader is to put something of their own. */
  private static final Pattern PLACEHOLDER = Pattern.compile("[\\[|<]|\\.\\.\\.");

  private static final Pattern PAGE =
      Pattern.compile("^fanout: status page at (\\S+)$", Pattern.MULTILINE);

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int RECORDS = 20;

  private static KinesisServer kinesisServer;
  private static DynamoDbServer dynamoDbServer;
  private static SqsServer sqsServer;
  private static KafkaServer kafkaServer;
  private static KinesisClient kinesis;
  private static DynamoDbClient dynamoDb;
  private static SqsClient sqs;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    kinesisServer = KinesisServer.start();
    dynamoDbServer = DynamoDbServer.start();
    sqsServer = SqsServer.start();
    kafkaServer = KafkaServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), kinesisServer.endpoint());
    dynamoDb = AwsTestClients.client(DynamoDbClient.builder(), dynamoDbServer.endpoint());
    sqs = AwsTestClients.client(SqsClient.builder(), sqsServer.endpoint());
    DynamoDbTables.createTargets(dynamoDb, "fanoutTargets");
  }

  @AfterAll
  static void stop() {
    sqs.close();
    dynamoDb.close();
    kinesis.close();
    kafkaServer.close();
    sqsServer.close();
    dynamoDbServer.close();
    kinesisServer.close();
  }

  private static List<String> documented() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path document : DocsTest.documents()) {
      String text = Files.readString(document).replaceAll("\\\\\n *", " ");
      COMMAND
          .matcher(text)
          .results()
          .map(command -> command.group(1).replaceAll(" +([#&>]|2>).*", "").strip())
          .filter(command -> !PLACEHOLDER.matcher(command).find())
          .forEach(found::add);
    }
    return found.stream().distinct().toList();
  }

  private static List<String> workers() throws IOException {
    return documented().stream()
        .filter(command -> command.matches("(kinesis|kafka|dynamodb) .*--table .*"))
        .toList();
  }

  private static List<String> words(String command) {
    return List.of(command.split(" +"));
  }

  private static String value(String command, String option) {
    List<String> words = words(command);
    return words.get(words.indexOf(option) + 1);
  }

  /** Returns what stands in for AWS and for the hosts that the commands name. */
  private Map<String, String> surroundings() throws IOException {
    Path hosts = directory.resolve("hosts");
    Files.writeString(
        hosts, "127.0.0.1 localhost b b-1.example.com b-2.example.com worker-1 worker-2\n");
    return Map.of(
        "JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts,
        "AWS_REGION", "us-east-1",
        "AWS_ENDPOINT_URL_KINESIS", kinesisServer.endpoint().toString(),
        "AWS_ENDPOINT_URL_DYNAMODB", dynamoDbServer.endpoint().toString(),
        "AWS_ENDPOINT_URL_SQS", sqsServer.endpoint().toString());
  }

  private static List<String> bodies() {
    return IntStream.range(0, RECORDS).mapToObj(number -> "{\"n\":" + number + "}").toList();
  }

  private static String stream(String name) {
    kinesis.createStream(request -> request.streamName(name).shardCount(1));
    kinesis.waiter().waitUntilStreamExists(request -> request.streamName(name));
    return kinesis
        .describeStreamSummary(request -> request.streamName(name))
        .streamDescriptionSummary()
        .streamARN();
  }

  private static void fillStream(String name) {
    for (String body : bodies()) {
      kinesis.putRecord(
          request ->
              request
                  .streamName(name)
                  .partitionKey("k" + body)
                  .data(SdkBytes.fromUtf8String(body)));
    }
  }

  private static void fillTopic(String name) throws Exception {
    kafkaServer.createTopic(name, 1, Map.of());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafkaServer.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (String body : bodies()) {
        producer.send(new ProducerRecord<>(name, body)).get();
      }
    }
  }

  /** A command under way, and the queue that its target is. */
  private record Worker(String command, WorkerProcess process, String queue, Set<String> arrived)
      implements AutoCloseable {
    void awaitRecords() {
      process.await("the records of " + command, () -> receive() == RECORDS);
      assertThat(arrived).as(command).containsExactlyInAnyOrderElementsOf(bodies());
    }

    private int receive() {
      sqs.receiveMessage(request -> request.queueUrl(queue).maxNumberOfMessages(10))
          .messages()
          .forEach(message -> arrived.add(message.body()));
      return arrived.size();
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** Makes what a command of a worker reads and where that goes, and starts it. */
  private Worker worker(String documented) throws Exception {
    String port = kafkaServer.bootstrapServers().replaceFirst(".*:", "");
    String command =
        documented
            .replaceAll("(--bootstrap-servers \\S+):\\d+", "$1:" + port)
            .replaceAll("--health-port \\d+", "--health-port 0");
    String source;
    if (command.startsWith("kafka ")) {
      String topic = value(command, "--topic");
      source = "kafka://" + value(command, "--bootstrap-servers") + "/" + topic;
      fillTopic(topic);
    } else {
      source = stream(value(command, "--stream"));
      fillStream(value(command, "--stream"));
    }
    String queue = "queue" + Math.abs(command.hashCode());
    String url = sqs.createQueue(request -> request.queueName(queue)).queueUrl();
    Map<String, AttributeValue> row = new HashMap<>();
    row.put("sourceArn", AttributeValue.fromS(source));
    row.put("id", AttributeValue.fromS("queue"));
    row.put("type", AttributeValue.fromS("sqs"));
    row.put("collapse", AttributeValue.fromS("none"));
    row.put("destination", AttributeValue.fromS("arn:aws:sqs:us-east-1:000000000000:" + queue));
    row.put("active", AttributeValue.fromBool(true));
    dynamoDb.putItem(request -> request.tableName("fanoutTargets").item(row));
    return new Worker(
        documented,
        WorkerProcess.startPlain(directory, surroundings(), words(command)),
        url,
        new TreeSet<>());
  }

  @Test
  void commands_areAllRunHereOrByTheTestsOfTheirPages() throws IOException {
    List<String> others = new ArrayList<>(documented());
    others.removeAll(workers());

    assertThat(workers()).hasSizeGreaterThanOrEqualTo(4);
    assertThat(others)
        .isNotEmpty()
        .allSatisfy(
            command ->
                assertThat(command)
                    .matches(
                        // MainJobIT
                        "run --event examples/events/kinesis-kpl.json --targets examples/targets.json"
                            // OperationsPageIT
                            + "|(run|replay) .*examples/replay/targets.json .*"
                            // below
                            + "|status --serve .*|kinesis --stream dead-letters .*"
                            + "|replay --from letters.jsonl .*"));
  }

  @Test
  void workersAndTheStatusOfOne_deliverWhatThereIsAndEndWell() throws Exception {
    List<Worker> running = new ArrayList<>();
    try {
      for (String command : workers()) {
        running.add(worker(command));
      }
      for (Worker each : running) {
        each.awaitRecords();
      }
      for (Worker each : running) {
        if (each.command.contains("--health-port")) {
          seeStatusOf(each.process);
        }
      }
      for (Worker each : running) {
        each.process.terminate();
        Ran ran = each.process.awaitEnd();
        assertThat(ran.exitCode()).as(each.command + ": " + ran.errors()).isZero();
        assertThat(ran.out()).containsPattern("queue +sqs +" + RECORDS + " +" + RECORDS + " +0");
      }
    } finally {
      running.forEach(Worker::close);
    }
  }

  /** The documents serve the status of two workers; here both names are the one that there is. */
  private void seeStatusOf(WorkerProcess worker) throws Exception {
    String port = Integer.toString(worker.get("/health/live").uri().getPort());
    List<String> commands =
        documented().stream().filter(each -> each.startsWith("status --serve ")).toList();
    assertThat(commands).isNotEmpty();
    for (String command : commands) {
      List<String> words =
          new ArrayList<>(words(command.replaceAll("(http://worker-\\d):\\d+", "$1:" + port)));
      words.addAll(List.of("--port", "0"));
      try (WorkerProcess serving = WorkerProcess.startPlain(directory, surroundings(), words)) {
        Matcher[] said = new Matcher[1];
        serving.await(
            "the page",
            () -> {
              said[0] = PAGE.matcher(serving.errors());
              return said[0].find();
            });
        JsonNode status;
        try (InputStream page =
            URI.create(said[0].group(1)).resolve("/status.json").toURL().openStream()) {
          status = MAPPER.readTree(page);
        }
        assertThat(status.get("workers")).hasSize(2);
        assertThat(status.get("workers"))
            .allSatisfy(
                each -> {
                  assertThat(each.get("answered").asBoolean()).as(each.toString()).isTrue();
                  assertThat(each.get("settled").asInt()).isEqualTo(RECORDS);
                });
        assertThat(status.at("/table").toString()).contains("arn:aws:kinesis:", "kafka://");
        serving.terminate();
        assertThat(serving.awaitEnd().exitCode()).isEqualTo(128 + 15);
      }
    }
  }

  @Test
  void lettersInAStream_byWorkerAndReplay_reachTheirTarget() throws Exception {
    List<String> commands =
        documented().stream().filter(command -> command.contains(" letters.json")).toList();
    assertThat(commands).hasSize(2);
    String letters = stream("dead-letters");
    String nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "127.0.0.1:" + free.getLocalPort();
    }
    String row =
        """
        {"sourceArn": "%s", "id": "billing", "type": "%s", "destination": "%s", "active": true,
         "onFailure": "DEAD_LETTER", "deadLetter": "letters", "maxAttempts": 1, "onOpen": "PARK",
         "deaggregate": true, "filter": {"data": {"amount": [{"numeric": [">=", 980]}]}}}""";
    String down = row.formatted(Capture.STREAM, "http", "http://" + nobody + "/bills");
    String repaired = row.formatted(Capture.STREAM, "file", "bills.jsonl");
    String box =
        """
        {"sourceArn": "%s", "id": "letters", "type": "kinesis", "destination": "%s",
         "active": true, "deadLetterOnly": true}"""
            .formatted(Capture.STREAM, letters);
    targets("targets.json", down, box);
    targets(
        "letters.json",
        """
        {"sourceArn": "%s", "id": "file", "type": "file", "destination": "letters.jsonl",
         "ordering": "SHARD", "active": true}"""
            .formatted(letters));
    Ran failed =
        ChildProcess.fanout(
            directory,
            surroundings(),
            "run",
            "--event",
            Repository.file("examples/events/kinesis-kpl.json").toString(),
            "--targets",
            "targets.json",
            "--allowed-hosts",
            nobody);
    assertThat(failed.exitCode()).as(failed.out() + failed.errors()).isZero();

    try (WorkerProcess worker =
        WorkerProcess.startPlain(directory, surroundings(), words(commands.get(0)))) {
      worker.awaitLines(directory.resolve("letters.jsonl"), 7);
      worker.terminate();
      assertThat(worker.awaitEnd().exitCode()).isZero();
    }
    targets("targets.json", repaired, box);
    Ran replayed =
        ChildProcess.fanout(
            directory, surroundings(), words(commands.get(1)).toArray(String[]::new));

    assertThat(replayed.exitCode()).as(replayed.out() + replayed.errors()).isZero();
    assertThat(Files.readAllLines(directory.resolve("bills.jsonl"))).hasSize(7);
  }

  private void targets(String file, String... rows) throws IOException {
    Files.writeString(directory.resolve(file), "[" + String.join(",", Arrays.asList(rows)) + "]");
  }
}
