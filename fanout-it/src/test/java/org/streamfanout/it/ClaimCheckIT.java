package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazon.sqs.javamessaging.AmazonSQSExtendedClient;
import com.amazon.sqs.javamessaging.ExtendedClientConfiguration;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.it.Switchboard.Fault;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.S3Server;
import org.streamfanout.testservers.SnsServer;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Records that no queue takes, by way of S3: ElasticMQ, fauxqs and S3Mock, and at the other end
 * AWS's own extended client, which knows nothing of us.
 */
@Timeout(300)
class ClaimCheckIT {
  private static final String BUCKET = "claims-" + UUID.randomUUID();
  private static final String PREFIX = "too-large/orders/";

  private static SqsServer queues;
  private static S3Server objects;
  private static SqsClient sqs;
  private static S3Client s3;

  private Switchboard switchboard;

  @BeforeAll
  static void start() {
    queues = SqsServer.start();
    objects = S3Server.start();
    sqs = AwsTestClients.client(SqsClient.builder(), queues.endpoint());
    s3 = AwsTestClients.client(S3Client.builder().forcePathStyle(true), objects.endpoint());
    s3.createBucket(request -> request.bucket(BUCKET));
  }

  @AfterAll
  static void stop() {
    sqs.close();
    s3.close();
    objects.close();
    queues.close();
  }

  @AfterEach
  void clear() {
    switchboard.close();
    keys().forEach(key -> s3.deleteObject(request -> request.bucket(BUCKET).key(key)));
  }

  private static List<String> keys() {
    return s3.listObjectsV2(request -> request.bucket(BUCKET)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  private FanoutEngine engine(URI other, TargetConfig... rows) {
    switchboard = new Switchboard(objects.endpoint(), BUCKET, other);
    return FanoutEngine.builder()
        .registry(new InMemoryTargetRegistry(rows))
        .setting(ProviderContext.ENDPOINT_URL, switchboard.uri().toString())
        .setting(ProviderContext.REGION, "us-east-1")
        .retry(
            new RetryPolicy(8, Duration.ofSeconds(60), Duration.ofMillis(1), Duration.ofMillis(5)))
        .random(new SplittableRandom(1))
        .build();
  }

  private static TargetConfig.Builder row(String type, String arn) {
    return TargetConfig.builder(Records.KINESIS, "t", type, arn)
        .collapse("none")
        .oversize(Oversize.CLAIM_CHECK)
        .claimCheck("s3://" + BUCKET + "/" + PREFIX);
  }

  private static String queue(SqsClient client, String name) {
    return client
        .createQueue(
            request ->
                request
                    .queueName(name)
                    .attributes(
                        name.endsWith(".fifo")
                            ? Map.of(QueueAttributeName.FIFO_QUEUE, "true")
                            : Map.of()))
        .queueUrl();
  }

  private static String arn(String service, String name) {
    return "arn:aws:" + service + ":us-east-1:000000000000:" + name;
  }

  private static FanoutResult process(FanoutEngine engine, List<FanoutRecord> records) {
    return engine.process(
        new SourceBatch(Records.KINESIS, Records.SHARD, records),
        Deadline.after(Duration.ofSeconds(120)));
  }

  /** Text of every kind of character, of about this many bytes. */
  private static FanoutRecord record(int number, String key, int bytes) {
    String unit = number + " ü 中 \uD83D\uDE00 <&> \"\\\n";
    int times = 1 + bytes / unit.getBytes(StandardCharsets.UTF_8).length;
    return Records.kinesis(number, key, unit.repeat(times));
  }

  private static List<String> texts(List<FanoutRecord> records) {
    return records.stream().map(record -> record.data().utf8()).toList();
  }

  /** Receives everything as a reader with the extended client does, who deletes as he goes. */
  private static List<Message> receive(SqsClient client, String queueUrl) {
    AmazonSQSExtendedClient extended =
        new AmazonSQSExtendedClient(
            client, new ExtendedClientConfiguration().withPayloadSupportEnabled(s3, BUCKET));
    List<Message> all = new ArrayList<>();
    List<Message> page;
    do {
      page =
          extended
              .receiveMessage(
                  request ->
                      request
                          .queueUrl(queueUrl)
                          .maxNumberOfMessages(10)
                          .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
              .messages();
      for (Message message : page) {
        extended.deleteMessage(
            request -> request.queueUrl(queueUrl).receiptHandle(message.receiptHandle()));
        all.add(message);
      }
    } while (!page.isEmpty());
    return all;
  }

  @Test
  void queue_recordsOfEverySize_reachTheExtendedClientByteForByte() {
    String url = queue(sqs, "sizes");
    List<FanoutRecord> records =
        List.of(
            record(0, "a", 10),
            record(1, "b", 300 << 10),
            record(2, "c", 200 << 10),
            record(3, "d", 1 << 20),
            record(4, "e", 9 << 20),
            record(5, "f", 255 << 10));
    try (FanoutEngine engine =
        engine(
            queues.endpoint(),
            row("sqs", arn("sqs", "sizes")).options(Map.of("attributes", "true")).build())) {
      FanoutResult result = process(engine, records);

      assertThat(result.targets().get(0).counts().accepted()).isEqualTo(6);
      assertThat(engine.prime(Records.KINESIS))
          .extracting(Finding::severity)
          .containsExactly(Finding.Severity.OK, Finding.Severity.OK);
    }
    assertThat(keys()).hasSize(3).allSatisfy(key -> assertThat(key).startsWith(PREFIX));
    assertThat(s3.getObjectTagging(request -> request.bucket(BUCKET).key(keys().get(0))).tagSet())
        .containsExactly(Tag.builder().key("streamfanout").value("claim-check").build());

    assertThat(receive(sqs, url))
        .extracting(Message::body)
        .containsExactlyInAnyOrderElementsOf(texts(records));
    assertThat(keys()).as("the extended client deletes what was read").isEmpty();
  }

  @Test
  void fifoQueue_putsFailInEveryWay_orderIsKeptAndNoPointerIsWithoutItsObject() {
    String url = queue(sqs, "order.fifo");
    List<FanoutRecord> records = new ArrayList<>();
    for (int number = 0; number < 30; number++) {
      records.add(record(number, "k" + number % 3, number % 4 == 0 ? 300 << 10 : 100));
    }
    try (FanoutEngine engine =
        engine(
            queues.endpoint(),
            row("sqs", arn("sqs", "order.fifo"))
                .ordering(Ordering.KEY)
                .onFailure(OnFailure.DROP)
                .build())) {
      switchboard.nextPuts(
          Fault.refuse(503, "SlowDown"),
          Fault.refuse(500, "InternalError"),
          Fault.applyThenReset(),
          Fault.refuse(403, "AccessDenied"),
          Fault.refuse(404, "NoSuchBucket"),
          Fault.refuse(400, "InvalidArgument"));
      FanoutResult result = process(engine, records);
      assertThat(result.targets().get(0).counts().dropped()).isZero();
      assertThat(result.targets().get(0).counts().held()).isPositive();
      for (int calls = 0; !result.isSettled() && calls < 10; calls++) {
        result = engine.resume(result.left(), Deadline.after(Duration.ofSeconds(120)));
      }

      assertThat(result.targets().get(0).counts().accepted()).isEqualTo(30);
    }
    List<String> received = receive(sqs, url).stream().map(Message::body).toList();
    assertThat(received).containsExactlyInAnyOrderElementsOf(texts(records));
    for (int key = 0; key < 3; key++) {
      int remainder = key;
      assertThat(received.stream().map(ClaimCheckIT::number).filter(n -> n % 3 == remainder))
          .isSorted();
    }
  }

  private static int number(String body) {
    return Integer.parseInt(body.substring(0, body.indexOf(' ')));
  }

  @Test
  void topicWithRawDelivery_largeRecord_reachesTheQueuesExtendedClient() {
    try (SnsServer server = SnsServer.start();
        SnsClient sns = AwsTestClients.client(SnsClient.builder(), server.endpoint());
        SqsClient subscriber = AwsTestClients.client(SqsClient.builder(), server.endpoint())) {
      String url = queue(subscriber, "subscribed");
      String topic = sns.createTopic(request -> request.name("orders")).topicArn();
      sns.subscribe(
          request ->
              request
                  .topicArn(topic)
                  .protocol("sqs")
                  .endpoint(arn("sqs", "subscribed"))
                  .attributes(Map.of("RawMessageDelivery", "true")));
      List<FanoutRecord> records = List.of(record(0, "a", 500 << 10), record(1, "b", 100));
      try (FanoutEngine engine = engine(server.endpoint(), row("sns", topic).build())) {
        assertThat(process(engine, records).isSettled()).isTrue();
      }

      assertThat(receive(subscriber, url))
          .extracting(Message::body)
          .containsExactlyInAnyOrderElementsOf(texts(records));
    }
  }

  @Test
  void deadLetterTooLarge_goesByClaimCheckAndHasTheRecordsBytes() throws Exception {
    String letters = queue(sqs, "letters");
    queue(sqs, "work");
    byte[] bytes = new byte[2 << 20];
    new SplittableRandom(7).nextBytes(bytes);
    FanoutRecord poison = Records.kinesis(0, "a", "").withData(Bytes.wrap(bytes));
    TargetConfig work =
        TargetConfig.builder(Records.KINESIS, "work", "sqs", arn("sqs", "work"))
            .collapse("none")
            .onFailure(OnFailure.DEAD_LETTER)
            .deadLetter("t")
            .build();
    TargetConfig dead = row("sqs", arn("sqs", "letters")).deadLetterOnly(true).build();
    try (FanoutEngine engine = engine(queues.endpoint(), work, dead)) {
      FanoutResult result =
          process(engine, List.of(poison, record(1, "a", 300 << 10), record(2, "a", 10)));

      assertThat(result.isSettled()).isTrue();
      assertThat(result.targets().get(0).counts().deadLettered()).isEqualTo(2);
    }
    List<JsonNode> received = new ArrayList<>();
    for (Message message : receive(sqs, letters)) {
      received.add(new ObjectMapper().readTree(message.body()));
    }
    assertThat(received)
        .hasSize(2)
        .filteredOn(letter -> letter.get("sequenceNumber").asText().equals(poison.sequenceNumber()))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(Base64.getDecoder().decode(letter.get("data").asText())).isEqualTo(bytes);
              assertThat(letter.get("failureCode").asText()).isEqualTo("NotText");
            });
  }
}
