package org.streamfanout.lambda;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.EnvironmentSecrets;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.InMemoryProgressStore;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;

/**
 * The configuration of a function by environment variables. Immutable.
 *
 * <table>
 *   <caption>Variables; a time is a number with ms, s or m</caption>
 *   <tr><th>Name</th><th>Default</th><th>Meaning</th></tr>
 *   <tr><td>FANOUT_TABLE_NAME</td><td>{@code <AWS_LAMBDA_FUNCTION_NAME>Targets}</td>
 *       <td>the DynamoDB table of targets</td></tr>
 *   <tr><td>FANOUT_PARTIAL_RESPONSES</td><td>false</td><td>answer {@code batchItemFailures}; only
 *       together with the mapping's {@code ReportBatchItemFailures}, otherwise data is lost</td></tr>
 *   <tr><td>FANOUT_DEADLINE_MARGIN</td><td>1s</td><td>how long before the function's timeout the
 *       work ends</td></tr>
 *   <tr><td>FANOUT_CACHE_TTL</td><td>60s</td><td>how long targets are kept before the table is read
 *       again</td></tr>
 *   <tr><td>FANOUT_INVALID_ROWS</td><td>hold</td><td>{@code hold} the records of an active row that
 *       cannot be used, or {@code skip} the row</td></tr>
 *   <tr><td>FANOUT_ALLOW_NO_TARGETS</td><td>false</td><td>a source without rows settles everything
 *       instead of failing</td></tr>
 *   <tr><td>FANOUT_MAX_BYTES_IN_FLIGHT</td><td>the engine's</td><td>bytes of all sends under way
 *       </td></tr>
 *   <tr><td>FANOUT_RETENTION_HOURS</td><td>24 for streams</td><td>how long the sources keep a
 *       record, which the age of what is held is compared with</td></tr>
 *   <tr><td>FANOUT_RETRY_MAX_ATTEMPTS</td><td>8</td><td>attempts before {@code onFailure} decides
 *       </td></tr>
 *   <tr><td>FANOUT_RETRY_ATTEMPT_TIMEOUT</td><td>10s</td><td>how long one attempt may take</td></tr>
 *   <tr><td>FANOUT_RETRY_FIRST_PAUSE</td><td>100ms</td><td>the longest pause before the second
 *       attempt</td></tr>
 *   <tr><td>FANOUT_RETRY_MAX_PAUSE</td><td>10s</td><td>the longest pause of all</td></tr>
 *   <tr><td>FANOUT_ALLOWED_HOSTS</td><td>none</td><td>hosts, comma-separated, that targets may
 *       reach beyond AWS's own</td></tr>
 *   <tr><td>FANOUT_ALLOW_LOCAL</td><td>false</td><td>allow targets of type {@code file} and {@code
 *       console}</td></tr>
 *   <tr><td>FANOUT_ENDPOINT_URL</td><td>none</td><td>one URL for every AWS client, such as an
 *       emulator's</td></tr>
 *   <tr><td>FANOUT_SECRET_{@code <NAME>}</td><td>none</td><td>the secret that a target's options
 *       call {@code <name>}, see {@link EnvironmentSecrets}</td></tr>
 *   <tr><td>FANOUT_PRIME_SOURCES</td><td>none</td><td>ids of sources, comma-separated, whose targets
 *       are loaded and checked before the first event</td></tr>
 *   <tr><td>FANOUT_PROGRESS</td><td>memory</td><td>remember what each target has settled in this
 *       process ({@code memory}), or not ({@code off})</td></tr>
 *   <tr><td>FANOUT_PROGRESS_TABLE</td><td>none</td><td>the DynamoDB table that remembers it for all
 *       processes</td></tr>
 *   <tr><td>FANOUT_PROGRESS_TTL</td><td>1440m; with a table 10080m</td><td>how long it is remembered
 *       after it was last written</td></tr>
 *   <tr><td>FANOUT_PROGRESS_TIMEOUT</td><td>500ms</td><td>how long reading or writing the table may
 *       take</td></tr>
 *   <tr><td>FANOUT_TRACE_JSON</td><td>none</td><td>the member of a record's JSON that holds its
 *       trace context; needs a tracing on the class path</td></tr>
 *   <tr><td>FANOUT_METRICS</td><td>true</td><td>write metrics to the log</td></tr>
 *   <tr><td>FANOUT_LOG_LEVEL</td><td>warn</td><td>trace, debug, info, warn or error</td></tr>
 * </table>
 *
 * <p>{@code AWS_LAMBDA_FUNCTION_NAME}, {@code AWS_REGION} and {@code
 * AWS_LAMBDA_INITIALIZATION_TYPE} are Lambda's own.
 */
public final class LambdaEnvironment {
  private static final String PREFIX = "FANOUT_";
  private static final String FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME";
  private static final int GREATEST_NUMBER_OF_ATTEMPTS = 1_000;

  /** A hundred years: longer than anybody keeps a stream. */
  private static final long MOST_HOURS = 876_600;

  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  private final String functionName;
  private final @Nullable String region;
  private final String tableName;
  private final LambdaOptions options;
  private final Duration cacheTtl;
  private final boolean skipInvalidRows;
  private final boolean allowNoTargets;
  private final @Nullable Long maxBytesInFlight;
  private final @Nullable Duration retention;
  private final RetryPolicy retry;
  private final @Nullable String allowedHosts;
  private final boolean allowLocal;
  private final @Nullable String endpointUrl;
  private final List<Source> primeSources;
  private final boolean progress;
  private final @Nullable String progressTable;
  private final @Nullable Duration progressTimeToLive;
  private final Duration progressTimeout;
  private final @Nullable String traceJson;
  private final boolean metrics;
  private final String logLevel;

  private LambdaEnvironment(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
    variables.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !LambdaVariable.isKnown(name))
        .filter(name -> !name.startsWith(EnvironmentSecrets.PREFIX))
        .sorted()
        .forEach(
            name -> problems.add(name + " is no variable of this function; see docs/lambda.md"));
    functionName = variables.getOrDefault(FUNCTION_NAME, "");
    region = variables.get("AWS_REGION");
    tableName = tableNameOr(functionName);
    options =
        LambdaOptions.builder()
            .partialResponses(
                read(LambdaVariable.FANOUT_PARTIAL_RESPONSES, false, LambdaVariable::flag))
            .deadlineMargin(
                read(
                    LambdaVariable.FANOUT_DEADLINE_MARGIN,
                    LambdaOptions.DEFAULT.deadlineMargin(),
                    LambdaVariable::duration))
            .build();
    cacheTtl =
        read(
            LambdaVariable.FANOUT_CACHE_TTL,
            Duration.ofSeconds(60),
            LambdaVariable::positiveDuration);
    skipInvalidRows =
        read(
            LambdaVariable.FANOUT_INVALID_ROWS,
            false,
            text -> LambdaVariable.choice(text, List.of("hold", "skip")).equals("skip"));
    allowNoTargets = read(LambdaVariable.FANOUT_ALLOW_NO_TARGETS, false, LambdaVariable::flag);
    maxBytesInFlight =
        readOrNull(
            LambdaVariable.FANOUT_MAX_BYTES_IN_FLIGHT,
            text -> LambdaVariable.number(text, Long.MAX_VALUE));
    retention =
        readOrNull(
            LambdaVariable.FANOUT_RETENTION_HOURS,
            text -> Duration.ofHours(LambdaVariable.number(text, MOST_HOURS)));
    retry = readRetry();
    allowedHosts = readOrNull(LambdaVariable.FANOUT_ALLOWED_HOSTS, LambdaVariable::hosts);
    allowLocal = read(LambdaVariable.FANOUT_ALLOW_LOCAL, false, LambdaVariable::flag);
    endpointUrl = readOrNull(LambdaVariable.FANOUT_ENDPOINT_URL, LambdaVariable::url);
    primeSources = read(LambdaVariable.FANOUT_PRIME_SOURCES, List.of(), LambdaVariable::sources);
    progress =
        read(
            LambdaVariable.FANOUT_PROGRESS,
            true,
            text -> LambdaVariable.choice(text, List.of("memory", "off")).equals("memory"));
    progressTable = readOrNull(LambdaVariable.FANOUT_PROGRESS_TABLE, LambdaVariable::tableName);
    if (progressTable != null && !progress) {
      problems.add("FANOUT_PROGRESS is off, and FANOUT_PROGRESS_TABLE names a table; unset one");
    }
    progressTimeToLive =
        readOrNull(LambdaVariable.FANOUT_PROGRESS_TTL, LambdaVariable::positiveDuration);
    progressTimeout =
        read(
            LambdaVariable.FANOUT_PROGRESS_TIMEOUT,
            Duration.ofMillis(500),
            LambdaVariable::positiveDuration);
    traceJson = readOrNull(LambdaVariable.FANOUT_TRACE_JSON, text -> text);
    metrics = read(LambdaVariable.FANOUT_METRICS, true, LambdaVariable::flag);
    logLevel =
        read(
            LambdaVariable.FANOUT_LOG_LEVEL,
            "warn",
            text ->
                LambdaVariable.choice(text, List.of("trace", "debug", "info", "warn", "error")));
    if (!problems.isEmpty()) {
      throw new FanoutException(
          "The function's environment cannot be used: " + String.join("; ", problems));
    }
  }

  /**
   * Reads variables.
   *
   * @throws FanoutException with every problem: a value that cannot be used, a variable that starts
   *     with {@code FANOUT_} and is not known
   */
  public static LambdaEnvironment of(Map<String, String> variables) {
    return new LambdaEnvironment(variables);
  }

  private String tableNameOr(String function) {
    if (function.isEmpty() && !variables.containsKey(LambdaVariable.FANOUT_TABLE_NAME.name())) {
      problems.add(
          "FANOUT_TABLE_NAME is not set, and "
              + FUNCTION_NAME
              + ", which names the default, neither");
    }
    return read(LambdaVariable.FANOUT_TABLE_NAME, function + "Targets", LambdaVariable::tableName);
  }

  private RetryPolicy readRetry() {
    RetryPolicy standard = RetryPolicy.DEFAULT;
    long attempts =
        read(
            LambdaVariable.FANOUT_RETRY_MAX_ATTEMPTS,
            (long) standard.maxAttempts(),
            text -> LambdaVariable.number(text, GREATEST_NUMBER_OF_ATTEMPTS));
    Duration timeout =
        read(
            LambdaVariable.FANOUT_RETRY_ATTEMPT_TIMEOUT,
            standard.attemptTimeout(),
            LambdaVariable::positiveDuration);
    Duration firstPause =
        read(
            LambdaVariable.FANOUT_RETRY_FIRST_PAUSE,
            standard.firstPause(),
            LambdaVariable::duration);
    Duration maxPause =
        read(LambdaVariable.FANOUT_RETRY_MAX_PAUSE, standard.maxPause(), LambdaVariable::duration);
    if (maxPause.compareTo(firstPause) < 0) {
      problems.add(
          "FANOUT_RETRY_MAX_PAUSE ("
              + maxPause.toMillis()
              + "ms) is less than FANOUT_RETRY_FIRST_PAUSE ("
              + firstPause.toMillis()
              + "ms)");
      return standard;
    }
    return new RetryPolicy(Math.toIntExact(attempts), timeout, firstPause, maxPause);
  }

  private <T> T read(LambdaVariable variable, T standard, Function<String, T> parse) {
    T value = readOrNull(variable, parse);
    return value == null ? standard : value;
  }

  private <T> @Nullable T readOrNull(LambdaVariable variable, Function<String, T> parse) {
    String text = variables.get(variable.name());
    if (text == null) {
      return null;
    }
    try {
      return parse.apply(text.strip());
    } catch (IllegalArgumentException e) {
      problems.add(variable.name() + " '" + text + "' " + e.getMessage());
      return null;
    }
  }

  /**
   * Hands retries, bounds, settings, a random source and memory of progress to an engine's builder;
   * the registry is the caller's, and so is the store where there is a {@link #progressTable}.
   *
   * @return the builder
   */
  public FanoutEngine.Builder configure(FanoutEngine.Builder engine) {
    Objects.requireNonNull(engine, "engine");
    engine.retry(retry).skipInvalidRows(skipInvalidRows).allowNoTargets(allowNoTargets);
    if (maxBytesInFlight != null) {
      engine.maxBytesInFlight(maxBytesInFlight);
    }
    if (retention != null) {
      engine.retention(source -> retention);
    }
    // The seeds that a JVM gives by itself are one sequence, which every copy of a snapshot shares.
    engine.random(new SplittableRandom(new SecureRandom().nextLong()));
    engine.secrets(new EnvironmentSecrets(variables));
    engine.setting(ProviderContext.ALLOW_LOCAL, Boolean.toString(allowLocal));
    if (allowedHosts != null) {
      engine.setting(ProviderContext.ALLOWED_HOSTS, allowedHosts);
    }
    if (endpointUrl != null) {
      engine.setting(ProviderContext.ENDPOINT_URL, endpointUrl);
    }
    if (region != null) {
      engine.setting(ProviderContext.REGION, region);
    }
    if (traceJson != null) {
      engine.setting(ProviderContext.TRACE_JSON, traceJson);
    }
    if (progress && progressTable == null) {
      InMemoryProgressStore.Builder store = InMemoryProgressStore.builder();
      if (progressTimeToLive != null) {
        store.timeToLive(progressTimeToLive);
      }
      engine.progress(store.build());
    }
    return engine;
  }

  /** Returns the function's name; empty outside of Lambda. */
  public String functionName() {
    return functionName;
  }

  /** Returns the function's region; null outside of Lambda. */
  public @Nullable String region() {
    return region;
  }

  /** Returns the name of the table of targets. */
  public String tableName() {
    return tableName;
  }

  /** Returns how the handler answers, and when. */
  public LambdaOptions options() {
    return options;
  }

  /** Returns how long targets are kept before the table is read again. */
  public Duration cacheTtl() {
    return cacheTtl;
  }

  /** Returns the URL of every AWS client; null for AWS's own. */
  public @Nullable String endpointUrl() {
    return endpointUrl;
  }

  /** Returns the sources that are primed before the first event; see {@link PrimedHandler}. */
  public List<Source> primeSources() {
    return primeSources;
  }

  /** Returns the table that remembers what targets have settled; null if none does. */
  public @Nullable String progressTable() {
    return progressTable;
  }

  /** Returns how long that is remembered; null for the store's own default. */
  public @Nullable Duration progressTimeToLive() {
    return progressTimeToLive;
  }

  /** Returns how long reading or writing the table may take. */
  public Duration progressTimeout() {
    return progressTimeout;
  }

  /** Returns whether the function is being started for a snapshot of SnapStart. */
  public boolean isSnapStart() {
    return "snap-start".equals(variables.get("AWS_LAMBDA_INITIALIZATION_TYPE"));
  }

  /** Returns whether metrics are written. */
  public boolean metrics() {
    return metrics;
  }

  /** Returns the level of the log. */
  public String logLevel() {
    return logLevel;
  }
}
