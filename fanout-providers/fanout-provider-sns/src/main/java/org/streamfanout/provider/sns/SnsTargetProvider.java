package org.streamfanout.provider.sns;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AskedLimits;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.TextEntries;
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
   * 10 messages a call; 262,144 bytes for each and for all, attributes counted: what every topic
   * takes that is not set to less. See <a
   * href="https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html">PublishBatch</a>, as
   * known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(10, 262_144, 262_144);

  /**
   * What {@code MaximumMessageSize} may be set to, see <a
   * href="https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html">large message
   * payloads</a>, checked 2026-11. It holds for each message and for a call's messages together.
   */
  private static final long LEAST = 1_024;

  private static final long MOST = 1_048_576;

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
    return TextEntries.options(
            AwsDestinations.accessOptions(
                Description.builder("An SNS topic, standard or FIFO, in this account or another.")))
        .destination(SYNTAX)
        .example("arn:aws:sns:eu-west-1:123456789012:orders")
        .ordering(
            "FIFO topics keep the order of a key: the message group is the key, or its SHA-256"
                + " where it is no legal group id. Standard topics keep none by themselves; KEY,"
                + " BATCH and SHARD order the sends only.")
        .duplicates(
            "FIFO topics drop a message sent twice within five minutes, by the message's id."
                + " Standard topics deliver it twice.")
        .limits(
            "PublishBatch: 10 messages; 262,144 bytes for each and for all, attributes counted"
                + " (docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html, as known 2026-11)."
                + " The topic's own MaximumMessageSize, 1 KiB to 1 MiB for each and for all"
                + " (docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html, checked"
                + " 2026-11), is asked for every five minutes. A topic that does not tell keeps the"
                + " figures above, and a refusal for size lowers them.")
        .retried(
            "Throttling, 5xx, timeouts, lost and refused connections, expired credentials; entries"
                + " that fail by SNS's own fault, and entries that the answer does not mention. A"
                + " call that is too large, or of which one message is malformed, goes again in"
                + " halves.")
        .rejected(
            "An empty body, and one that is no UTF-8 of characters that XML 1.0 carries; an entry"
                + " that SNS calls malformed, or too large by itself. A denial, a missing topic, bad"
                + " credentials and any trouble with the topic's KMS key stop the target.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .bodyFormat(BodyFormat.TEXT)
        .collapses(EnumSet.allOf(Collapse.class), Collapse.JSON)
        .fifo(target.destination().endsWith(".fifo"))
        .claimChecks(true)
        .build();
  }

  /**
   * Returns the limits of a topic.
   *
   * @param maximumMessageSize the topic's attribute; null if it does not tell
   */
  static @Nullable Limits limits(@Nullable String maximumMessageSize) {
    Long size = AskedLimits.size(maximumMessageSize, LEAST, MOST);
    return size == null ? null : Limits.of(LIMITS.maxMessages(), size, size);
  }

  private static Optional<AwsDestinations.Named> topic(TargetConfig target) {
    return AwsDestinations.arn(target.destination(), "sns", "", NAME);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<AwsDestinations.Named> topic = topic(target);
    List<String> problems =
        AwsDestinations.accessProblems(
            target,
            topic.map(AwsDestinations.Named::region).orElse(null),
            permissions(target),
            context);
    problems.addAll(TextEntries.problems(target));
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
    return new SnsSender(target, AwsAccess.of(target, region, permissions(target)), context);
  }
}
