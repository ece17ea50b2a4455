package org.streamfanout.provider.kinesis;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AskedLimits;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.aws.KeyDigest;
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
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/** Sends to one stream, a PutRecords for each batch. Thread-safe. */
final class KinesisSender implements TargetSender {
  private static final String SERVICE = "Kinesis";

  /**
   * In characters, as <a
   * href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html">
   * PutRecordsRequestEntry</a> says (as known 2026-11).
   */
  private static final int LONGEST_KEY = 256;

  /** A decimal number of 128 bits, as the same page says. */
  private static final Pattern HASH_KEY = Pattern.compile("0|[1-9]\\d{0,38}");

  private static final BigInteger HASH_KEYS = BigInteger.TWO.pow(128);

  private final TargetConfig target;
  private final @Nullable String streamArn;
  private final @Nullable String streamName;
  private final AwsAccess access;
  private final ProviderContext context;
  private final AskedLimits limits;

  KinesisSender(
      TargetConfig target,
      AwsDestinations.Named stream,
      AwsAccess access,
      ProviderContext context) {
    this.target = target;
    this.access = access;
    this.limits =
        new AskedLimits(target.destination(), KinesisTargetProvider.LIMITS, context.clock());
    this.streamArn = stream.arn() == null ? null : stream.arn().toString();
    this.streamName = stream.arn() == null ? stream.name() : null;
    this.context = context;
  }

  /** Looked up for each call: the first look-up of a region may do I/O, and opening must not. */
  private KinesisClient client() {
    return AwsClients.of(context).client(KinesisClient.class, KinesisClient::builder, access);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<PutRecordsRequestEntry> entries = new ArrayList<>(messages.size());
    List<Integer> sent = new ArrayList<>(messages.size());
    for (int index = 0; index < messages.size(); index++) {
      Message message = messages.get(index);
      String hashKey = message.records().get(0).explicitHashKey();
      if (hashKey != null && !isHashKey(hashKey)) {
        outcomes.refuse(
            index,
            Failure.rejected(
                "InvalidExplicitHashKey",
                "the explicit hash key is not a decimal number below 2^128"));
      } else {
        entries.add(entry(message, hashKey));
        sent.add(index);
      }
    }
    if (entries.isEmpty()) {
      return outcomes.toList();
    }
    try {
      PutRecordsRequest request =
          PutRecordsRequest.builder()
              .streamARN(streamArn)
              .streamName(streamName)
              .records(entries)
              .overrideConfiguration(AwsCalls.until(deadline))
              .build();
      PutRecordsResponse response = client().putRecords(request);
      outcomes.answerByPlace(
          sent,
          response.records().stream().map(KinesisSender::answered).toList(),
          response.failedRecordCount());
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  private static EntryOutcomes.Answered answered(PutRecordsResultEntry result) {
    return new EntryOutcomes.Answered(
        result.sequenceNumber(),
        result.errorCode() == null
            ? null
            : AwsFailures.entry(SERVICE, result.errorCode(), result.errorMessage()));
  }

  private static PutRecordsRequestEntry entry(Message message, @Nullable String hashKey) {
    // The SDK only reads the array, which a body never changes.
    return PutRecordsRequestEntry.builder()
        .partitionKey(partitionKey(message.key()))
        .explicitHashKey(hashKey)
        .data(SdkBytes.fromByteBuffer(message.body().asByteBuffer()))
        .build();
  }

  /**
   * A key that Kinesis does not take, being empty or too long, is replaced by its digest: records
   * of one key stay in one shard, in order.
   */
  private static String partitionKey(String key) {
    boolean isLegal = !key.isEmpty() && key.codePointCount(0, key.length()) <= LONGEST_KEY;
    return isLegal ? key : KeyDigest.of(key);
  }

  private static boolean isHashKey(String text) {
    return HASH_KEY.matcher(text).matches() && new BigInteger(text).compareTo(HASH_KEYS) < 0;
  }

  /** The data, before its encoding in the request, and the partition key in UTF-8. */
  @Override
  public long sizeInBytes(Message message) {
    return (long) message.bodyLength()
        + partitionKey(message.key()).getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public Limits limits(Deadline deadline) {
    return limits.get(
        () -> {
          StreamDescriptionSummary summary = summary(deadline);
          return summary == null
              ? null
              : KinesisTargetProvider.limits(summary.maxRecordSizeInKiB());
        });
  }

  private @Nullable StreamDescriptionSummary summary(Deadline deadline) {
    return client()
        .describeStreamSummary(
            DescribeStreamSummaryRequest.builder()
                .streamARN(streamArn)
                .streamName(streamName)
                .overrideConfiguration(AwsCalls.until(deadline))
                .build())
        .streamDescriptionSummary();
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "stream " + target.destination();
    try {
      summary(deadline);
      return List.of(AwsDestinations.finding(target.id(), subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(target.id(), subject, error));
    }
  }
}
