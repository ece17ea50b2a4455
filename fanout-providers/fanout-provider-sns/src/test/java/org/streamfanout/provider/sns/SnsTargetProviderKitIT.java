package org.streamfanout.provider.sns;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.AwsDestination;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.SnsServer;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Against fauxqs, read back from a queue that a topic delivers to; the fault proxy in between fails
 * as SNS does.
 */
class SnsTargetProviderKitIT extends TargetProviderKit {
  /** The longest that SQS has, in seconds. */
  private static final int INVISIBLE = 43_200;

  private static SnsServer server;
  private static SnsClient sns;
  private static SqsClient sqs;
  private static int topics;

  @BeforeAll
  static void startServer() {
    server = SnsServer.start();
    sns = AwsTestClients.client(SnsClient.builder(), server.endpoint());
    sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
  }

  @AfterAll
  static void stopServer() {
    sqs.close();
    sns.close();
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new SnsTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Topic("topic-" + topics++);
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "sns", "orders")
                .role("r")
                .externalId("x")
                .region("y")
                .options(Map.of("attributes", "some", "sessionPolicy", "all"))
                .build(),
            List.of(
                "'orders'",
                "role 'r'",
                "externalId",
                "region 'y'",
                "'attributes'",
                "'sessionPolicy'")),
        new InvalidTarget(
            TargetConfig.builder(
                    Records.KINESIS, "t", "sns", "arn:aws:sns:eu-west-1:000000000000:t")
                .region("us-east-1")
                .options(Map.of("sessionPolicy", "target"))
                .build(),
            List.of("'us-east-1'", "needs a role")));
  }

  private static final class Topic extends AwsDestination {
    private final String arn;
    private final String queue;
    private final List<Bytes> arrived = new ArrayList<>();

    Topic(String name) {
      super(server.endpoint(), "PublishBatch");
      this.arn = sns.createTopic(request -> request.name(name)).topicArn();
      this.queue = sqs.createQueue(request -> request.queueName(name)).queueUrl();
      String queueArn =
          sqs.getQueueAttributes(
                  request -> request.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN))
              .attributes()
              .get(QueueAttributeName.QUEUE_ARN);
      sns.subscribe(
          request ->
              request
                  .topicArn(arn)
                  .protocol("sqs")
                  .endpoint(queueArn)
                  .attributes(Map.of("RawMessageDelivery", "true")));
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(Records.KINESIS, "kit", "sns", arn).build();
    }

    @Override
    public List<Bytes> arrived() {
      List<Message> page = receive();
      while (!page.isEmpty()) {
        page.forEach(message -> arrived.add(Bytes.utf8(message.body())));
        page = receive();
      }
      return List.copyOf(arrived);
    }

    /** What was received stays invisible, which is faster than to delete it. */
    private List<Message> receive() {
      return sqs.receiveMessage(
              request ->
                  request.queueUrl(queue).maxNumberOfMessages(10).visibilityTimeout(INVISIBLE))
          .messages();
    }

    @Override
    public void close() {
      super.close();
      sns.deleteTopic(request -> request.topicArn(arn));
      sqs.deleteQueue(request -> request.queueUrl(queue));
    }
  }
}
