package org.streamfanout.admin;

import java.util.Optional;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** The consumers that read a Kinesis stream by enhanced fan-out. */
final class Consumers {
  private final AdminClients clients;
  private final Polling polling;

  /** A consumer as it was found. */
  record Found(String arn, ConsumerStatus status) {}

  Consumers(AdminClients clients, Polling polling) {
    this.clients = clients;
    this.polling = polling;
  }

  private KinesisClient kinesis() {
    return clients.client(KinesisClient.class, KinesisClient::builder);
  }

  /** Returns the consumer of a name, or nothing if there is none. */
  Optional<Found> find(String streamArn, String name) {
    return Ask.aws(
        "look up the consumer '"
            + name
            + "' of "
            + streamArn
            + " (--source-arn with the consumer's ARN needs no look-up)",
        "kinesis:DescribeStreamConsumer",
        () -> {
          try {
            var consumer =
                kinesis()
                    .describeStreamConsumer(
                        request -> request.streamARN(streamArn).consumerName(name))
                    .consumerDescription();
            return Optional.of(new Found(consumer.consumerARN(), consumer.consumerStatus()));
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  /** Registers a consumer unless there is one, and returns its ARN once it can be used. */
  String register(String streamArn, String name) {
    return polling
        .until(
            "the consumer '" + name + "' to be active",
            () -> {
              Optional<Found> found = find(streamArn, name);
              if (found.isEmpty()) {
                ask(streamArn, name);
              }
              return found;
            },
            found -> found.filter(each -> each.status() == ConsumerStatus.ACTIVE).isPresent())
        .orElseThrow()
        .arn();
  }

  private void ask(String streamArn, String name) {
    Ask.aws(
        "register the consumer '" + name + "' of " + streamArn,
        "kinesis:RegisterStreamConsumer",
        () -> {
          try {
            return kinesis()
                .registerStreamConsumer(request -> request.streamARN(streamArn).consumerName(name))
                .consumer()
                .consumerARN();
          } catch (ResourceInUseException e) {
            // Somebody registers it, or the stream changes: asked for again.
            return "";
          }
        });
  }
}
