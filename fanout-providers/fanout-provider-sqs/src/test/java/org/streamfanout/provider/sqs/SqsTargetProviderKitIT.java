package org.streamfanout.provider.sqs;

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
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** Against ElasticMQ in this JVM; the fault proxy in between fails as SQS does. */
class SqsTargetProviderKitIT extends TargetProviderKit {
  /** The longest that SQS has, in seconds. */
  private static final int INVISIBLE = 43_200;

  private static SqsServer server;
  private static SqsClient sqs;
  private static int queues;

  @BeforeAll
  static void startServer() {
    server = SqsServer.start();
    sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
  }

  @AfterAll
  static void stopServer() {
    sqs.close();
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new SqsTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Queue("queue-" + queues++);
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "sqs", "https://evil.example/1/q")
                .role("r")
                .externalId("x")
                .region("y")
                .options(Map.of("attributes", "some", "sessionPolicy", "all"))
                .build(),
            List.of(
                "evil.example",
                "role 'r'",
                "externalId",
                "region 'y'",
                "'attributes'",
                "'sessionPolicy'")),
        new InvalidTarget(
            TargetConfig.builder(
                    Records.KINESIS, "t", "sqs", "arn:aws:sqs:eu-west-1:000000000000:q")
                .region("us-east-1")
                .options(Map.of("sessionPolicy", "target"))
                .build(),
            List.of("'us-east-1'", "needs a role")));
  }

  private static final class Queue extends AwsDestination {
    private final String name;
    private final String url;
    private final List<Bytes> arrived = new ArrayList<>();

    Queue(String name) {
      super(server.endpoint(), "SendMessageBatch");
      this.name = name;
      this.url = sqs.createQueue(request -> request.queueName(name)).queueUrl();
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(
              Records.KINESIS, "kit", "sqs", "arn:aws:sqs:us-east-1:000000000000:" + name)
          .build();
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
              request -> request.queueUrl(url).maxNumberOfMessages(10).visibilityTimeout(INVISIBLE))
          .messages();
    }

    @Override
    public void close() {
      super.close();
      sqs.deleteQueue(request -> request.queueUrl(url));
    }
  }
}
