package org.streamfanout.provider.sqs;

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
import org.streamfanout.aws.SqsQueue;
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
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** Sends to one queue, a SendMessageBatch for each batch. Thread-safe. */
final class SqsSender implements TargetSender {
  private static final String SERVICE = "SQS";

  private final TargetConfig target;
  private final SqsQueue queue;
  private final ProviderContext context;

  SqsSender(TargetConfig target, SqsQueue queue, ProviderContext context) {
    this.target = target;
    this.queue = queue;
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private SqsClient client() {
    AwsAccess access = AwsAccess.of(target, queue.region()).withEndpoint(queue.endpoint());
    return AwsClients.of(context).client(SqsClient.class, SqsClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<SendMessageBatchRequestEntry> entries = new ArrayList<>(messages.size());
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
      SendMessageBatchResponse response =
          client()
              .sendMessageBatch(
                  request ->
                      request
                          .queueUrl(queue.url())
                          .entries(entries)
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

  private SendMessageBatchRequestEntry entry(String id, Message message, String text) {
    SendMessageBatchRequestEntry.Builder entry =
        SendMessageBatchRequestEntry.builder().id(id).messageBody(text);
    if (!message.attributes().isEmpty()) {
      entry.messageAttributes(attributes(message.attributes()));
    }
    if (queue.isFifo()) {
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

  /** The body's bytes, and each attribute's name, type and value; ids are not counted by SQS. */
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
    String subject = "queue " + queue.url();
    try {
      client()
          .getQueueAttributes(
              request ->
                  request
                      .queueUrl(queue.url())
                      .attributeNames(QueueAttributeName.QUEUE_ARN)
                      .overrideConfiguration(AwsCalls.until(deadline)));
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
