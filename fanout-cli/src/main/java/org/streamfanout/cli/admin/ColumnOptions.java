package org.streamfanout.cli.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * The columns of a target's row. What is not given stays out of the row, or as it is. Values are
 * checked where rows are, so that the table and the command line know one set of rules.
 */
@SuppressWarnings("UnusedMethod") // picocli calls them
final class ColumnOptions {
  private static final String FLAG = "true|false";

  private final Map<String, Object> given = new LinkedHashMap<>();

  Map<String, Object> given() {
    return given;
  }

  @Option(names = "--active", arity = "1", paramLabel = FLAG, description = "Takes part; false.")
  private void active(boolean value) {
    given.put("active", value);
  }

  @Option(
      names = "--destination-region",
      paramLabel = "REGION",
      description = "The destination's region; the function's.")
  private void region(String value) {
    given.put("region", value);
  }

  @Option(
      names = "--destination-role-arn",
      paramLabel = "ARN",
      description = "The role to assume for this target.")
  private void role(String value) {
    given.put("role", value);
  }

  @Option(
      names = "--external-id",
      paramLabel = "ID",
      description = "The external id that goes with the role.")
  private void externalId(String value) {
    given.put("externalId", value);
  }

  @Option(
      names = "--collapse",
      paramLabel = "none|JSON|concat|concat-b64",
      completionCandidates = Choices.Collapses.class,
      description = "How records become one message, for iot, sqs, sns and others; the type's.")
  private void collapse(String value) {
    given.put("collapse", value);
  }

  @Option(
      names = "--parallel",
      arity = "1",
      paramLabel = FLAG,
      description = "Several calls at once; true. --ordering says it more exactly.")
  private void parallel(boolean value) {
    given.put("parallel", value);
  }

  @Option(
      names = "--convert-ddb",
      arity = "1",
      paramLabel = FLAG,
      description = "DynamoDB's values become plain JSON; false.")
  private void convertDdb(boolean value) {
    given.put("convertDDB", value);
  }

  @Option(
      names = "--deaggregate",
      arity = "1",
      paramLabel = FLAG,
      description = "Takes KPL aggregates apart; false.")
  private void deaggregate(boolean value) {
    given.put("deaggregate", value);
  }

  @Option(
      names = "--append-newlines",
      arity = "1",
      paramLabel = FLAG,
      description = "Each record ends with a newline; false.")
  private void appendNewlines(boolean value) {
    given.put("appendNewlines", value);
  }

  @Option(
      names = "--whole-change",
      arity = "1",
      paramLabel = FLAG,
      description = "Sends a table change with its keys and both images; false.")
  private void wholeChange(boolean value) {
    given.put("wholeChange", value);
  }

  @Option(
      names = "--passthrough",
      arity = "1",
      paramLabel = FLAG,
      description = "A function gets the records, not the source's event; false.")
  private void passthrough(boolean value) {
    given.put("passthrough", value);
  }

  @Option(
      names = "--ordering",
      paramLabel = "NONE|BATCH|KEY|SHARD",
      completionCandidates = Choices.Orderings.class,
      description = "Which order is kept; by --parallel.")
  private void ordering(String value) {
    given.put("ordering", value);
  }

  @Option(
      names = "--on-failure",
      paramLabel = "HOLD|DEAD_LETTER|DROP",
      completionCandidates = Choices.Failures.class,
      description = "What becomes of records that fail for good; HOLD.")
  private void onFailure(String value) {
    given.put("onFailure", value);
  }

  @Option(
      names = "--dead-letter",
      paramLabel = "ID",
      description = "The target that gets what this one does not take.")
  private void deadLetter(String value) {
    given.put("deadLetter", value);
  }

  @Option(
      names = "--dead-letter-only",
      arity = "1",
      paramLabel = FLAG,
      description = "Gets dead letters and nothing else; false.")
  private void deadLetterOnly(boolean value) {
    given.put("deadLetterOnly", value);
  }

  @Option(
      names = "--oversize",
      paramLabel = "REJECT|CLAIM_CHECK",
      completionCandidates = Choices.Oversizes.class,
      description = "What becomes of bodies that are too large; REJECT.")
  private void oversize(String value) {
    given.put("oversize", value);
  }

  @Option(
      names = "--claim-check",
      paramLabel = "s3://BUCKET[/PREFIX]",
      description = "Where bodies go that are too large.")
  private void claimCheck(String value) {
    given.put("claimCheck", value);
  }

  @Option(
      names = "--filter",
      paramLabel = "PATTERN",
      description = "EventBridge pattern that records must match.")
  private void filter(String value) {
    given.put("filter", value);
  }

  @Option(
      names = "--transform",
      paramLabel = "NAME",
      description = "A function that the host registered.")
  private void transform(String value) {
    given.put("transform", value);
  }

  @Option(names = "--max-in-flight", paramLabel = "N", description = "Calls under way at once; 2.")
  private void maxInFlight(long value) {
    given.put("maxInFlight", value);
  }

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      description = "Attempts of a message before --on-failure decides; the host's.")
  private void maxAttempts(long value) {
    given.put("maxAttempts", value);
  }

  @Option(
      names = "--max-record-age",
      paramLabel = "SECONDS",
      description = "The age from which --on-failure decides at once; none.")
  private void maxRecordAge(long value) {
    given.put("maxRecordAge", value);
  }

  @Option(
      names = "--on-open",
      paramLabel = "HOLD|PARK|SHED",
      completionCandidates = Choices.Outages.class,
      description = "What becomes of records while the target is down.")
  private void onOpen(String value) {
    given.put("onOpen", value);
  }

  @Option(
      names = "--retry-budget",
      paramLabel = "PERCENT",
      description = "Messages sent again, of those sent at first, while nothing gets through; 10.")
  private void retryBudget(long value) {
    given.put("retryBudget", value);
  }

  @Option(
      names = "--max-records-per-second",
      paramLabel = "N",
      description = "The most records a second.")
  private void maxRecordsPerSecond(long value) {
    given.put("maxRecordsPerSecond", value);
  }

  @Option(
      names = "--max-bytes-per-second",
      paramLabel = "N",
      description = "The most bytes a second.")
  private void maxBytesPerSecond(long value) {
    given.put("maxBytesPerSecond", value);
  }

  @Option(
      names = "--max-messages",
      paramLabel = "N",
      description = "The most messages of a call; the type's.")
  private void maxMessages(long value) {
    given.put("maxMessages", value);
  }

  @Option(
      names = "--max-batch-bytes",
      paramLabel = "N",
      description = "The most bytes of a call; the type's.")
  private void maxBatchBytes(long value) {
    given.put("maxBatchBytes", value);
  }

  @Option(
      names = "--max-message-bytes",
      paramLabel = "N",
      description = "The most bytes of a message; the type's.")
  private void maxMessageBytes(long value) {
    given.put("maxMessageBytes", value);
  }

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description = "An option of the type; may be repeated. On update, replaces all of them.")
  private void options(Map<String, String> values) {
    given.put("options", new LinkedHashMap<>(values));
  }
}
