package org.streamfanout.provider.sns;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Delivers to SNS topics, standard and FIFO. Thread-safe. */
public final class SnsTargetProvider implements TargetProvider {
  /**
   * 10 messages a call; 262,144 bytes for each and for all, attributes counted. Topics can be
   * raised to 1 MiB. See <a href="https://docs.aws.amazon.com/general/latest/gr/sns.html">the
   * quotas</a> and <a
   * href="https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html">PublishBatch</a>, as
   * known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(10, 262_144, 262_144);

  private static final String SYNTAX = "arn:<partition>:sns:<region>:<account>:<name>";

  /** Names are up to 256 characters, the suffix of a FIFO topic included. */
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]{1,251}\\.fifo|[A-Za-z0-9_-]{1,256}");

  /** Makes the provider. */
  public SnsTargetProvider() {}

  @Override
  public String type() {
    return "sns";
  }

  @Override
  public Description describe() {
    return Description.builder("An SNS topic, standard or FIFO, in this account or another.")
        .destination(SYNTAX)
        .example("arn:aws:sns:eu-west-1:123456789012:orders")
        .ordering(
            "FIFO topics keep the order of a key: the message group is the key, or its SHA-256"
                + " where it is no legal group id. Standard topics keep none by themselves; KEY,"
                + " BATCH and SHARD order the sends only.")
        .duplicates(
            "FIFO topics drop a message sent twice within five minutes, by the message's id."
                + " Standard topics deliver it twice.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .bodyFormat(BodyFormat.TEXT)
        .collapses(EnumSet.allOf(Collapse.class), Collapse.JSON)
        .fifo(target.destination().endsWith(".fifo"))
        .build();
  }

  private static Optional<AwsDestinations.Named> topic(TargetConfig target) {
    return AwsDestinations.arn(target.destination(), "sns", "", NAME);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<AwsDestinations.Named> topic = topic(target);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, topic.map(AwsDestinations.Named::region).orElse(null), context);
    if (topic.isEmpty()) {
      problems.add(
          "destination '" + target.destination() + "' is not a topic's ARN; write " + SYNTAX);
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(
        target,
        topic(target).map(AwsDestinations.Named::arn).orElse(null),
        "sns:Publish",
        "sns:GetTopicAttributes");
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    String region =
        topic(target)
            .map(AwsDestinations.Named::region)
            .orElseThrow(
                () ->
                    new InvalidTargetException(
                        List.of(
                            "destination '" + target.destination() + "' is not a topic's ARN")));
    return new SnsSender(target, region, context);
  }
}
