package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Records;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.S3Server;
import org.streamfanout.testservers.SnsServer;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Refused records go to each kind of dead-letter target, are read back, and are replayed by {@code
 * ./fanout replay} to the target, which is repaired by then: it gets, byte for byte, what it would
 * have got.
 */
@Timeout(600)
class ReplayIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int SMALL = 50_000;
  private static final int LARGE = 10 * 1024 * 1024;

  @TempDir private Path directory;
  private Path replayed;

  @BeforeEach
  void place() {
    replayed = directory.resolve("replayed.jsonl");
  }

  private Ran replay(String from, URI endpoint, String... more) throws Exception {
    return ChildProcess.fanout(directory, arguments(from, endpoint, more));
  }

  private static String[] arguments(String from, URI endpoint, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replay",
                "--from",
                from,
                "--target",
                "t",
                "--targets",
                "targets.json",
                "--max-wait",
                "1s"));
    if (endpoint != null) {
      arguments.addAll(List.of("--region", "us-east-1", "--endpoint-url", endpoint.toString()));
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  /** Replays, and compares what the target got with what it would have got. */
  private void assertReplayed(PoisonRecords poison, long letters, String from, URI endpoint)
      throws Exception {
    poison.writeTargets(directory.resolve("targets.json"), replayed);
    List<String> expected = poison.accepted(directory.resolve("accepted.jsonl"));

    Ran ran = replay(from, endpoint);

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
    assertThat(letters).isEqualTo(expected.size()).isEqualTo(10);
    assertThat(ran.out()).contains(letters + " accepted, 0 filtered, 0 left");
    assertThat(Files.readAllLines(replayed)).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** Writes letters that were read back, after a look at each. */
  private String fileOf(List<Bytes> letters) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Bytes letter : letters) {
      DeadLetter read = DeadLetter.parse(letter);
      assertThat(read.target()).isEqualTo("t");
      assertThat(read.failure()).isEqualTo(Failure.rejected("Poison", "never"));
      lines.append(letter.utf8()).append('\n');
    }
    return Files.writeString(directory.resolve("letters.jsonl"), lines).toString();
  }

  @Test
  void file() throws Exception {
    PoisonRecords poison = PoisonRecords.ofUpTo(LARGE);
    Path letters = directory.resolve("letters.jsonl");
    long count = poison.refuse("file", letters.toString(), Map.of(), null, false);

    assertReplayed(poison, count, letters.toString(), null);
    assertThat(replay(letters.toString(), null).out()).contains("10 replayed before");
    assertThat(Files.readAllLines(replayed)).hasSize(10);
  }

  @Test
  void s3() throws Exception {
    try (S3Server server = S3Server.start();
        S3Client s3 =
            AwsTestClients.client(S3Client.builder().forcePathStyle(true), server.endpoint())) {
      s3.createBucket(request -> request.bucket("letters"));
      PoisonRecords poison = PoisonRecords.ofUpTo(LARGE);
      Map<String, String> options = Map.of("compression", "gzip");
      long count = poison.refuse("s3", "s3://letters/dead/", options, server.endpoint(), false);

      assertReplayed(poison, count, "s3://letters/dead/", server.endpoint());
      assertThat(replay("s3://letters/dead/", server.endpoint()).out())
          .contains("10 replayed before");
      assertThat(replay("s3://no-such-bucket/", server.endpoint()).exitCode()).isEqualTo(2);
    }
  }

  @Test
  void sqs_queueIsEmptyButForWhatIsNotTheTargets() throws Exception {
    try (SqsServer server = SqsServer.start();
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint())) {
      String url = sqs.createQueue(request -> request.queueName("letters")).queueUrl();
      PoisonRecords poison = PoisonRecords.ofUpTo(SMALL);
      long count = poison.refuse("sqs", url, Map.of(), server.endpoint(), false);
      sqs.sendMessage(request -> request.queueUrl(url).messageBody(letter("u", 1, 10)));

      poison.writeTargets(directory.resolve("targets.json"), replayed);

      assertThat(replay(url, server.endpoint(), "--dry-run").out()).contains("10 letters");
      assertReplayed(poison, count, url, server.endpoint());
      assertThat(
              sqs.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(10))
                  .messages())
          .hasSize(1)
          .allSatisfy(message -> assertThat(message.body()).contains("\"target\":\"u\""));
    }
  }

  @Test
  void kinesis() throws Exception {
    try (KinesisServer server = KinesisServer.start();
        KinesisClient kinesis = AwsTestClients.client(KinesisClient.builder(), server.endpoint())) {
      kinesis.createStream(request -> request.streamName("letters").shardCount(2));
      kinesis.waiter().waitUntilStreamExists(request -> request.streamName("letters"));
      PoisonRecords poison = PoisonRecords.ofUpTo(SMALL);
      long count = poison.refuse("kinesis", "letters", Map.of(), server.endpoint(), false);

      List<Bytes> letters = new ArrayList<>();
      new KinesisReader(kinesis, "letters")
          .readAll()
          .values()
          .forEach(
              records ->
                  records.forEach(record -> letters.add(Bytes.wrap(record.data().asByteArray()))));
      assertReplayed(poison, count, fileOf(letters), null);
    }
  }

  @Test
  void kafka() throws Exception {
    try (KafkaServer server = KafkaServer.start()) {
      server.createTopic("letters", 1, Map.of());
      PoisonRecords poison = PoisonRecords.ofUpTo(SMALL);
      long count =
          poison.refuse(
              "kafka",
              server.bootstrapServers() + "/letters",
              Map.of("security", "plaintext"),
              null,
              false);

      List<Bytes> letters =
          server.records("letters").stream().map(each -> Bytes.wrap(each.value())).toList();
      assertReplayed(poison, count, fileOf(letters), null);
    }
  }

  @Test
  void dynamoDb_lettersAsItems() throws Exception {
    try (DynamoDbServer server = DynamoDbServer.start();
        DynamoDbClient dynamoDb =
            AwsTestClients.client(DynamoDbClient.builder(), server.endpoint())) {
      DynamoDbTables.create(dynamoDb, "letters", "target", "letterId");
      PoisonRecords poison = PoisonRecords.ofUpTo(SMALL);
      long count =
          poison.refuse(
              "dynamodb",
              "letters",
              Map.of("partitionKey", "target", "sortKey", "letterId={id}"),
              server.endpoint(),
              true);

      List<Bytes> letters =
          dynamoDb.scanPaginator(request -> request.tableName("letters")).items().stream()
              .map(ReplayIT::json)
              .toList();
      assertReplayed(poison, count, fileOf(letters), null);

      // A target that sends more than bodies: its letters hold the table changes.
      DynamoDbTables.create(dynamoDb, "copy", "id");
      Files.writeString(
          directory.resolve("targets.json"),
          """
          [{"sourceArn":"%s","id":"t","type":"dynamodb","destination":"copy","active":true,
            "options":{"replicate":"true"}}]"""
              .formatted(Records.DYNAMODB.id()));
      Ran ran =
          replay(
              directory.resolve("letters.jsonl").toString(),
              server.endpoint(),
              "--state",
              "copy.state",
              "--filter",
              "{\"source\":[{\"prefix\":\"arn:aws:dynamodb:\"}]}");
      assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
      assertThat(dynamoDb.scan(request -> request.tableName("copy")).items())
          .singleElement()
          .satisfies(
              item -> {
                assertThat(item.get("id").s()).isEqualTo("k\u00fc");
                assertThat(item.get("b").b().asByteArray()).containsExactly(0, 1);
                assertThat(item.get("n").n()).isEqualTo("12345678901234567890123456789012345678");
              });
    }
  }

  /** Returns an item as plain JSON, as an export of the table is made into. */
  private static Bytes json(Map<String, AttributeValue> item) {
    ObjectNode object = MAPPER.createObjectNode();
    item.forEach((name, value) -> object.set(name, node(value)));
    return Bytes.utf8(object.toString());
  }

  private static JsonNode node(AttributeValue value) {
    return switch (value.type()) {
      case S -> MAPPER.getNodeFactory().textNode(value.s());
      case N -> MAPPER.getNodeFactory().numberNode(Long.parseLong(value.n()));
      case NUL -> MAPPER.nullNode();
      case L -> {
        ArrayNode array = MAPPER.createArrayNode();
        value.l().forEach(each -> array.add(node(each)));
        yield array;
      }
      case M -> {
        ObjectNode object = MAPPER.createObjectNode();
        value.m().forEach((name, each) -> object.set(name, node(each)));
        yield object;
      }
      default -> throw new AssertionError("a letter has no " + value.type());
    };
  }

  /** A pointer of the extended client's format, to an object with the letter. */
  @Test
  void queue_letterInAnObject_isFetched() throws Exception {
    try (SnsServer server = SnsServer.start();
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
        S3Client s3 =
            AwsTestClients.client(S3Client.builder().forcePathStyle(true), server.endpoint())) {
      String url = sqs.createQueue(request -> request.queueName("letters")).queueUrl();
      s3.createBucket(request -> request.bucket("checks"));
      s3.putObject(
          request -> request.bucket("checks").key("a/1"),
          RequestBody.fromString(letter("t", 1, 2_000_000)));
      sqs.sendMessage(
          request ->
              request
                  .queueUrl(url)
                  .messageBody(
                      "[\"software.amazon.payloadoffloading.PayloadS3Pointer\","
                          + "{\"s3BucketName\":\"checks\",\"s3Key\":\"a/1\"}]"));
      writeRow("");

      Ran ran = replay(url, server.endpoint());

      assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
      assertThat(Files.readAllLines(replayed)).hasSize(1);
      assertThat(new DeadLetterBox(sqs, url).size()).isZero();

      sqs.sendMessage(
          request ->
              request
                  .queueUrl(url)
                  .messageBody(
                      "[\"software.amazon.payloadoffloading.PayloadS3Pointer\","
                          + "{\"s3BucketName\":\"checks\",\"s3Key\":\"gone\"}]"));
      Ran without = replay(url, server.endpoint());
      assertThat(without.exitCode()).isEqualTo(1);
      assertThat(without.out()).contains("1 left: its object: s3://checks/gone cannot be reached");
      assertThat(new DeadLetterBox(sqs, url).size()).isEqualTo(1);
    }
  }

  /** One is too large for the target, and stays; all others go and are gone. */
  @Test
  void queue_letterThatIsRefusedAgain_staysAndIsGivenBack() throws Exception {
    try (SqsServer server = SqsServer.start();
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint())) {
      String url = sqs.createQueue(request -> request.queueName("letters")).queueUrl();
      for (int number = 0; number < 30; number++) {
        String body = letter("t", number, number == 7 ? 5_000 : 10);
        sqs.sendMessage(request -> request.queueUrl(url).messageBody(body));
      }
      writeRow(",\"maxMessageBytes\":1000");

      Ran ran = replay(url, server.endpoint());

      assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isEqualTo(1);
      assertThat(ran.out()).contains("30 read, 29 accepted").contains("1 left: refused, TooLarge");
      assertThat(Files.readAllLines(replayed)).hasSize(29);
      assertThat(sqs.receiveMessage(request -> request.queueUrl(url)).messages())
          .singleElement()
          .satisfies(message -> assertThat(message.body()).contains("\"key\":\"k7\""));
    }
  }

  @Test
  void file_killedAgainAndAgain_everythingArrivesAndLittleTwice() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int number = 0; number < 200; number++) {
      lines.append(letter("t", number, 10)).append('\n');
    }
    Path from = Files.writeString(directory.resolve("letters.jsonl"), lines);
    writeRow("");
    int inHand = 20;
    int kills = 2;
    for (int kill = 1; kill <= kills; kill++) {
      killAfter(45 * kill, arguments(from.toString(), null, "--rate", Integer.toString(inHand)));
    }

    Ran ran = replay(from.toString(), null);

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
    List<String> got = Files.readAllLines(replayed);
    assertThat(new HashSet<>(got)).hasSize(200);
    assertThat(got).hasSizeLessThanOrEqualTo(200 + kills * inHand);
  }

  @Test
  void queue_killed_nothingIsDeletedThatWasNotAccepted() throws Exception {
    try (SqsServer server = SqsServer.start();
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint())) {
      String url = sqs.createQueue(request -> request.queueName("letters")).queueUrl();
      for (int number = 0; number < 100; number++) {
        String body = letter("t", number, 10);
        sqs.sendMessage(request -> request.queueUrl(url).messageBody(body));
      }
      writeRow("");

      killAfter(25, arguments(url, server.endpoint(), "--rate", "10"));

      int accepted = new HashSet<>(Files.readAllLines(replayed)).size();
      assertThat(new DeadLetterBox(sqs, url).size() + accepted).isBetween(100L, 110L);
    }
  }

  /** Starts a replay and kills it once the target has so many lines. */
  private void killAfter(int lines, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(Repository.file("fanout").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("killed.log").toFile());
    builder.environment().put("AWS_ACCESS_KEY_ID", "test");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "test");
    Process process = builder.start();
    try {
      long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
      while (!Files.exists(replayed) || Files.readAllLines(replayed).size() < lines) {
        assertThat(process.isAlive() && System.nanoTime() < end)
            .as(Files.readString(directory.resolve("killed.log")))
            .isTrue();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).isNotZero();
  }

  private void writeRow(String more) throws IOException {
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn":"%s","id":"t","type":"file","destination":"%s","active":true%s}]"""
            .formatted(Records.KINESIS.id(), replayed, more));
  }

  private static String letter(String target, int number, int bytes) {
    return DeadLetterBox.letter(target, number, "k" + number, bytes);
  }
}
