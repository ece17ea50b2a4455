package org.streamfanout.provider.firehose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TableChange;
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

  private static final Failure NO_NEW_IMAGE =
      Failure.rejected(
          "NoNewImage",
          "the table's stream leaves new images out; set its view type to NEW_IMAGE or"
              + " NEW_AND_OLD_IMAGES");

  private final TargetConfig target;
  private final String stream;
  private final AwsAccess access;
  private final ProviderContext context;
  private final @Nullable Flattening flattening;

  FirehoseSender(TargetConfig target, String stream, AwsAccess access, ProviderContext context) {
    this.target = target;
    this.stream = stream;
    this.access = access;
    this.context = context;
    this.flattening = Flattening.of(target);
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private FirehoseClient client() {
    return AwsClients.of(context).client(FirehoseClient.class, FirehoseClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<Record> records = new ArrayList<>(messages.size());
    List<Integer> sent = new ArrayList<>(messages.size());
    for (int index = 0; index < messages.size(); index++) {
      Bytes data = data(messages.get(index));
      if (data == null) {
        outcomes.refuse(index, NO_NEW_IMAGE);
      } else {
        records.add(Record.builder().data(SdkBytes.fromByteBuffer(data.asByteBuffer())).build());
        sent.add(index);
      }
    }
    if (records.isEmpty()) {
      return outcomes.toList();
    }
    try {
      PutRecordBatchRequest request =
          PutRecordBatchRequest.builder()
              .deliveryStreamName(stream)
              .records(records)
              .overrideConfiguration(AwsCalls.until(deadline))
              .build();
      PutRecordBatchResponse response = client().putRecordBatch(request);
      outcomes.answerByPlace(
          sent,
          response.requestResponses().stream().map(FirehoseSender::answered).toList(),
          response.failedPutCount());
    } catch (ServiceUnavailableException overLimit) {
      Failure failure = overLimit(AwsFailures.classify(overLimit));
      sent.forEach(index -> outcomes.refuse(index, failure));
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  /** Returns what is sent of a message; null if its change lacks the image to flatten. */
  private @Nullable Bytes data(Message message) {
    TableChange change = change(message);
    if (flattening == null || change == null) {
      return message.body();
    }
    Map<String, AttributeValue> image = Flattening.image(change);
    return image == null ? null : flattening.line(image);
  }

  /** Null as well once a transform has replaced what the change was converted to. */
  private static @Nullable TableChange change(Message message) {
    return message.records().get(0).change();
  }

  private static EntryOutcomes.Answered answered(PutRecordBatchResponseEntry result) {
    String code = result.errorCode();
    if (code == null) {
      return new EntryOutcomes.Answered(result.recordId(), null);
    }
    Failure failure = AwsFailures.entry(SERVICE, code, result.errorMessage());
    return new EntryOutcomes.Answered(
        result.recordId(), code.startsWith("ServiceUnavailable") ? overLimit(failure) : failure);
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
    TableChange change = change(message);
    if (flattening == null || change == null) {
      return message.bodyLength();
    }
    Map<String, AttributeValue> image = Flattening.image(change);
    return image == null ? 0 : flattening.length(image);
  }

  @Override
  public boolean wants(FanoutRecord record) {
    return flattening == null || flattening.wants(record);
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
                  .deliveryStreamName(stream)
                  .overrideConfiguration(AwsCalls.until(deadline))
                  .build());
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
