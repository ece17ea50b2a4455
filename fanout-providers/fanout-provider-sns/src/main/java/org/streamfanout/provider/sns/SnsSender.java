package org.streamfanout.provider.sns;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.aws.FifoGroup;
import org.streamfanout.aws.TextBody;
import org.streamfanout.aws.TextSize;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;

/** Sends to one topic, a PublishBatch for each batch. Thread-safe. */
final class SnsSender implements TargetSender {
  private static final String SERVICE = "SNS";

  private final TargetConfig target;
  private final String region;
  private final ProviderContext context;

  SnsSender(TargetConfig target, String region, ProviderContext context) {
    this.target = target;
    this.region = region;
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private SnsClient client() {
    AwsAccess access = AwsAccess.of(target, region);
    return AwsClients.of(context).client(SnsClient.class, SnsClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<PublishBatchRequestEntry> entries = new ArrayList<>(messages.size());
    for (int index = 0; index < messages.size(); index++) {
      Message message = messages.get(index);
      Optional<String> text = TextBody.of(message.body());
      if (text.isEmpty()) {
        outcomes.refuse(index, TextBody.NOT_TEXT);
      } else if (text.get().isEmpty()) {
        outcomes.refuse(index, TextBody.EMPTY);
      } else {
        entries.add(entry(Integer.toString(index), message, text.get()));
      }
    }
    if (entries.isEmpty()) {
      return outcomes.toList();
    }
    try {
      PublishBatchResponse response =
          client()
              .publishBatch(
                  request ->
                      request
                          .topicArn(target.destination())
                          .publishBatchRequestEntries(entries)
                          .overrideConfiguration(AwsCalls.until(deadline)));
      response.successful().forEach(entry -> outcomes.accept(entry.id()));
      response
          .failed()
          .forEach(
              entry ->
                  outcomes.refuse(
                      entry.id(),
                      AwsFailures.entry(
                          SERVICE,
                          entry.code(),
                          entry.message(),
                          Boolean.TRUE.equals(entry.senderFault()))));
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  private PublishBatchRequestEntry entry(String id, Message message, String text) {
    PublishBatchRequestEntry.Builder entry =
        PublishBatchRequestEntry.builder().id(id).message(text);
    if (!message.attributes().isEmpty()) {
      entry.messageAttributes(attributes(message.attributes()));
    }
    if (target.destination().endsWith(".fifo")) {
      entry.messageGroupId(FifoGroup.of(message.key())).messageDeduplicationId(message.id());
    }
    return entry.build();
  }

  private static Map<String, MessageAttributeValue> attributes(Map<String, String> attributes) {
    return attributes.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                attribute ->
                    MessageAttributeValue.builder()
                        .dataType(TextSize.ATTRIBUTE_TYPE)
                        .stringValue(attribute.getValue())
                        .build()));
  }

  /** The body's bytes, and each attribute's name, type and value; ids are not counted by SNS. */
  @Override
  public long sizeInBytes(Message message) {
    return TextSize.of(message);
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "topic " + target.destination();
    try {
      client()
          .getTopicAttributes(
              request ->
                  request
                      .topicArn(target.destination())
                      .overrideConfiguration(AwsCalls.until(deadline)));
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
