package org.streamfanout.provider.firehose;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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

/** Delivers to Amazon Data Firehose streams. Thread-safe. */
public final class FirehoseTargetProvider implements TargetProvider {
  /**
   * 500 records and 4 MiB a call, 1,000 KiB a record before base64. See <a
   * href="https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html">
   * PutRecordBatch</a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(500, 4_194_304, 1_024_000);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final String SYNTAX =
      "<name> or arn:<partition>:firehose:<region>:<account>:deliverystream/<name>";

  /** Makes the provider. */
  public FirehoseTargetProvider() {}

  @Override
  public String type() {
    return "firehose";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder("An Amazon Data Firehose stream that takes direct puts."))
        .destination(SYNTAX)
        .example("arn:aws:firehose:eu-west-1:123456789012:deliverystream/orders")
        .ordering(
            "Firehose keeps no order of its own; KEY, BATCH and SHARD order the sends only. Set"
                + " appendNewlines for records that end up in one S3 object.")
        .duplicates("A record that is sent twice is delivered twice.")
        .limits(
            "PutRecordBatch: 500 records and 4 MiB; 1,000 KiB a record before base64"
                + " (docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html, as"
                + " known 2026-11). A stream has no size of its own to ask for; a refusal for size"
                + " lowers the figure.")
        .retried(
            "Throttling of the call or of single records, ServiceUnavailable being such; other 5xx,"
                + " timeouts, lost and refused connections, expired credentials, records that fail"
                + " by Firehose's own fault, and all records of an answer that does not fit the"
                + " call. A call that is too large, or of which one record is malformed, goes again"
                + " in halves.")
        .rejected(
            "A tombstone, a record that is too large by itself, and where changes are flattened one"
                + " without a new image. A denial, a missing stream, bad credentials and any trouble"
                + " with the stream's KMS key other than throttling stop the target.")
        .option(
            Flattening.FLATTEN,
            "some of S,N,B",
            "none",
            "For DynamoDB streams: each change is sent as one line of JSON with the top-level"
                + " attributes of these types of the new image, all as strings, B in base64; other"
                + " attributes are left out. Filters see the change as without this option; what a"
                + " transform returns is sent as it is; convertDDB, appendNewlines and wholeChange"
                + " do not change what is sent.")
        .option(
            Flattening.REMOVES,
            "drop, keep",
            "drop",
            "With flatten: drop counts removals as filtered; keep sends the old image, or the keys"
                + " where the stream leaves it out.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .wholeRecord(target.options().containsKey(Flattening.FLATTEN))
        .build();
  }

  private static Optional<Named> stream(TargetConfig target) {
    return AwsDestinations.nameOrArn(target.destination(), "firehose", "deliverystream/", NAME);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<Named> stream = stream(target);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, stream.map(Named::region).orElse(null), permissions(target), context);
    problems.addAll(Flattening.problems(target));
    if (stream.isEmpty()) {
      problems.add(problem(target));
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static String problem(TargetConfig target) {
    return "destination '" + target.destination() + "' is not a Firehose stream; write " + SYNTAX;
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(
        target,
        stream(target).map(Named::arn).orElse(null),
        "firehose:PutRecordBatch",
        "firehose:DescribeDeliveryStream");
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    Named stream =
        stream(target).orElseThrow(() -> new InvalidTargetException(List.of(problem(target))));
    return new FirehoseSender(
        target, stream.name(), AwsAccess.of(target, stream.region(), permissions(target)), context);
  }
}
