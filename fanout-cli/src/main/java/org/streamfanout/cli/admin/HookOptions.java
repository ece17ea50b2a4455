package org.streamfanout.cli.admin;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.HookSettings;
import org.streamfanout.admin.HookSettings.StartingPosition;
import org.streamfanout.spi.Arn;
import picocli.CommandLine.Option;

/** How a source is read. What is not given stays as it is. */
final class HookOptions {
  private static final List<String> AUTH =
      List.of(
          "BASIC_AUTH",
          "SASL_SCRAM_256_AUTH",
          "SASL_SCRAM_512_AUTH",
          "CLIENT_CERTIFICATE_TLS_AUTH",
          "SERVER_ROOT_CA_CERTIFICATE");

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Records of an invocation at most; 100 by default.")
  private @Nullable Integer batchSize;

  @Option(
      names = "--batch-window",
      paramLabel = "SECONDS",
      description = "How long Lambda waits for a full batch.")
  private @Nullable Integer batchWindow;

  @Option(
      names = "--starting-position",
      paramLabel = "LATEST|TRIM_HORIZON|AT_TIMESTAMP",
      description = "Where a new mapping begins; LATEST by default.")
  private @Nullable StartingPosition startingPosition;

  @Option(
      names = "--starting-timestamp",
      paramLabel = "TIME",
      description = "The time of AT_TIMESTAMP, such as 2026-11-01T12:00:00Z.")
  private @Nullable String startingTimestamp;

  @Option(
      names = "--bisect",
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      description = "Whether Lambda halves a batch after an error; better not.")
  private @Nullable Boolean bisect;

  @Option(
      names = "--parallelization",
      paramLabel = "N",
      description = "Batches of a shard at once, 1 to 10; each key stays in order.")
  private @Nullable Integer parallelization;

  @Option(
      names = "--max-retries",
      paramLabel = "N",
      description = "After how many retries Lambda gives a batch up; -1, never, by default.")
  private @Nullable Integer maxRetries;

  @Option(
      names = "--max-record-age",
      paramLabel = "SECONDS",
      description = "After which age Lambda gives a record up; -1, never, by default.")
  private @Nullable Integer maxRecordAge;

  @Option(
      names = "--on-failure",
      paramLabel = "ARN",
      description = "The queue, topic or bucket that is told of what Lambda gives up.")
  private @Nullable String onFailure;

  @Option(
      names = "--filter",
      paramLabel = "PATTERN",
      description = "A pattern of Lambda's filter; repeated, a record has to match one of them.")
  private @Nullable List<String> filters;

  @Option(names = "--no-filter", description = "Takes Lambda's filter away.")
  private boolean noFilter;

  @Option(
      names = "--partial-responses",
      paramLabel = "true|false",
      arity = "1",
      description =
          "Whether function and mapping speak of parts of a batch; true for a new mapping.")
  private @Nullable Boolean partialResponses;

  @Option(names = "--disabled", description = "Makes the mapping, and does not read yet.")
  private boolean disabled;

  @Option(
      names = "--create-consumer",
      description = "Registers the consumer of --consumer if it is not there.")
  private boolean createConsumer;

  @Option(
      names = "--subnet",
      paramLabel = "ID,...",
      split = ",",
      description = "Of self-managed Kafka: subnets that Lambda reads from.")
  private List<String> subnets = List.of();

  @Option(
      names = "--security-group",
      paramLabel = "ID,...",
      split = ",",
      description = "Of self-managed Kafka: security groups of these.")
  private List<String> securityGroups = List.of();

  @Option(
      names = "--auth",
      paramLabel = "TYPE=ARN",
      description =
          "Of Kafka: a secret and what it is for, such as SASL_SCRAM_512_AUTH; may be repeated.")
  private Map<String, String> auth = Map.of();

  @Option(
      names = "--consumer-group",
      paramLabel = "NAME",
      description = "Of Kafka: the consumer group, for as long as the mapping exists.")
  private @Nullable String consumerGroup;

  @Option(
      names = "--min-pollers",
      paramLabel = "N",
      description = "Of Kafka: provisioned pollers at least; needed for partial responses.")
  private @Nullable Integer minPollers;

  @Option(
      names = "--max-pollers",
      paramLabel = "N",
      description = "Of Kafka: provisioned pollers at most.")
  private @Nullable Integer maxPollers;

  /** Adds what is wrong with these options by themselves. */
  void addProblems(List<String> problems) {
    if (filters != null && noFilter) {
      problems.add("--filter and --no-filter exclude each other");
    }
    if (startingTimestamp != null && timestamp(startingTimestamp) == null) {
      problems.add(
          "--starting-timestamp '"
              + startingTimestamp
              + "' is no time such as 2026-11-01T12:00:00Z");
    }
    auth.forEach(
        (type, secret) -> {
          if (!AUTH.contains(type.toUpperCase(Locale.ROOT))) {
            problems.add("--auth " + type + " is none of " + String.join(", ", AUTH));
          }
          if (Arn.parse(secret).filter(each -> each.service().equals("secretsmanager")).isEmpty()) {
            // What stands there may be the secret itself.
            problems.add("--auth " + type + "=... takes the ARN of a secret, never the secret");
          }
        });
  }

  private static @Nullable Instant timestamp(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Returns what is given. */
  HookSettings settings() {
    Map<String, String> secrets = new LinkedHashMap<>();
    auth.forEach((type, secret) -> secrets.put(type.toUpperCase(Locale.ROOT), secret));
    List<String> patterns = filters == null ? null : new ArrayList<>(filters);
    return HookSettings.builder()
        .batchSize(batchSize)
        .batchWindow(batchWindow)
        .startingPosition(startingPosition)
        .startingTimestamp(timestamp(startingTimestamp))
        .bisect(bisect)
        .parallelization(parallelization)
        .maxRetries(maxRetries)
        .maxRecordAge(maxRecordAge)
        .onFailure(onFailure)
        .filters(noFilter ? List.of() : patterns)
        .enabled(disabled ? Boolean.FALSE : null)
        .partialResponses(partialResponses)
        .subnets(subnets)
        .securityGroups(securityGroups)
        .auth(secrets)
        .consumerGroup(consumerGroup)
        .minPollers(minPollers)
        .maxPollers(maxPollers)
        .createConsumer(createConsumer)
        .build();
  }
}
