package org.streamfanout.provider.firehose;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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
    return Description.builder("An Amazon Data Firehose stream that takes direct puts.")
        .destination(SYNTAX)
        .example("arn:aws:firehose:eu-west-1:123456789012:deliverystream/orders")
        .ordering(
            "Firehose keeps no order of its own; KEY, BATCH and SHARD order the sends only. Set"
                + " appendNewlines for records that end up in one S3 object.")
        .duplicates("A record that is sent twice is delivered twice.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).build();
  }

  private static Optional<Named> stream(TargetConfig target) {
    return AwsDestinations.nameOrArn(target.destination(), "firehose", "deliverystream/", NAME);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<Named> stream = stream(target);
    List<String> problems =
        AwsDestinations.accessProblems(target, stream.map(Named::region).orElse(null), context);
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
    return new FirehoseSender(target, stream, context);
  }
}
