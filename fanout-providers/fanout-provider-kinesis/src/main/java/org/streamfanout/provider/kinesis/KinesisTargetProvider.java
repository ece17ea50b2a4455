package org.streamfanout.provider.kinesis;

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

/** Delivers to Kinesis data streams. Thread-safe. */
public final class KinesisTargetProvider implements TargetProvider {
  /**
   * 500 records and 10 MiB a call, 1 MiB a record with its partition key counted; a stream can be
   * set to take records of up to 10 MiB. See <a
   * href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords
   * </a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(500, 10_485_760, 1_048_576);

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
    return Description.builder("A Kinesis data stream, in this account or, by ARN, in another.")
        .destination(SYNTAX)
        .example("arn:aws:kinesis:eu-west-1:123456789012:stream/orders")
        .ordering(
            "Kinesis promises no order within one call, so KEY sends one record of a key a call,"
                + " and SHARD one record a call. Each record keeps its partition key (its SHA-256"
                + " where it is empty or longer than 256 characters) and its explicit hash key.")
        .duplicates("A record that is sent twice is in the stream twice.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).build();
  }

  private static Optional<Named> stream(TargetConfig target) {
    return AwsDestinations.nameOrArn(target.destination(), "kinesis", "stream/", NAME);
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
    return new KinesisSender(target, stream, context);
  }
}
