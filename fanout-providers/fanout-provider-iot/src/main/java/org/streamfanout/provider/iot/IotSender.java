package org.streamfanout.provider.iot;

import java.util.List;
import java.util.Optional;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;
import software.amazon.awssdk.services.iotdataplane.model.MethodNotAllowedException;

/** Publishes one message a call. Thread-safe. */
final class IotSender implements TargetSender {
  private static final Failure NO_TOPIC =
      Failure.rejected(
          "KeyIsNoTopic",
          "the record's key makes no topic that option 'topicPattern' allows; a key with / + # or $"
              + " never does");

  /** Codes that elsewhere tell of a configuration; here only topic and payload can be meant. */
  private static final Failure REFUSED =
      Failure.rejected("InvalidRequest", "IoT cannot publish this payload to this topic");

  private final AwsAccess access;
  private final Topic topic;
  private final int qos;
  private final ProviderContext context;

  IotSender(AwsAccess access, Topic topic, int qos, ProviderContext context) {
    this.access = access;
    this.topic = topic;
    this.qos = qos;
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private IotDataPlaneClient client() {
    return AwsClients.of(context)
        .client(IotDataPlaneClient.class, IotDataPlaneClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    Message message = batch.messages().get(0);
    Optional<String> name = topic.forKey(message.key());
    if (name.isEmpty()) {
      return List.of(Outcome.failed(NO_TOPIC));
    }
    try {
      client()
          .publish(
              request ->
                  request
                      .topic(name.get())
                      .qos(qos)
                      .payload(SdkBytes.fromByteBuffer(message.body().asByteBuffer()))
                      .overrideConfiguration(AwsCalls.until(deadline)));
      return List.of(Outcome.accepted());
    } catch (InvalidRequestException | MethodNotAllowedException refusal) {
      return List.of(Outcome.failed(REFUSED));
    } catch (SdkException error) {
      return List.of(Outcome.failed(AwsFailures.classify(error)));
    }
  }

  /** The payload; the topic has a limit of its own. */
  @Override
  public long sizeInBytes(Message message) {
    return message.bodyLength();
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }
}
