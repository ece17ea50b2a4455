package org.streamfanout.provider.sqs;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AskedLimits;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.aws.SqsQueue;
import org.streamfanout.aws.TextEntries;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Limits;
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
  private final AwsAccess access;
  private final ProviderContext context;
  private final TextEntries entries;
  private final AskedLimits limits;

  SqsSender(TargetConfig target, SqsQueue queue, AwsAccess access, ProviderContext context) {
    this.target = target;
    this.queue = queue;
    this.access = access.withEndpoint(queue.endpoint());
    this.context = context;
    this.entries = new TextEntries(target);
    this.limits = new AskedLimits(queue.url(), SqsTargetProvider.LIMITS, context.clock());
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private SqsClient client() {
    return AwsClients.of(context).client(SqsClient.class, SqsClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, batch.messages().size());
    List<SendMessageBatchRequestEntry> sent =
        entries.of(batch.messages(), outcomes).stream().map(SqsSender::entry).toList();
    if (sent.isEmpty()) {
      return outcomes.toList();
    }
    try {
      SendMessageBatchResponse response =
          client()
              .sendMessageBatch(
                  request ->
                      request
                          .queueUrl(queue.url())
                          .entries(sent)
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

  private static SendMessageBatchRequestEntry entry(TextEntries.Entry entry) {
    return SendMessageBatchRequestEntry.builder()
        .id(entry.id())
        .messageBody(entry.text())
        .messageAttributes(
            entry.attributes(
                (type, value) ->
                    MessageAttributeValue.builder().dataType(type).stringValue(value).build()))
        .messageGroupId(entry.group())
        .messageDeduplicationId(entry.deduplicationId())
        .build();
  }

  @Override
  public long sizeInBytes(Message message) {
    return entries.sizeInBytes(message);
  }

  @Override
  public Limits limits(Deadline deadline) {
    return limits.get(
        () ->
            SqsTargetProvider.limits(attribute(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, deadline)));
  }

  private @Nullable String attribute(QueueAttributeName name, Deadline deadline) {
    return client()
        .getQueueAttributes(
            request ->
                request
                    .queueUrl(queue.url())
                    .attributeNames(name)
                    .overrideConfiguration(AwsCalls.until(deadline)))
        .attributes()
        .get(name);
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "queue " + queue.url();
    try {
      attribute(QueueAttributeName.QUEUE_ARN, deadline);
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
