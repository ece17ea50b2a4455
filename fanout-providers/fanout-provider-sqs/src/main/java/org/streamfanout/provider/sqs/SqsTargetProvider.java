package org.streamfanout.provider.sqs;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.SqsQueue;
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
   * 10 entries a call; 262,144 bytes for each and for all, which every queue takes. A queue may be
   * set to less and, since 2025-08, to 1 MiB. See <a
   * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html">
   * the message quotas</a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(10, 262_144, 262_144);

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
    return Description.builder("An SQS queue, standard or FIFO, in this account or another.")
        .destination(SYNTAX)
        .example("arn:aws:sqs:eu-west-1:123456789012:orders")
        .ordering(
            "FIFO queues keep the order of a key: the message group is the key, or its SHA-256"
                + " where it is no legal group id. Standard queues keep none by themselves; KEY,"
                + " BATCH and SHARD order the sends only.")
        .duplicates(
            "FIFO queues drop a message sent twice within five minutes, by the message's id."
                + " Standard queues deliver it twice.")
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

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<SqsQueue> queue = SqsQueue.parse(target.destination(), context);
    List<String> problems =
        AwsDestinations.accessProblems(target, queue.map(SqsQueue::region).orElse(null), context);
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
    return new SqsSender(target, queue, context);
  }
}
