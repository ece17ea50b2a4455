package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.streamfanout.admin.Shell;
import org.streamfanout.aws.SqsQueue;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Dead letters: targets without any in a function, and queues of letters, whether some are there
 * and for how long. That a row's {@code deadLetter} can be used is checked with the rows.
 */
final class DeadLetterChecks {
  private static final String NAME = "dead letters";

  /**
   * The longest that a queue keeps a message, as <a
   * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html">
   * SetQueueAttributes</a> has it (as known 2026-11).
   */
  private static final Duration LONGEST = Duration.ofDays(14);

  private DeadLetterChecks() {}

  static List<Check> of(Facts facts) {
    List<Check> checks = new ArrayList<>();
    for (TargetConfig target : facts.targets()) {
      if (!target.deadLetterOnly()) {
        checks.add(new Check(NAME, Facts.subject(target), notes -> advice(facts, target, notes)));
      } else if (facts.provider(target).type().equals("sqs")) {
        checks.add(new Check(NAME, Facts.subject(target), notes -> queue(facts, target, notes)));
      }
    }
    return checks;
  }

  private static List<TargetConfig> lettersOf(Facts facts, TargetConfig target) {
    return facts.targets().stream()
        .filter(each -> each.source().equals(target.source()) && each.deadLetterOnly())
        .toList();
  }

  private static void advice(Facts facts, TargetConfig target, Notes notes) {
    String subject = Facts.subject(target);
    if (target.onFailure() != OnFailure.HOLD) {
      String letters = target.deadLetter();
      notes.ok(
          subject,
          letters == null
              ? "onFailure is " + target.onFailure() + ", so nothing is held for long"
              : "its letters go to '" + letters + "', which takes them");
      return;
    }
    if (facts.function() == null || facts.mappingsOf(target.source()).isEmpty()) {
      notes.ok(subject, "onFailure is HOLD, which a worker keeps to this target");
      return;
    }
    List<TargetConfig> letters = lettersOf(facts, target);
    notes.warning(
        subject,
        "onFailure is HOLD: in a function its shard stands still for all targets while this one is"
            + " down. "
            + (letters.isEmpty()
                ? "Register a queue with --dead-letter-only true --active true, and name it"
                : "Send its dead letters to '" + letters.get(0).id() + "'")
            + ", unless its order matters more than everybody's progress",
        facts.command(
            "update",
            target.source(),
            "--id",
            target.id(),
            "--on-failure",
            "DEAD_LETTER",
            "--dead-letter",
            letters.isEmpty() ? "letters" : letters.get(0).id()));
  }

  private static void queue(Facts facts, TargetConfig letters, Notes notes) {
    String subject = Facts.subject(letters);
    SqsQueue queue = facts.queue(letters);
    Optional<Map<QueueAttributeName, String>> told =
        notes.ask(
            subject,
            "ask the queue for its depth",
            "sqs:GetQueueAttributes",
            () ->
                facts
                    .queueClient(letters)
                    .getQueueAttributes(
                        request ->
                            request
                                .queueUrl(queue.url())
                                .attributeNames(
                                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                    QueueAttributeName.MESSAGE_RETENTION_PERIOD))
                    .attributes());
    if (told.isEmpty()) {
      return;
    }
    long depth =
        number(told.get(), QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES)
            + number(told.get(), QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
    String toldKept = told.get().get(QueueAttributeName.MESSAGE_RETENTION_PERIOD);
    Duration kept = toldKept == null ? LONGEST : Duration.ofSeconds(Long.parseLong(toldKept));
    if (depth > 0) {
      notes.warning(
          subject,
          "about "
              + depth
              + (depth == 1 ? " letter waits" : " letters wait")
              + " there; once the targets are well, send them again",
          replays(facts, letters, queue));
    }
    if (kept.compareTo(LONGEST) < 0) {
      notes.warning(
          subject,
          "its queue forgets a letter after "
              + Gathering.hours(kept)
              + "; it can keep it for 336 h",
          Shell.line(
              "aws",
              "sqs",
              "set-queue-attributes",
              "--queue-url",
              queue.url(),
              "--attributes",
              "MessageRetentionPeriod=" + LONGEST.toSeconds()));
    }
    if (notes.isWell()) {
      notes.ok(
          subject,
          "is empty"
              + (toldKept == null ? "" : ", and keeps a letter for " + Gathering.hours(kept)));
    }
  }

  private static String[] replays(Facts facts, TargetConfig letters, SqsQueue queue) {

    return facts.targets().stream()
        .filter(each -> each.source().equals(letters.source()))
        .filter(each -> letters.id().equals(each.deadLetter()))
        .map(
            each ->
                Shell.line(
                    "./fanout",
                    "replay",
                    "--from",
                    queue.url(),
                    "--target",
                    each.id(),
                    "--table",
                    facts.table(),
                    "--dry-run"))
        .toArray(String[]::new);
  }

  private static long number(Map<QueueAttributeName, String> told, QueueAttributeName name) {
    String text = told.get(name);
    return text == null ? 0 : Long.parseLong(text);
  }
}
