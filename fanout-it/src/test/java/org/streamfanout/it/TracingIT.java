package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** {@code ./fanout} with {@code fanout-opentelemetry} on its class path: contexts go on. */
class TracingIT {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private static SqsServer server;
  private static AwsClients clients;
  private static SqsClient sqs;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    server = SqsServer.start();
    clients =
        AwsClients.builder()
            .region("us-east-1")
            .endpoint(server.endpoint())
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .build();
    sqs = clients.client(SqsClient.class, SqsClient::builder, AwsAccess.DEFAULT);
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
  }

  /** What an operator puts beside the command. */
  private static Map<String, String> traced() {
    String jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    entry.contains("fanout-opentelemetry")
                        || Path.of(entry).getFileName().toString().startsWith("opentelemetry-"))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(jars).contains("opentelemetry-api");
    return Map.of("FANOUT_CLASSPATH", jars);
  }

  private String queue(String name, String source) throws Exception {
    String url = sqs.createQueue(request -> request.queueName(name)).queueUrl();
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn": "%s", "id": "queue", "type": "sqs", "destination": "%s", "active": true,
          "collapse": "none"}]
        """
            .formatted(source, url));
    return url;
  }

  private static List<Message> receive(String url) {
    return sqs.receiveMessage(
            request ->
                request
                    .queueUrl(url)
                    .maxNumberOfMessages(10)
                    .waitTimeSeconds(1)
                    .messageAttributeNames("All"))
        .messages();
  }

  private Ran run(Map<String, String> environment, String... more) throws Exception {
    String data =
        Base64.getEncoder()
            .encodeToString(
                "{\"traceparent\":\"%s\"}".formatted(PARENT).getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        directory.resolve("event.json"),
        """
        {"Records":[{"eventSource":"aws:kinesis","eventID":"shardId-000000000000:1",
        "eventSourceARN":"%s","kinesis":{"partitionKey":"k","sequenceNumber":"1","data":"%s"}}]}
        """
            .formatted(Capture.STREAM, data));
    List<String> arguments =
        new ArrayList<>(List.of("run", "--event", "event.json", "--targets", "targets.json"));
    arguments.addAll(
        List.of("--region", "us-east-1", "--endpoint-url", server.endpoint().toString()));
    arguments.addAll(List.of(more));
    return ChildProcess.fanout(directory, environment, arguments.toArray(String[]::new));
  }

  @Test
  void run_contextInJson_isAnAttributeInTheQueue() throws Exception {
    String url = queue("run", Capture.STREAM);

    Ran ran = run(traced(), "--trace-json", "traceparent");

    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    assertThat(receive(url))
        .singleElement()
        .satisfies(
            message ->
                assertThat(message.messageAttributes().get("traceparent").stringValue())
                    .isEqualTo(PARENT));
  }

  @Test
  void run_memberIsNamedAndNothingTraces_sendsNothing() throws Exception {
    String url = queue("none", Capture.STREAM);

    Ran ran = run(Map.of(), "--trace-json", "traceparent");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("org.streamfanout:fanout-opentelemetry");
    assertThat(receive(url)).isEmpty();
  }

  @Test
  void kafka_contextInAHeader_isAnAttributeInTheQueue() throws Exception {
    try (KafkaServer kafka = KafkaServer.start()) {
      kafka.createTopic("traced", 1, Map.of());
      String url = queue("worker", "kafka://" + kafka.bootstrapServers() + "/traced");
      ProducerRecord<String, String> record = new ProducerRecord<>("traced", "k", "v");
      record.headers().add("traceparent", PARENT.getBytes(StandardCharsets.UTF_8));
      try (KafkaProducer<String, String> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", kafka.bootstrapServers()),
              new StringSerializer(),
              new StringSerializer())) {
        producer.send(record).get();
      }
      List<Message> received = new ArrayList<>();
      try (WorkerProcess worker =
          WorkerProcess.start(
              directory,
              traced(),
              List.of(
                  "kafka",
                  "--bootstrap-servers",
                  kafka.bootstrapServers(),
                  "--topic",
                  "traced",
                  "--group",
                  "traced",
                  "--targets",
                  "targets.json",
                  "--region",
                  "us-east-1",
                  "--endpoint-url",
                  server.endpoint().toString()))) {
        worker.await(
            "the message",
            () -> {
              received.addAll(receive(url));
              return !received.isEmpty();
            });
        worker.terminate();
        worker.awaitEnd();
      }

      assertThat(received)
          .singleElement()
          .satisfies(
              message ->
                  assertThat(message.messageAttributes().get("traceparent").stringValue())
                      .isEqualTo(PARENT));
    }
  }
}
