package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.InMemoryProgressStore;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.lambda.ModelEvent.Item;
import org.streamfanout.lambda.ModelFunction.Script;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** What a function remembers from one invocation to the next. */
@Timeout(120)
class RememberedProgressTest {
  private static final Source SOURCE = Source.of(EventText.STREAM);
  private static final byte[] EVENT = EventText.event(EventText.kinesis("1000", "0"));

  private final InMemoryTarget target = new InMemoryTarget();

  /** The model is worth something: without a memory that is shared it sees repetitions. */
  @Test
  void run_memoryThatIsNotShared_orderedTargetsSeeRepetitions() {
    List<Item> items =
        IntStream.range(0, 12).mapToObj(number -> new Item(number, "k", "one")).toList();
    try (ModelFunction function =
        new ModelFunction(
            ModelEvent.KINESIS.sources(),
            false,
            new Script(7, 6, 0),
            Ordering.KEY,
            UnaryOperator.identity(),
            InMemoryProgressStore.create())) {
      new StreamMapping(
              ModelEvent.KINESIS, new StreamMapping.Settings(false, true, -1, -1, 6, 1), function)
          .run(items, 7);

      assertThatThrownBy(() -> function.requireOnce("one")).hasMessageContaining("twice");
    }
  }

  private static void invoke(FanoutRequestHandler handler, Duration time) throws IOException {
    handler.handleRequest(
        new ByteArrayInputStream(EVENT), new ByteArrayOutputStream(), new TestContext(time));
  }

  private boolean isSettledAfterAWhile(FanoutEngine engine) throws IOException {
    FanoutRequestHandler handler = new FanoutRequestHandler(engine, LambdaOptions.DEFAULT);
    for (int invocation = 0; invocation < 40; invocation++) {
      try {
        invoke(handler, Duration.ofMillis(200));
        return true;
      } catch (UnsettledRecordsException e) {
        assertThat(target.received()).isEmpty();
      }
    }
    return false;
  }

  /** An invocation has time for one attempt, and the row allows three. */
  private FanoutEngine.Builder engine(OnFailure onFailure) {
    target.always(Behaviours.fail(Failure.retryable("Busy", "later")));
    return FanoutEngine.builder()
        .registry(
            new InMemoryTargetRegistry(
                TargetConfig.builder(SOURCE, "t", "memory", "x").onFailure(onFailure).build()))
        .provider(target)
        .retry(
            new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofHours(1)));
  }

  @Test
  void handleRequest_invocationsTooShortForAllAttempts_attemptsAddUp() throws IOException {
    try (FanoutEngine engine =
        engine(OnFailure.DROP).progress(InMemoryProgressStore.create()).build()) {
      assertThat(isSettledAfterAWhile(engine)).isTrue();
      assertThat(target.sends()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void handleRequest_underHoldOrWithoutMemory_attemptsNeverEnd() throws IOException {
    try (FanoutEngine held =
        engine(OnFailure.HOLD).progress(InMemoryProgressStore.create()).build()) {
      assertThat(isSettledAfterAWhile(held)).isFalse();
    }
    try (FanoutEngine forgetful = engine(OnFailure.DROP).build()) {
      assertThat(isSettledAfterAWhile(forgetful)).isFalse();
    }
  }

  @Test
  void configure_byDefault_remembersInMemory() throws IOException {
    assertThat(repetitions(Map.of())).isZero();
    assertThat(repetitions(Map.of("FANOUT_PROGRESS", "off"))).isEqualTo(2);
  }

  /** How often a healthy target gets a record again, over three invocations. */
  private int repetitions(Map<String, String> variables) throws IOException {
    InMemoryTarget healthy = new InMemoryTarget();
    InMemoryTarget failing = InMemoryTarget.ofType("failing");
    failing.always(Behaviours.fail(Failure.rejected("Bad", "never")));
    java.util.HashMap<String, String> all = new java.util.HashMap<>(variables);
    all.put("FANOUT_TABLE_NAME", "targets");
    try (FanoutEngine engine =
        LambdaEnvironment.of(all)
            .configure(FanoutEngine.builder())
            .registry(
                new InMemoryTargetRegistry(
                    TargetConfig.builder(SOURCE, "t", "memory", "x").build(),
                    TargetConfig.builder(SOURCE, "f", "failing", "x").build()))
            .provider(healthy)
            .provider(failing)
            .build()) {
      FanoutRequestHandler handler = new FanoutRequestHandler(engine, LambdaOptions.DEFAULT);
      for (int invocation = 0; invocation < 3; invocation++) {
        assertThatThrownBy(() -> invoke(handler, Duration.ofMinutes(1)))
            .isInstanceOf(UnsettledRecordsException.class);
      }
      return healthy.received().size() - 1;
    }
  }
}
