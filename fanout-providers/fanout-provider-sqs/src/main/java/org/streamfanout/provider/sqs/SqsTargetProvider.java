package org.streamfanout.provider.sqs;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AskedLimits;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.SqsQueue;
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

/** Delivers to SQS queues, standard and FIFO. Thread-safe. */
public final class SqsTargetProvider implements TargetProvider {
  /**
   * 10 entries a call; 262,144 bytes for each and for all, which every queue takes that is not set
   * to less. A queue may be set to anything from 1 KiB to, since 2025-08, 1 MiB. See <a
   * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html">
   * the message quotas</a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(10, 262_144, 262_144);

  /** What {@code MaximumMessageSize} may be set to, as the same page says. */
  private static final long LEAST = 1_024;

  private static final long MOST = 1_048_576;

  private static final String SYNTAX =
      "arn:<partition>:sqs:<region>:<account>:<name> or https://sqs.<region>.<domain>/<account>/<name>";

  /** Makes the provider. */
  public SqsTargetProvider() {}

  @Override
  public String type() {
    return "sqs";
  }

  @Override
  public Description describe() {
    return TextEntries.options(
            AwsDestinations.accessOptions(
                Description.builder("An SQS queue, standard or FIFO, in this account or another.")))
        .destination(SYNTAX)
        .example("arn:aws:sqs:eu-west-1:123456789012:orders")
        .ordering(
            "FIFO queues keep the order of a key: the message group is the key, or its SHA-256"
                + " where it is no legal group id. Standard queues keep none by themselves; KEY,"
                + " BATCH and SHARD order the sends only.")
        .duplicates(
            "FIFO queues drop a message sent twice within five minutes, by the message's id."
                + " Standard queues deliver it twice.")
        .limits(
            "SendMessageBatch: 10 entries; 262,144 bytes for each and for all, attributes counted"
                + " (docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html,"
                + " as known 2026-11). The queue's own MaximumMessageSize, 1 KiB to 1 MiB, is asked"
                + " for every five minutes; above 262,144 it is the call's limit, too. A queue that"
                + " does not tell keeps the figures above, and a refusal for size lowers them.")
        .retried(
            "Throttling, 5xx, timeouts, lost and refused connections, expired credentials; entries"
                + " that fail by SQS's own fault, and entries that the answer does not mention. A"
                + " call that is too large, or of which one message is malformed, goes again in"
                + " halves.")
        .rejected(
            "An empty body, and one that is no UTF-8 of characters that XML 1.0 carries; an entry"
                + " that SQS calls malformed, or too large by itself. A denial, a missing queue, bad"
                + " credentials and any trouble with the queue's KMS key stop the target.")
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
   * Returns the limits of a queue: the sum of a call may have what one message may have, and never
   * less than what every call may.
   *
   * @param maximumMessageSize the queue's attribute; null if it does not tell
   */
  static @Nullable Limits limits(@Nullable String maximumMessageSize) {
    Long each = AskedLimits.size(maximumMessageSize, LEAST, MOST);
    return each == null
        ? null
        : Limits.of(LIMITS.maxMessages(), Math.max(LIMITS.maxBatchBytes(), each), each);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<SqsQueue> queue = SqsQueue.parse(target.destination(), context);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, queue.map(SqsQueue::region).orElse(null), permissions(target), context);
    problems.addAll(TextEntries.problems(target));
    if (queue.isEmpty()) {
      problems.add(
          "destination '"
              + target.destination()
              + "' is not a queue; write "
              + SYNTAX
              + ", or allow its host by the setting "
              + ProviderContext.ALLOWED_HOSTS);
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(
        target,
        SqsQueue.arnOf(target.destination()).orElse(null),
        "sqs:SendMessage",
        "sqs:GetQueueAttributes");
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    SqsQueue queue =
        SqsQueue.parse(target.destination(), context)
            .orElseThrow(
                () ->
                    new InvalidTargetException(
                        List.of("destination '" + target.destination() + "' is not a queue")));
    return new SqsSender(
        target, queue, AwsAccess.of(target, queue.region(), permissions(target)), context);
  }
}
