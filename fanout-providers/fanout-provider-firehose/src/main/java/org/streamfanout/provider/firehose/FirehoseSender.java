package org.streamfanout.provider.firehose;

import java.util.ArrayList;
import java.util.List;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.firehose.model.DescribeDeliveryStreamRequest;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchRequest;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchResponse;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchResponseEntry;
import software.amazon.awssdk.services.firehose.model.Record;
import software.amazon.awssdk.services.firehose.model.ServiceUnavailableException;

/** Sends to one Firehose stream, a PutRecordBatch for each batch. Thread-safe. */
final class FirehoseSender implements TargetSender {
  private static final String SERVICE = "Firehose";

  private final TargetConfig target;
  private final AwsDestinations.Named stream;
  private final ProviderContext context;

  FirehoseSender(TargetConfig target, AwsDestinations.Named stream, ProviderContext context) {
    this.target = target;
    this.stream = stream;
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private FirehoseClient client() {
    return AwsClients.of(context)
        .client(
            FirehoseClient.class, FirehoseClient::builder, AwsAccess.of(target, stream.region()));
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<Record> records = new ArrayList<>(messages.size());
    for (Message message : messages) {
      records.add(
          Record.builder().data(SdkBytes.fromByteBuffer(message.body().asByteBuffer())).build());
    }
    try {
      PutRecordBatchRequest request =
          PutRecordBatchRequest.builder()
              .deliveryStreamName(stream.name())
              .records(records)
              .overrideConfiguration(AwsCalls.until(deadline))
              .build();
      answered(client().putRecordBatch(request), outcomes, messages.size());
    } catch (ServiceUnavailableException overLimit) {
      Failure failure = overLimit(AwsFailures.classify(overLimit));
      for (int index = 0; index < messages.size(); index++) {
        outcomes.refuse(index, failure);
      }
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  /**
   * Entries are told apart by their place alone, so an answer of another length says nothing about
   * any of them; nor does a count of failures that the entries do not show.
   */
  private static void answered(
      PutRecordBatchResponse response, EntryOutcomes outcomes, int messages) {
    List<PutRecordBatchResponseEntry> results = response.requestResponses();
    if (results.size() != messages) {
      return;
    }
    long refused = results.stream().filter(result -> result.errorCode() != null).count();
    Integer counted = response.failedPutCount();
    boolean areTrusted = counted == null || counted <= refused;
    for (int index = 0; index < results.size(); index++) {
      PutRecordBatchResponseEntry result = results.get(index);
      if (result.errorCode() != null) {
        Failure failure = AwsFailures.entry(SERVICE, result.errorCode(), result.errorMessage());
        outcomes.refuse(
            index,
            result.errorCode().startsWith("ServiceUnavailable") ? overLimit(failure) : failure);
      } else if (areTrusted && result.recordId() != null) {
        outcomes.accept(index);
      }
    }
  }

  /**
   * Firehose says ServiceUnavailable when the stream's throughput is exceeded, as <a
   * href="https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html">
   * PutRecordBatch</a> explains (as known 2026-11).
   */
  private static Failure overLimit(Failure failure) {
    Failure throttled = Failure.throttled(failure.code(), failure.detail());
    return failure.retryAfter() == null
        ? throttled
        : throttled.withRetryAfter(failure.retryAfter());
  }

  /** The data, before its encoding in the request. */
  @Override
  public long sizeInBytes(Message message) {
    return message.bodyLength();
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "stream " + target.destination();
    try {
      client()
          .describeDeliveryStream(
              DescribeDeliveryStreamRequest.builder()
                  .deliveryStreamName(stream.name())
                  .overrideConfiguration(AwsCalls.until(deadline))
                  .build());
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
