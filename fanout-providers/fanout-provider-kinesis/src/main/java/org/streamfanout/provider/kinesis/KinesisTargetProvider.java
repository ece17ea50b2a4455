package org.streamfanout.provider.kinesis;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.Named;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Delivers to Kinesis data streams. Thread-safe. */
public final class KinesisTargetProvider implements TargetProvider {
  /**
   * 500 records and 10 MiB a call, 1 MiB a record with its partition key counted. See <a
   * href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords
   * </a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(500, 10_485_760, 1_048_576);

  /**
   * What a stream can be set to, in KiB, as <a
   * href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html">
   * UpdateMaxRecordSize</a> says (checked 2026-11).
   */
  private static final int LEAST_KIB = 1_024;

  private static final int MOST_KIB = 10_240;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
  private static final String SYNTAX =
      "<name> or arn:<partition>:kinesis:<region>:<account>:stream/<name>";

  /** Makes the provider. */
  public KinesisTargetProvider() {}

  @Override
  public String type() {
    return "kinesis";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder("A Kinesis data stream, in this account or, by ARN, in another."))
        .destination(SYNTAX)
        .example("arn:aws:kinesis:eu-west-1:123456789012:stream/orders")
        .ordering(
            "Kinesis promises no order within one call, so KEY sends one record of a key a call,"
                + " and SHARD one record a call. Each record keeps its partition key (its SHA-256"
                + " where it is empty or longer than 256 characters) and its explicit hash key.")
        .duplicates("A record that is sent twice is in the stream twice.")
        .limits(
            "PutRecords: 500 records and 10 MiB; 1 MiB a record with its partition key"
                + " (docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html, as known"
                + " 2026-11). The stream's own MaxRecordSizeInKiB, 1 to 10 MiB"
                + " (API_UpdateMaxRecordSize.html there, checked 2026-11), is asked for every five"
                + " minutes. A stream that does not tell keeps the figures above, and a refusal for"
                + " size lowers them.")
        .retried(
            "Throttling of the call or of single records, 5xx, timeouts, lost and refused"
                + " connections, expired credentials, records that fail by Kinesis's own fault, and"
                + " all records of an answer that does not fit the call. A call that is too large,"
                + " or of which one record is malformed, goes again in halves.")
        .rejected(
            "A tombstone, an explicit hash key that is no number below 2^128, a record that is too"
                + " large by itself. A denial, a missing stream, bad credentials and any trouble"
                + " with the stream's KMS key other than throttling stop the target.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).claimChecks(true).build();
  }

  /**
   * Returns the limits of a stream.
   *
   * @param maxRecordSizeInKib the stream's own; null if it does not tell
   */
  static @Nullable Limits limits(@Nullable Integer maxRecordSizeInKib) {
    if (maxRecordSizeInKib == null) {
      return null;
    }
    int kib = Math.max(LEAST_KIB, Math.min(MOST_KIB, maxRecordSizeInKib));
    return Limits.of(LIMITS.maxMessages(), LIMITS.maxBatchBytes(), kib * 1_024L);
  }

  private static Optional<Named> stream(TargetConfig target) {
    return AwsDestinations.nameOrArn(target.destination(), "kinesis", "stream/", NAME);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<Named> stream = stream(target);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, stream.map(Named::region).orElse(null), permissions(target), context);
    if (stream.isEmpty()) {
      problems.add(problem(target));
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static String problem(TargetConfig target) {
    return "destination '" + target.destination() + "' is not a stream; write " + SYNTAX;
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(
        target,
        stream(target).map(Named::arn).orElse(null),
        "kinesis:PutRecords",
        "kinesis:DescribeStreamSummary");
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    Named stream =
        stream(target).orElseThrow(() -> new InvalidTargetException(List.of(problem(target))));
    return new KinesisSender(
        target, stream, AwsAccess.of(target, stream.region(), permissions(target)), context);
  }
}
