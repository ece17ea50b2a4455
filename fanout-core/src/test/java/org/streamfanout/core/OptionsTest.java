package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.testkit.InMemoryTarget;

/** What options may be, to the last value, and what is said of one that may not. */
class OptionsTest {
  private static final Duration NONE = Duration.ZERO;
  private static final Duration LEAST = Duration.ofNanos(1);
  private static final Duration NEGATIVE = Duration.ofNanos(-1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static void refused(Runnable made, String... said) {
    assertThatIllegalArgumentException().isThrownBy(made::run).withMessageContainingAll(said);
  }

  @Test
  void circuitOptions_ranges() {
    assertThat(new CircuitOptions(1, 1, 1, LEAST, 1).probes()).isEqualTo(1);
    assertThat(new CircuitOptions(5, 5, 100, LEAST, 1).failureRatePercent()).isEqualTo(100);

    refused(() -> new CircuitOptions(0, 1, 50, SECOND, 1), "window 0");
    refused(() -> new CircuitOptions(1, 0, 50, SECOND, 1), "minimumCalls 0");
    refused(() -> new CircuitOptions(5, 6, 50, SECOND, 1), "minimumCalls 6", "window 5");
    refused(() -> new CircuitOptions(5, 5, 50, SECOND, 0), "probes 0");
    refused(() -> new CircuitOptions(5, 5, 0, SECOND, 1), "failureRatePercent 0");
    refused(() -> new CircuitOptions(5, 5, 101, SECOND, 1), "failureRatePercent 101");
    refused(() -> new CircuitOptions(5, 5, 50, NONE, 1), "openFor PT0S");
    refused(() -> new CircuitOptions(5, 5, 50, NEGATIVE, 1), "openFor");
  }

  @Test
  void retryPolicy_ranges() {
    assertThat(new RetryPolicy(1, LEAST, NONE, NONE).maxAttempts()).isEqualTo(1);
    assertThat(new RetryPolicy(1, LEAST, SECOND, SECOND).maxPause()).isEqualTo(SECOND);

    refused(() -> new RetryPolicy(0, SECOND, NONE, NONE), "maxAttempts 0");
    refused(() -> new RetryPolicy(1, NONE, NONE, NONE), "attemptTimeout PT0S");
    refused(() -> new RetryPolicy(1, NEGATIVE, NONE, NONE), "attemptTimeout");
    refused(() -> new RetryPolicy(1, SECOND, NEGATIVE, NONE), "firstPause");
    refused(() -> new RetryPolicy(1, SECOND, SECOND, LEAST), "PT1S");
  }

  @Test
  void shardOptions_ranges() {
    assertThat(new ShardOptions(LEAST, LEAST, LEAST, 0, 0, NONE).maxHeldRecords()).isZero();

    refused(() -> new ShardOptions(NONE, LEAST, LEAST), "cycle PT0S");
    refused(() -> new ShardOptions(NEGATIVE, LEAST, LEAST), "cycle");
    refused(() -> new ShardOptions(SECOND, NONE, LEAST), "firstPause");
    refused(() -> new ShardOptions(SECOND, NEGATIVE, LEAST), "firstPause");
    refused(() -> new ShardOptions(SECOND, SECOND, LEAST), "PT1S");
    refused(() -> ShardOptions.DEFAULT.withMaxHeld(-1, 0), "maxHeldRecords -1");
    refused(() -> ShardOptions.DEFAULT.withMaxHeld(0, -1), "maxHeldBytes -1");
    refused(() -> ShardOptions.DEFAULT.withAheadAfter(NEGATIVE), "aheadAfter");
  }

  @Test
  void shardOptions_withOneChanged_keepsTheOthers() {
    ShardOptions changed = ShardOptions.DEFAULT.withMaxHeld(7, 8).withAheadAfter(SECOND);

    assertThat(changed)
        .isEqualTo(
            new ShardOptions(
                ShardOptions.DEFAULT.cycle(),
                ShardOptions.DEFAULT.firstPause(),
                ShardOptions.DEFAULT.maxPause(),
                7,
                8,
                SECOND));
  }

  @Test
  void maxBytesInFlight_oneAtLeast() {
    FanoutEngine.builder().maxBytesInFlight(1);

    refused(() -> FanoutEngine.builder().maxBytesInFlight(0), "maxBytesInFlight 0");
  }

  @Test
  void builder_nothingMayBeNull() {
    FanoutEngine.Builder builder = FanoutEngine.builder();
    List<Runnable> nulls =
        List.of(
            () -> builder.registry(null),
            () -> builder.provider(null),
            () -> builder.payloadStore(null),
            () -> builder.secrets(null),
            () -> builder.transform("t", null),
            () -> builder.batchTransform("t", null),
            () -> builder.retry(null),
            () -> builder.circuit(null),
            () -> builder.executor(null),
            () -> builder.clock(null),
            () -> builder.ticker(null),
            () -> builder.random(null),
            () -> builder.listener(null),
            () -> builder.tracing(null),
            () -> builder.progress(null),
            () -> builder.retention(null));

    assertThat(nulls)
        .allSatisfy(each -> assertThatThrownBy(each::run).isInstanceOf(NullPointerException.class));
  }

  @Test
  void environmentSecrets_nameInCapitals() {
    EnvironmentSecrets secrets =
        new EnvironmentSecrets(Map.of("FANOUT_SECRET_MY_TOKEN", "s", "MY_TOKEN", "other"));

    assertThat(secrets.apply("my-token")).isEqualTo("s");
    assertThat(secrets.apply("token")).isNull();
  }

  @Test
  void checkpoint_ofABatchOfWhichNothingIsSettled() {
    SourceBatch batch = Fixture.batch(Fixture.records("a", "b"));

    assertThat(Checkpoint.none(batch))
        .isEqualTo(new Checkpoint(0, 2, null, batch.records().get(0).position()));
    assertThat(Checkpoint.none(batch).isComplete()).isFalse();
    assertThat(Checkpoint.none(Fixture.batch())).isEqualTo(new Checkpoint(0, 0, null, null));
    assertThat(Checkpoint.none(Fixture.batch()).isComplete()).isTrue();
  }

  @Test
  void result_saysWhoseItIs_andWhatIsLeft() {
    try (Fixture fixture = Fixture.of(new InMemoryTarget(), Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(result.source()).isEqualTo(Fixture.SOURCE);
      assertThat(result.shard()).isEqualTo(Fixture.SHARD);
      assertThat(result.unsettled()).isEmpty();
      assertThat(result.left().isEmpty()).isTrue();
      assertThat(result.left().source()).isEqualTo(Fixture.SOURCE);
    }
  }
}
