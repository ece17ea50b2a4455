package org.streamfanout.provider.sns;

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
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.SnsServer;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Against fauxqs, whose topics deliver to its queues, with the fault proxy in between. */
class SnsSenderIT {
  private static SnsServer server;
  private static SnsClient sns;
  private static SqsClient sqs;
  private static String topic;
  private static String fifoTopic;

  private final SnsTargetProvider provider = new SnsTargetProvider();
  private FaultProxy proxy;
  private TestContext context;

  @BeforeAll
  static void startServer() {
    server = SnsServer.start();
    sns = AwsTestClients.client(SnsClient.builder(), server.endpoint());
    sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
    topic = topicWithQueue("orders", Map.of(), Map.of());
    fifoTopic =
        topicWithQueue(
            "orders.fifo",
            Map.of("FifoTopic", "true"),
            Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
  }

  private static String topicWithQueue(
      String name,
      Map<String, String> topicAttributes,
      Map<QueueAttributeName, String> queueAttributes) {
    String arn =
        sns.createTopic(request -> request.name(name).attributes(topicAttributes)).topicArn();
    String url =
        sqs.createQueue(request -> request.queueName(name).attributes(queueAttributes)).queueUrl();
    String queueArn =
        sqs.getQueueAttributes(
                request -> request.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN);
    sns.subscribe(
        request ->
            request
                .topicArn(arn)
                .protocol("sqs")
                .endpoint(queueArn)
                .attributes(Map.of("RawMessageDelivery", "true")));
    return arn;
  }

  @AfterAll
  static void stopServer() {
    sqs.close();
    sns.close();
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
  void send_standardTopic_deliversEveryMessage() throws Exception {
    Batch batch = Messages.batchOf("k", "a & b", "ü 中 \uD83D\uDE00", "{\"c\":\"<d>\"}");

    assertThat(send(topic, batch)).hasSize(3).containsOnly(Outcome.accepted());

    assertThat(receive("orders"))
        .containsExactlyInAnyOrder("a & b", "ü 中 \uD83D\uDE00", "{\"c\":\"<d>\"}");
  }

  @Test
  void send_fifoTopic_keepsOrderAndDropsWhatItHas() throws Exception {
    Batch batch = Messages.batchOf("one key with spaces", "0", "1", "2", "3", "4");
    proxy.next(Fault.applyThenReset());

    assertThat(kinds(send(fifoTopic, batch))).containsOnly(Kind.RETRYABLE);
    assertThat(send(fifoTopic, batch)).containsOnly(Outcome.accepted());

    assertThat(receive("orders.fifo")).containsExactly("0", "1", "2", "3", "4");
  }

  @Test
  void send_missingTopic_isFatal() throws Exception {
    String missing = topic.replace("orders", "nowhere");

    assertThat(kinds(send(missing, Messages.batchOf("k", "a")))).containsExactly(Kind.FATAL);
  }

  @Test
  void check_topics_saysWhichIsThere() {
    assertThat(check(topic)).isEqualTo(Finding.Severity.OK);
    assertThat(check(topic.replace("orders", "nowhere"))).isEqualTo(Finding.Severity.ERROR);
  }

  private Finding.Severity check(String arn) {
    try (TargetSender sender = open(arn)) {
      return sender.check(Deadline.after(Duration.ofSeconds(30))).get(0).severity();
    }
  }

  private List<Outcome> send(String arn, Batch batch) throws Exception {
    try (TargetSender sender = open(arn)) {
      return sender.send(batch, Deadline.after(Duration.ofSeconds(30)));
    }
  }

  private TargetSender open(String arn) {
    TargetConfig target = TargetConfig.builder(Records.KINESIS, "t", "sns", arn).build();
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
  void send_withAttributes_reachTheSubscriber() throws Exception {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "sns", topic)
            .options(Map.of("attributes", "true"))
            .build();
    FanoutRecord record = Records.kinesis(3, "k-\u00fc", "body");
    try (TargetSender sender = provider.open(target, context)) {
      assertThat(sender.send(Messages.batch(record), Deadline.after(Duration.ofSeconds(30))))
          .containsExactly(Outcome.accepted());
    }

    String url = sqs.getQueueUrl(request -> request.queueName("orders")).queueUrl();
    Message message =
        sqs.receiveMessage(request -> request.queueUrl(url).messageAttributeNames("All"))
            .messages()
            .get(0);
    assertThat(message.messageAttributes()).containsOnlyKeys("source", "shard", "sequence", "key");
    assertThat(message.messageAttributes().get("sequence").stringValue())
        .isEqualTo(record.sequenceNumber());
    assertThat(message.messageAttributes().get("key").stringValue()).isEqualTo("k-\u00fc");
    sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
  }
}
