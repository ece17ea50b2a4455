package org.streamfanout.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.provider.sqs.SqsTargetProvider;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.ServerFaults;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** A FIFO queue, in a server that forgets it when it is killed. */
final class BreakableSqs implements BreakableDestination {
  private final SqsServer server = SqsServer.startBreakable();
  private final TcpProxy proxy = TcpProxy.to(server.endpoint().getPort());
  private final SqsClient sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());

  @Override
  public ServerFaults faults() {
    return server.faults();
  }

  @Override
  public TcpProxy proxy() {
    return proxy;
  }

  @Override
  public TargetProvider provider() {
    return new SqsTargetProvider();
  }

  @Override
  public void prepare(String run) {
    sqs.createQueue(
        request ->
            request
                .queueName(run + ".fifo")
                .attributes(
                    Map.of(
                        QueueAttributeName.FIFO_QUEUE, "true",
                        QueueAttributeName.VISIBILITY_TIMEOUT, "600")));
  }

  @Override
  public TargetConfig.Builder target(String run, boolean behindProxy) {
    return BreakableDestination.row("sqs", "arn:aws:sqs:us-east-1:000000000000:" + run + ".fifo")
        .collapse(Collapse.NONE);
  }

  @Override
  public Map<String, String> settings(boolean behindProxy) {
    int port = behindProxy ? proxy.port() : server.endpoint().getPort();
    return Map.of(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:" + port);
  }

  @Override
  public Map<String, List<Integer>> read(String run) {
    String url = sqs.getQueueUrl(request -> request.queueName(run + ".fifo")).queueUrl();
    Map<String, List<Integer>> numbers = new LinkedHashMap<>();
    while (true) {
      List<Message> messages =
          sqs.receiveMessage(
                  request ->
                      request
                          .queueUrl(url)
                          .maxNumberOfMessages(10)
                          .messageSystemAttributeNames(MessageSystemAttributeName.MESSAGE_GROUP_ID))
              .messages();
      if (messages.isEmpty()) {
        return numbers;
      }
      for (Message message : messages) {
        String group = message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID);
        numbers
            .computeIfAbsent(group, key -> new ArrayList<>())
            .add(BreakableRun.number(message.body()));
        sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
      }
    }
  }

  @Override
  public boolean remembers() {
    return false;
  }

  /** The queue drops them, by the message's id. */
  @Override
  public boolean showsCopies() {
    return false;
  }

  @Override
  public void close() {
    sqs.close();
    proxy.close();
    server.close();
  }
}
