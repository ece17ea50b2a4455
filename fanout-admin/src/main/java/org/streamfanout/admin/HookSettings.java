package org.streamfanout.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;

/**
 * How a function reads a source. What is not set gets its default in a new mapping, and stays as it
 * is in one that is there. Immutable.
 *
 * <p>Numbers have the bounds of Lambda's pages: <a
 * href="https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html">Kinesis</a>
 * and <a
 * href="https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html">Kafka</a>
 * (checked 2026-11 in copies); that of the batching window is as known 2026-11.
 */
public final class HookSettings {
  /** Where a new mapping begins to read. */
  public enum StartingPosition {
    /** After the newest record. */
    LATEST,
    /** At the oldest record there is. */
    TRIM_HORIZON,
    /** At the first record that came in at a time, or later; not of a table's stream. */
    AT_TIMESTAMP
  }

  private static final int MAX_BATCH = 10_000;
  private static final int MAX_WINDOW = 300;
  private static final int MAX_PARALLEL = 10;
  private static final int MAX_RETRIES = 10_000;
  private static final int MIN_AGE = 60;
  private static final int MAX_AGE = 604_800;

  private final Builder given;

  private HookSettings(Builder builder) {
    given = new Builder(builder);
  }

  /** Starts settings of which none is set. */
  public static Builder builder() {
    return new Builder();
  }

  @Nullable Integer batchSize() {
    return given.batchSize;
  }

  @Nullable Integer batchWindow() {
    return given.batchWindow;
  }

  @Nullable StartingPosition startingPosition() {
    return given.startingPosition;
  }

  @Nullable Instant startingTimestamp() {
    return given.startingTimestamp;
  }

  @Nullable Boolean bisect() {
    return given.bisect;
  }

  @Nullable Integer parallelization() {
    return given.parallelization;
  }

  @Nullable Integer maxRetries() {
    return given.maxRetries;
  }

  @Nullable Integer maxRecordAge() {
    return given.maxRecordAge;
  }

  @Nullable String onFailure() {
    return given.onFailure;
  }

  @Nullable List<String> filters() {
    return given.filters;
  }

  @Nullable Boolean enabled() {
    return given.enabled;
  }

  @Nullable Boolean partialResponses() {
    return given.partialResponses;
  }

  List<String> subnets() {
    return given.subnets;
  }

  List<String> securityGroups() {
    return given.securityGroups;
  }

  Map<String, String> auth() {
    return given.auth;
  }

  @Nullable String consumerGroup() {
    return given.consumerGroup;
  }

  @Nullable Integer minPollers() {
    return given.minPollers;
  }

  @Nullable Integer maxPollers() {
    return given.maxPollers;
  }

  boolean createConsumer() {
    return given.createConsumer;
  }

  /** Returns everything that is wrong with these settings for a source, by options' names. */
  List<String> problems(HookSource source) {
    List<String> problems = new ArrayList<>();
    range("--batch-size", given.batchSize, 1, MAX_BATCH, problems);
    range("--batch-window", given.batchWindow, 0, MAX_WINDOW, problems);
    range("--parallelization", given.parallelization, 1, MAX_PARALLEL, problems);
    range("--max-retries", given.maxRetries, -1, MAX_RETRIES, problems);
    if (given.maxRecordAge != null && given.maxRecordAge != -1) {
      range("--max-record-age", given.maxRecordAge, MIN_AGE, MAX_AGE, problems);
    }
    range("--min-pollers", given.minPollers, 1, Integer.MAX_VALUE, problems);
    range("--max-pollers", given.maxPollers, 1, Integer.MAX_VALUE, problems);
    startProblems(source, problems);
    if (source.isKafka()) {
      if (given.parallelization != null) {
        problems.add("--parallelization is for streams of Kinesis and of tables, not for Kafka");
      }
    } else {
      kafkaOnly(source, problems);
    }
    if (source.arn() != null && source.isKafka() && !(subnetsAndGroups().isEmpty())) {
      problems.add("a cluster of MSK has its own subnets and security groups; leave them away");
    }
    String onFailure = given.onFailure;
    if (onFailure != null && !onFailure.startsWith("kafka://") && !isDestination(onFailure)) {
      problems.add(
          "--on-failure '" + onFailure + "' is not the ARN of a queue, a topic or a bucket");
    }
    if (given.filters != null) {
      given.filters.forEach(pattern -> addFilterProblem(pattern, problems));
    }
    if (given.createConsumer && source.consumer() == null) {
      problems.add("--create-consumer needs --consumer NAME");
    }
    return problems;
  }

  private static boolean isDestination(String arn) {
    return Arn.parse(arn)
        .filter(each -> List.of("sqs", "sns", "s3").contains(each.service()))
        .isPresent();
  }

  private static void addFilterProblem(String pattern, List<String> problems) {
    try {
      if (new JsonMapper().readTree(pattern).isObject()) {
        return;
      }
    } catch (JsonProcessingException e) {
      // said below, with the text
    }
    problems.add(
        "--filter '" + pattern + "' is no JSON object such as {\"data\":{\"kind\":[\"a\"]}}");
  }

  private void startProblems(HookSource source, List<String> problems) {
    boolean atTime = given.startingPosition == StartingPosition.AT_TIMESTAMP;
    if (atTime != (given.startingTimestamp != null)) {
      problems.add("--starting-position AT_TIMESTAMP and --starting-timestamp need each other");
    }
    if (atTime && source.arn() != null && source.arn().contains(":dynamodb:")) {
      problems.add("a table's stream is read from LATEST or TRIM_HORIZON, not AT_TIMESTAMP");
    }
  }

  private void kafkaOnly(HookSource source, List<String> problems) {
    Map<String, Boolean> options = new LinkedHashMap<>();
    options.put("--subnet", !given.subnets.isEmpty());
    options.put("--security-group", !given.securityGroups.isEmpty());
    options.put("--auth", !given.auth.isEmpty());
    options.put("--consumer-group", given.consumerGroup != null);
    options.put("--min-pollers", given.minPollers != null);
    options.put("--max-pollers", given.maxPollers != null);
    options.forEach(
        (option, isGiven) -> {
          if (isGiven) {
            problems.add(option + " is for Kafka, and " + source + " is none");
          }
        });
  }

  private List<String> subnetsAndGroups() {
    List<String> all = new ArrayList<>(given.subnets);
    all.addAll(given.securityGroups);
    return all;
  }

  private static void range(
      String option, @Nullable Integer value, int least, int most, List<String> problems) {
    if (value != null && (value < least || value > most)) {
      problems.add(
          option
              + " "
              + value
              + " is not a number from "
              + least
              + (most == Integer.MAX_VALUE ? " on" : " to " + most));
    }
  }

  /** Builds settings; not thread-safe. */
  public static final class Builder {
    private @Nullable Integer batchSize;
    private @Nullable Integer batchWindow;
    private @Nullable StartingPosition startingPosition;
    private @Nullable Instant startingTimestamp;
    private @Nullable Boolean bisect;
    private @Nullable Integer parallelization;
    private @Nullable Integer maxRetries;
    private @Nullable Integer maxRecordAge;
    private @Nullable String onFailure;
    private @Nullable List<String> filters;
    private @Nullable Boolean enabled;
    private @Nullable Boolean partialResponses;
    private List<String> subnets = List.of();
    private List<String> securityGroups = List.of();
    private Map<String, String> auth = Map.of();
    private @Nullable String consumerGroup;
    private @Nullable Integer minPollers;
    private @Nullable Integer maxPollers;
    private boolean createConsumer;

    private Builder() {}

    private Builder(Builder other) {
      batchSize = other.batchSize;
      batchWindow = other.batchWindow;
      startingPosition = other.startingPosition;
      startingTimestamp = other.startingTimestamp;
      bisect = other.bisect;
      parallelization = other.parallelization;
      maxRetries = other.maxRetries;
      maxRecordAge = other.maxRecordAge;
      onFailure = other.onFailure;
      filters = other.filters;
      enabled = other.enabled;
      partialResponses = other.partialResponses;
      subnets = other.subnets;
      securityGroups = other.securityGroups;
      auth = other.auth;
      consumerGroup = other.consumerGroup;
      minPollers = other.minPollers;
      maxPollers = other.maxPollers;
      createConsumer = other.createConsumer;
    }

    /** Sets how many records an invocation gets at most; 100 by default. */
    public Builder batchSize(@Nullable Integer newBatchSize) {
      batchSize = newBatchSize;
      return this;
    }

    /** Sets how many seconds Lambda waits for a full batch; the service's default is 0. */
    public Builder batchWindow(@Nullable Integer newBatchWindow) {
      batchWindow = newBatchWindow;
      return this;
    }

    /** Sets where a new mapping begins; {@code LATEST} by default. */
    public Builder startingPosition(@Nullable StartingPosition newStartingPosition) {
      startingPosition = newStartingPosition;
      return this;
    }

    /** Sets the time of {@code AT_TIMESTAMP}. */
    public Builder startingTimestamp(@Nullable Instant newStartingTimestamp) {
      startingTimestamp = newStartingTimestamp;
      return this;
    }

    /** Sets whether Lambda halves a batch after an error; the service's default is false. */
    public Builder bisect(@Nullable Boolean newBisect) {
      bisect = newBisect;
      return this;
    }

    /** Sets how many batches of a shard are under way at once; the service's default is 1. */
    public Builder parallelization(@Nullable Integer newParallelization) {
      parallelization = newParallelization;
      return this;
    }

    /** Sets after how many retries Lambda gives a batch up; -1, never, by default. */
    public Builder maxRetries(@Nullable Integer newMaxRetries) {
      maxRetries = newMaxRetries;
      return this;
    }

    /** Sets after how many seconds Lambda gives a record up; -1, never, by default. */
    public Builder maxRecordAge(@Nullable Integer newMaxRecordAge) {
      maxRecordAge = newMaxRecordAge;
      return this;
    }

    /** Sets the ARN that is told of what Lambda gives up. */
    public Builder onFailure(@Nullable String newOnFailure) {
      onFailure = newOnFailure;
      return this;
    }

    /** Sets patterns of Lambda's own filter, of which a record has to match one; empty for none. */
    public Builder filters(@Nullable List<String> newFilters) {
      filters = newFilters == null ? null : List.copyOf(newFilters);
      return this;
    }

    /** Sets whether the mapping reads; a new one does by default. */
    public Builder enabled(@Nullable Boolean newEnabled) {
      enabled = newEnabled;
      return this;
    }

    /** Sets whether mapping and function speak of parts of a batch; true by default if possible. */
    public Builder partialResponses(@Nullable Boolean newPartialResponses) {
      partialResponses = newPartialResponses;
      return this;
    }

    /** Sets the subnets that Lambda reaches self-managed Kafka from; empty if they are not set. */
    public Builder subnets(List<String> newSubnets) {
      subnets = List.copyOf(newSubnets);
      return this;
    }

    /** Sets the security groups there; empty if they are not set. */
    public Builder securityGroups(List<String> newSecurityGroups) {
      securityGroups = List.copyOf(newSecurityGroups);
      return this;
    }

    /**
     * Sets how Lambda logs in to Kafka: secrets' ARNs by Lambda's types, such as {@code
     * SASL_SCRAM_512_AUTH}; empty if it is not set.
     */
    public Builder auth(Map<String, String> newAuth) {
      auth = Map.copyOf(newAuth);
      return this;
    }

    /** Sets Kafka's consumer group, which a mapping keeps for ever; Lambda's choice by default. */
    public Builder consumerGroup(@Nullable String newConsumerGroup) {
      consumerGroup = newConsumerGroup;
      return this;
    }

    /** Sets how many provisioned pollers Kafka has at least; none are provisioned by default. */
    public Builder minPollers(@Nullable Integer newMinPollers) {
      minPollers = newMinPollers;
      return this;
    }

    /** Sets how many provisioned pollers Kafka has at most. */
    public Builder maxPollers(@Nullable Integer newMaxPollers) {
      maxPollers = newMaxPollers;
      return this;
    }

    /** Sets whether a consumer that is not there is registered; false by default. */
    public Builder createConsumer(boolean newCreateConsumer) {
      createConsumer = newCreateConsumer;
      return this;
    }

    /** Returns the settings, which are checked when a hook is planned. */
    public HookSettings build() {
      return new HookSettings(this);
    }
  }
}
