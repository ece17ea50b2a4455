package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** {@code ./fanout run --endpoint-url}, with a queue behind it. */
class EndpointRunIT {
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

  private Ran run(String queueUrl, String... more) throws Exception {
    Files.writeString(
        directory.resolve("targets.json"),
        """
        [{"sourceArn": "%s", "id": "queue", "type": "sqs", "destination": "%s", "active": true,
          "deaggregate": true, "collapse": "none", "filter": {"data": {"event": ["donation"]}}}]
        """
            .formatted(Capture.STREAM, queueUrl));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--event",
                Repository.file("examples/events/kinesis-kpl.json").toString(),
                "--targets",
                "targets.json",
                "--region",
                "us-east-1"));
    arguments.addAll(List.of(more));
    return ChildProcess.fanout(directory, arguments.toArray(String[]::new));
  }

  @Test
  void run_queueAtTheEndpoint_hasEveryDonationOnce() throws Exception {
    String queueUrl = sqs.createQueue(request -> request.queueName("donations")).queueUrl();

    Ran ran = run(queueUrl, "--endpoint-url", server.endpoint().toString());

    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    List<String> bodies = new ArrayList<>();
    List<Message> page = receive(queueUrl);
    while (!page.isEmpty()) {
      page.forEach(message -> bodies.add(message.body()));
      page = receive(queueUrl);
    }
    assertThat(bodies).hasSize(394).allMatch(body -> body.contains("\"event\":\"donation\""));
    assertThat(bodies).doesNotHaveDuplicates();
  }

  private static List<Message> receive(String queueUrl) {
    return sqs.receiveMessage(
            request -> request.queueUrl(queueUrl).maxNumberOfMessages(10).visibilityTimeout(600))
        .messages();
  }

  @Test
  void run_queueElsewhereThanTheEndpoint_nothingIsSent() throws Exception {
    String queueUrl = sqs.createQueue(request -> request.queueName("elsewhere")).queueUrl();
    URI elsewhere = URI.create("http://127.0.0.1:9");

    Ran ran = run(queueUrl, "--endpoint-url", elsewhere.toString());

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("target 'queue': ").contains("nothing was sent");
    assertThat(receive(queueUrl)).isEmpty();
  }
}
