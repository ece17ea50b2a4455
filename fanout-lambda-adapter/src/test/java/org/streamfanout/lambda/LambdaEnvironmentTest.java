package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Records;

final class LambdaEnvironmentTest {
  private static final Map<String, String> NAMED = Map.of("AWS_LAMBDA_FUNCTION_NAME", "fanout");

  @Test
  void of_nothingButTheFunctionsName_hasTheDefaults() {
    LambdaEnvironment environment = LambdaEnvironment.of(NAMED);

    assertThat(environment.functionName()).isEqualTo("fanout");
    assertThat(environment.tableName()).isEqualTo("fanoutTargets");
    assertThat(environment.options().partialResponses()).isFalse();
    assertThat(environment.options().deadlineMargin()).isEqualTo(Duration.ofSeconds(1));
    assertThat(environment.cacheTtl()).isEqualTo(Duration.ofSeconds(60));
    assertThat(environment.metrics()).isTrue();
    assertThat(environment.logLevel()).isEqualTo("warn");
    assertThat(environment.endpointUrl()).isNull();
    assertThat(environment.region()).isNull();
    assertThat(environment.primeSources()).isEmpty();
    assertThat(environment.isSnapStart()).isFalse();
  }

  @Test
  void isSnapStart_initializationType_isLambdas() {
    Map<String, String> variables = new HashMap<>(NAMED);
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

    assertThat(LambdaEnvironment.of(variables).isSnapStart()).isTrue();
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    assertThat(LambdaEnvironment.of(variables).isSnapStart()).isFalse();
  }

  /** Keeps what it is told of a secret when a row is checked. */
  private record Asking(List<String> told) implements TargetProvider {
    @Override
    public String type() {
      return "asking";
    }

    @Override
    public Description describe() {
      return Description.builder("Asks for a secret.").build();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return Capabilities.builder(Limits.of(1, 1, 1)).build();
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {
      told.add(String.valueOf(context.secret("redis-main")));
    }

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      throw new UnsupportedOperationException("nothing is sent here");
    }
  }

  @Test
  void configure_secretInAVariable_isTheProvidersToAskFor() {
    Map<String, String> variables = new HashMap<>(NAMED);
    variables.put("FANOUT_SECRET_REDIS_MAIN", "s3cret");
    Asking provider = new Asking(new ArrayList<>());
    TargetConfig row = TargetConfig.builder(Records.KINESIS, "t", "asking", "any").build();
    InMemoryTargetRegistry registry = new InMemoryTargetRegistry(row);

    try (FanoutEngine engine =
        LambdaEnvironment.of(variables)
            .configure(FanoutEngine.builder().registry(registry).provider(provider))
            .build()) {
      engine.validate(registry.targetsFor(Records.KINESIS));
    }

    assertThat(provider.told()).containsOnly("s3cret");
  }

  @Test
  void of_everyVariable_isRead() {
    Map<String, String> variables = new HashMap<>(NAMED);
    variables.put("AWS_REGION", "eu-west-1");
    variables.put("FANOUT_TABLE_NAME", "my-targets");
    variables.put("FANOUT_PARTIAL_RESPONSES", "TRUE");
    variables.put("FANOUT_DEADLINE_MARGIN", "1500ms");
    variables.put("FANOUT_CACHE_TTL", "2m");
    variables.put("FANOUT_INVALID_ROWS", "skip");
    variables.put("FANOUT_ALLOW_NO_TARGETS", "true");
    variables.put("FANOUT_MAX_BYTES_IN_FLIGHT", "1048576");
    variables.put("FANOUT_RETENTION_HOURS", "168");
    variables.put("FANOUT_RETRY_MAX_ATTEMPTS", "3");
    variables.put("FANOUT_RETRY_ATTEMPT_TIMEOUT", "5s");
    variables.put("FANOUT_RETRY_FIRST_PAUSE", "0ms");
    variables.put("FANOUT_RETRY_MAX_PAUSE", "1s");
    variables.put("FANOUT_ALLOWED_HOSTS", "queue.internal, 10.0.0.7:9324, [::1]:80");
    variables.put("FANOUT_ALLOW_LOCAL", "true");
    variables.put("FANOUT_ENDPOINT_URL", "http://127.0.0.1:4566");
    variables.put(
        "FANOUT_PRIME_SOURCES",
        "arn:aws:kinesis:eu-west-1:123456789012:stream/in, kafka://b-2:1,b-1:1/orders,"
            + "arn:aws:sqs:eu-west-1:123456789012:q");
    variables.put("FANOUT_PROGRESS", "memory");
    variables.put("FANOUT_PROGRESS_TABLE", "my-progress");
    variables.put("FANOUT_PROGRESS_TTL", "60m");
    variables.put("FANOUT_PROGRESS_TIMEOUT", "250ms");
    variables.put("FANOUT_TRACE_JSON", "traceparent");
    variables.put("FANOUT_METRICS", "false");
    variables.put("FANOUT_LOG_LEVEL", "DEBUG");
    assertThat(variables.keySet())
        .as("this test names every variable")
        .contains(Arrays.stream(LambdaVariable.values()).map(Enum::name).toArray(String[]::new));

    LambdaEnvironment environment = LambdaEnvironment.of(variables);

    assertThat(environment.tableName()).isEqualTo("my-targets");
    assertThat(environment.options().partialResponses()).isTrue();
    assertThat(environment.options().deadlineMargin()).isEqualTo(Duration.ofMillis(1500));
    assertThat(environment.cacheTtl()).isEqualTo(Duration.ofMinutes(2));
    assertThat(environment.metrics()).isFalse();
    assertThat(environment.primeSources())
        .extracting(Source::id)
        .containsExactly(
            "arn:aws:kinesis:eu-west-1:123456789012:stream/in",
            "kafka://b-1:1,b-2:1/orders",
            "arn:aws:sqs:eu-west-1:123456789012:q");
    assertThat(environment.progressTable()).isEqualTo("my-progress");
    assertThat(environment.progressTimeToLive()).isEqualTo(Duration.ofHours(1));
    assertThat(environment.progressTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(environment.logLevel()).isEqualTo("debug");
    assertThat(environment.endpointUrl()).isEqualTo("http://127.0.0.1:4566");
    assertThat(environment.region()).isEqualTo("eu-west-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          FANOUT_TABLE_NAME            | a                     | is not a table's name
          FANOUT_TABLE_NAME            | ``                    | is not a table's name
          FANOUT_PARTIAL_RESPONSES     | yes                   | is neither true nor false
          FANOUT_DEADLINE_MARGIN       | 1                     | is not a time
          FANOUT_DEADLINE_MARGIN       | -1s                   | is not a time
          FANOUT_CACHE_TTL             | 0s                    | must be longer than nothing
          FANOUT_INVALID_ROWS          | drop                  | is not one of hold, skip
          FANOUT_MAX_BYTES_IN_FLIGHT   | 0                     | is not a whole number
          FANOUT_MAX_BYTES_IN_FLIGHT   | 1MB                   | is not a whole number
          FANOUT_RETENTION_HOURS       | 0                     | is not a whole number
          FANOUT_RETENTION_HOURS       | 7d                    | is not a whole number
          FANOUT_RETRY_MAX_ATTEMPTS    | 1001                  | from 1 to 1000
          FANOUT_RETRY_ATTEMPT_TIMEOUT | 0ms                   | must be longer than nothing
          FANOUT_RETRY_MAX_PAUSE       | 1ms                   | is less than FANOUT_RETRY_FIRST_PAUSE
          FANOUT_ALLOWED_HOSTS         | http://host           | is not a list of hosts
          FANOUT_ALLOWED_HOSTS         | a,,b                  | is not a list of hosts
          FANOUT_ENDPOINT_URL          | localhost:4566        | is not a URL
          FANOUT_ENDPOINT_URL          | ftp://host            | is not a URL
          FANOUT_ENDPOINT_URL          | http://user:pw@host   | is not a URL
          FANOUT_ENDPOINT_URL          | http://a b            | is not a URL
          FANOUT_PRIME_SOURCES         | orders                | is not a list of sources
          FANOUT_PRIME_SOURCES         | ``                    | is not a list of sources
          FANOUT_LOG_LEVEL             | loud                  | is not one of trace
          FANOUT_PARTIAL_RESPONSE      | true                  | is no variable of this function
          """)
  void of_aValueThatCannotBeUsed_isNamed(String name, String value, String problem) {
    Map<String, String> variables = new HashMap<>(NAMED);
    variables.put(name, value);

    assertThatThrownBy(() -> LambdaEnvironment.of(variables))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(problem);
  }

  @Test
  void of_progressOffAndATableNamed_isAProblem() {
    Map<String, String> variables = new HashMap<>(NAMED);
    variables.put("FANOUT_PROGRESS", "off");
    variables.put("FANOUT_PROGRESS_TABLE", "my-progress");

    assertThatThrownBy(() -> LambdaEnvironment.of(variables))
        .hasMessageContaining("FANOUT_PROGRESS is off");
  }

  @Test
  void of_severalProblems_listsAll() {
    Map<String, String> variables =
        Map.of("FANOUT_X", "1", "FANOUT_CACHE_TTL", "soon", "FANOUT_METRICS", "maybe");

    assertThatThrownBy(() -> LambdaEnvironment.of(variables))
        .hasMessageContainingAll(
            "FANOUT_X", "FANOUT_CACHE_TTL", "FANOUT_METRICS", "FANOUT_TABLE_NAME is not set");
  }

  @ParameterizedTest
  @EnumSource(LambdaVariable.class)
  void documentation_everyVariable_isInTheTable(LambdaVariable variable) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "lambda.md"));

    assertThat(page).contains("| `" + variable.name() + "` |");
  }

  @Test
  void timeFor_aMarginLongerThanHalfTheTime_leavesHalf() {
    LambdaOptions options = LambdaOptions.DEFAULT;

    assertThat(options.timeFor(Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(29));
    assertThat(options.timeFor(Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(500));
    assertThat(options.timeFor(Duration.ZERO)).isEqualTo(Duration.ZERO);
  }

  @Test
  void deadlineMargin_negative_isRefused() {
    assertThatThrownBy(() -> LambdaOptions.builder().deadlineMargin(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
