package org.streamfanout.provider.sns;

import java.util.List;
import java.util.Map;
import org.streamfanout.aws.AskedLimits;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
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
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;

/** Sends to one topic, a PublishBatch for each batch. Thread-safe. */
final class SnsSender implements TargetSender {
  private static final String SERVICE = "SNS";

  private final TargetConfig target;
  private final AwsAccess access;
  private final ProviderContext context;
  private final TextEntries entries;
  private final AskedLimits limits;

  SnsSender(TargetConfig target, AwsAccess access, ProviderContext context) {
    this.target = target;
    this.access = access;
    this.context = context;
    this.entries = new TextEntries(target);
    this.limits = new AskedLimits(target.destination(), SnsTargetProvider.LIMITS, context.clock());
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private SnsClient client() {
    return AwsClients.of(context).client(SnsClient.class, SnsClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, batch.messages().size());
    List<PublishBatchRequestEntry> sent =
        entries.of(batch.messages(), outcomes).stream().map(SnsSender::entry).toList();
    if (sent.isEmpty()) {
      return outcomes.toList();
    }
    try {
      PublishBatchResponse response =
          client()
              .publishBatch(
                  request ->
                      request
                          .topicArn(target.destination())
                          .publishBatchRequestEntries(sent)
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

  private static PublishBatchRequestEntry entry(TextEntries.Entry entry) {
    return PublishBatchRequestEntry.builder()
        .id(entry.id())
        .message(entry.text())
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
        () -> SnsTargetProvider.limits(attributes(deadline).get("MaximumMessageSize")));
  }

  private Map<String, String> attributes(Deadline deadline) {
    return client()
        .getTopicAttributes(
            request ->
                request
                    .topicArn(target.destination())
                    .overrideConfiguration(AwsCalls.until(deadline)))
        .attributes();
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "topic " + target.destination();
    try {
      attributes(deadline);
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
