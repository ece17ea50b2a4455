package org.streamfanout.provider.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Fault;
import org.streamfanout.testkit.FaultProxy;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.ProxiedCall;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Against ElasticMQ, with the fault proxy in between. */
class SqsSenderIT {
  private static SqsServer server;
  private static SqsClient sqs;

  private final SqsTargetProvider provider = new SqsTargetProvider();
  private FaultProxy proxy;
  private TestContext context;

  @BeforeAll
  static void startServer() {
    server = SqsServer.start();
    sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
    sqs.createQueue(request -> request.queueName("orders"));
    sqs.createQueue(
        request ->
            request
                .queueName("orders.fifo")
                .attributes(Map.of(QueueAttributeName.FIFO_QUEUE, "true")));
  }

  @AfterAll
  static void stopServer() {
    sqs.close();
    server.close();
  }

  @BeforeEach
  void startProxy() {
    proxy = FaultProxy.to(server.endpoint());
    context = new TestContext().set(ProviderContext.ENDPOINT_URL, proxy.endpoint().toString());
  }

  @AfterEach
  void stopProxy() {
    context.close();
    proxy.close();
    receive("orders");
    receive("orders.fifo");
  }

  @Test
  void send_standardQueue_deliversEveryMessage() throws Exception {
    Batch batch = Messages.batchOf("k", "a", "ü 中 \uD83D\uDE00", "{\"c\":1}");

    assertThat(send("orders", batch)).hasSize(3).containsOnly(Outcome.accepted());

    assertThat(receive("orders")).containsExactlyInAnyOrder("a", "ü 中 \uD83D\uDE00", "{\"c\":1}");
  }

  @Test
  void send_fifoQueue_keepsOrderAndDropsWhatItHas() throws Exception {
    Batch batch = Messages.batchOf("one key with spaces", "0", "1", "2", "3", "4");
    proxy.next(Fault.applyThenReset());

    assertThat(kinds(send("orders.fifo", batch))).containsOnly(Kind.RETRYABLE);
    assertThat(send("orders.fifo", batch)).containsOnly(Outcome.accepted());

    assertThat(receive("orders.fifo")).containsExactly("0", "1", "2", "3", "4");
  }

  @Test
  void send_theServerRefusesOneEntry_theOthersAreTaken() throws Exception {
    Batch bare = Messages.batchOf("k", "well", "ill");
    FanoutRecord ill = bare.messages().get(1).records().get(0);
    Batch batch =
        Messages.batch(
            List.of(
                bare.messages().get(0),
                org.streamfanout.spi.Message.builder("ill", List.of(ill))
                    .attributes(Map.of("empty", ""))
                    .build()));

    List<Outcome> outcomes = send("orders", batch);

    assertThat(kinds(outcomes)).containsExactly(null, Kind.REJECTED);
    assertThat(receive("orders")).containsExactly("well");
  }

  @Test
  void send_callThatTheServerRefusesForItsSize_isToBeHalved() throws Exception {
    String large = "x".repeat((1 << 20) + 1);

    List<Outcome> outcomes = send("orders", Messages.batchOf("k", "small", large));

    assertThat(kinds(outcomes)).containsExactly(Kind.TOO_LARGE, Kind.TOO_LARGE);
    assertThat(receive("orders")).isEmpty();
  }

  @Test
  void send_bodiesThatSqsCannotHold_areRejectedAndTheOthersTaken() throws Exception {
    Batch batch = Messages.batchOf("k", "ok", "nul \u0000", "");

    List<Outcome> outcomes = send("orders", batch);

    assertThat(kinds(outcomes)).containsExactly(null, Kind.REJECTED, Kind.REJECTED);
    assertThat(receive("orders")).containsExactly("ok");
    assertThat(proxy.calls())
        .containsExactly(new ProxiedCall("SendMessageBatch", 1, List.of(0), true));
  }

  @Test
  void send_missingQueue_isFatal() throws Exception {
    assertThat(kinds(send("nowhere", Messages.batchOf("k", "a")))).containsExactly(Kind.FATAL);
  }

  @Test
  void check_queues_saysWhichIsThere() throws Exception {
    assertThat(check("orders")).isEqualTo(Finding.Severity.OK);
    assertThat(check("nowhere")).isEqualTo(Finding.Severity.ERROR);
  }

  private Finding.Severity check(String queue) {
    try (TargetSender sender = open(queue)) {
      return sender.check(Deadline.after(Duration.ofSeconds(30))).get(0).severity();
    }
  }

  private List<Outcome> send(String queue, Batch batch) throws Exception {
    return send(queue, batch, Deadline.after(Duration.ofSeconds(30)));
  }

  private List<Outcome> send(String queue, Batch batch, Deadline deadline) throws Exception {
    try (TargetSender sender = open(queue)) {
      return sender.send(batch, deadline);
    }
  }

  private TargetSender open(String queue) {
    TargetConfig target =
        TargetConfig.builder(
                Records.KINESIS, "t", "sqs", "arn:aws:sqs:us-east-1:000000000000:" + queue)
            .build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Kind> kinds(List<Outcome> outcomes) {
    List<Kind> kinds = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      kinds.add(outcome instanceof Outcome.Failed failed ? failed.failure().kind() : null);
    }
    return kinds;
  }

  private static List<String> receive(String queue) {
    String url = sqs.getQueueUrl(request -> request.queueName(queue)).queueUrl();
    List<String> bodies = new ArrayList<>();
    while (true) {
      List<Message> messages =
          sqs.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(10)).messages();
      if (messages.isEmpty()) {
        return bodies;
      }
      for (Message message : messages) {
        bodies.add(message.body());
        sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
      }
    }
  }

  @Test
  void send_withAttributes_areReadBack() throws Exception {
    TargetConfig target =
        TargetConfig.builder(
                Records.KINESIS, "t", "sqs", "arn:aws:sqs:us-east-1:000000000000:orders")
            .options(Map.of("attributes", "true"))
            .build();
    FanoutRecord record = Records.kinesis(3, "k-\u00fc", "body");
    String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Batch traced =
        Messages.batch(
            List.of(
                org.streamfanout.spi.Message.builder("m", List.of(record))
                    .attributes(Map.of("traceparent", traceparent))
                    .build()));
    try (TargetSender sender = provider.open(target, context)) {
      assertThat(sender.send(traced, Deadline.after(Duration.ofSeconds(30))))
          .containsExactly(Outcome.accepted());
    }

    String url = sqs.getQueueUrl(request -> request.queueName("orders")).queueUrl();
    Message message =
        sqs.receiveMessage(request -> request.queueUrl(url).messageAttributeNames("All"))
            .messages()
            .get(0);
    assertThat(message.messageAttributes()).hasSize(5);
    assertThat(message.messageAttributes().get("traceparent").stringValue()).isEqualTo(traceparent);
    assertThat(message.messageAttributes().get("source").stringValue())
        .isEqualTo(Records.KINESIS.id());
    assertThat(message.messageAttributes().get("shard").stringValue()).isEqualTo(Records.SHARD);
    assertThat(message.messageAttributes().get("sequence").stringValue())
        .isEqualTo(record.sequenceNumber());
    assertThat(message.messageAttributes().get("key").stringValue()).isEqualTo("k-\u00fc");
    sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
  }
}
