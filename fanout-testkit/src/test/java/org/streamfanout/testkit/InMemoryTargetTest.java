package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

class InMemoryTargetTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Failure FAILURE = Failure.retryable("Broken", "as the test says");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Gate gate = new Gate();

  @AfterEach
  void stop() throws InterruptedException {
    gate.open();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void send_nothingScripted_takesEverythingInOrder() throws Exception {
    InMemoryTarget target = new InMemoryTarget();

    List<Outcome> outcomes = send(target, batch("a", "b", "c"));

    assertThat(outcomes).containsOnly(Outcome.accepted()).hasSize(3);
    assertThat(target.bodies("t")).containsExactly("a", "b", "c");
    assertThat(target.records()).hasSize(3);
    assertThat(target.sends()).isEqualTo(1);
    assertThat(target.opens()).isEqualTo(1);
    assertThat(target.violations()).isEmpty();
  }

  @Test
  void send_someFail_takesTheOthers() throws Exception {
    InMemoryTarget target = new InMemoryTarget().always(Behaviours.failAt(FAILURE, 0, 2));

    List<Outcome> outcomes = send(target, batch("a", "b", "c"));

    assertThat(outcomes)
        .containsExactly(Outcome.failed(FAILURE), Outcome.accepted(), Outcome.failed(FAILURE));
    assertThat(target.bodies("t")).containsExactly("b");
  }

  @Test
  void send_prefixOrder_takesNothingOfALaneBehindAFailure() throws Exception {
    Capabilities prefix =
        Capabilities.builder(Limits.of(10, 1000, 100)).callOrder(CallOrder.PREFIX).build();
    InMemoryTarget target =
        InMemoryTarget.builder()
            .capabilities(prefix)
            .build()
            .next(Behaviours.failIf(message -> message.body().utf8().equals("a1"), FAILURE));
    Batch batch =
        new Batch(
            SOURCE,
            "s",
            List.of(
                message("a1", "a"), message("b1", "b"), message("a2", "a"), message("b2", "b")));

    List<Outcome> outcomes = send(target, batch);

    assertThat(outcomes.get(2))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.NOT_SENT));
    assertThat(target.bodies("t")).containsExactly("b1", "b2");
  }

  @Test
  void send_acceptThenRaise_tookEffect() {
    InMemoryTarget target =
        new InMemoryTarget().next(Behaviours.acceptThenRaise(new IllegalStateException("late")));

    assertThatThrownBy(() -> send(target, batch("a"))).hasMessage("late");
    assertThat(target.bodies("t")).containsExactly("a");
  }

  @Test
  void send_brokenAnswers_areAsScripted() throws Exception {
    InMemoryTarget target =
        new InMemoryTarget()
            .next(Behaviours.acceptAndAnswer(5), Behaviours.breakWith(new StackOverflowError("x")));

    assertThat(send(target, batch("a"))).hasSize(5);
    assertThatThrownBy(() -> send(target, batch("b"))).isInstanceOf(StackOverflowError.class);
    assertThat(send(target, batch("c"))).containsExactly(Outcome.accepted());
  }

  @Test
  void send_hang_endsByAnInterruptOrTheGate() throws Exception {
    InMemoryTarget target = new InMemoryTarget().next(Behaviours.hang(gate, Behaviours.accept()));
    Future<List<Outcome>> hung = threads.submit(() -> send(target, batch("a")));
    gate.awaitArrived(1, LONG);
    assertThat(target.inFlight()).isEqualTo(1);

    hung.cancel(true);

    target.awaitIdle(LONG);
    assertThat(target.received()).isEmpty();
  }

  @Test
  void send_hangIgnoringInterrupts_answersLate() throws Exception {
    InMemoryTarget target =
        new InMemoryTarget().next(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    Future<List<Outcome>> hung = threads.submit(() -> send(target, batch("a")));
    gate.awaitArrived(1, LONG);
    hung.cancel(true);
    assertThat(target.inFlight()).isEqualTo(1);

    gate.open();

    target.awaitIdle(LONG);
    assertThat(target.bodies("t")).containsExactly("a");
  }

  @Test
  void send_oneLaneTwiceAtOnce_isAViolation() throws Exception {
    InMemoryTarget target = new InMemoryTarget().always(Behaviours.hang(gate, Behaviours.accept()));
    TargetSender sender = target.open(config(), new Context());
    Batch first = new Batch(SOURCE, "s", List.of(message("a1", "a")));
    Batch second = new Batch(SOURCE, "s", List.of(message("a2", "a")));
    threads.submit(() -> sender.send(first, Deadline.after(LONG)));
    threads.submit(() -> sender.send(second, Deadline.after(LONG)));

    gate.awaitArrived(2, LONG);

    assertThat(target.mostInFlight()).isEqualTo(2);
    assertThat(target.violations()).singleElement().asString().contains("two sends at once");
  }

  @Test
  void send_aboveTheLimits_isAViolation() throws Exception {
    InMemoryTarget target = InMemoryTarget.builder().limits(Limits.of(2, 100, 50)).build();

    send(target, batch("a", "b", "c"));

    assertThat(target.violations()).singleElement().asString().contains("above the limits");
  }

  @Test
  void send_bodyNotAsLongAsAnnounced_isAViolation() throws Exception {
    InMemoryTarget target = new InMemoryTarget();
    Message message =
        Message.builder("m", List.of(record("a"))).body(7, () -> Bytes.utf8("a")).build();

    send(target, new Batch(SOURCE, "s", List.of(message)));

    assertThat(target.violations()).singleElement().asString().contains("announced with 7");
  }

  @Test
  void send_conflictKeyTwiceInABatch_isAViolation() throws Exception {
    InMemoryTarget target = InMemoryTarget.builder().conflictKey(Message::key).build();

    send(target, batch("a", "b"));

    assertThat(target.violations()).singleElement().asString().contains("conflict key");
  }

  @Test
  void validate_problems_areAllThrown() {
    InMemoryTarget target =
        InMemoryTarget.builder().problems(config -> List.of("one", "two")).build();

    assertThatThrownBy(() -> target.validate(config(), new Context()))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessage("one; two");
  }

  private static List<Outcome> send(InMemoryTarget target, Batch batch) throws Exception {
    try (TargetSender sender = target.open(config(), new Context())) {
      return sender.send(batch, Deadline.after(LONG));
    }
  }

  private static TargetConfig config() {
    return TargetConfig.builder(SOURCE, "t", "memory", "anywhere").build();
  }

  private static Batch batch(String... bodies) {
    return new Batch(
        SOURCE,
        "s",
        IntStream.range(0, bodies.length)
            .mapToObj(place -> message(bodies[place], bodies[place]))
            .toList());
  }

  private static Message message(String body, Object lane) {
    return Message.builder(body, List.of(record(body))).lane(lane).build();
  }

  private static FanoutRecord record(String data) {
    return FanoutRecord.builder("shard:" + data, data).key("k").data(Bytes.utf8(data)).build();
  }

  private static final class Context implements ProviderContext {
    @Override
    public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
      return factory.get();
    }

    @Override
    public @Nullable String setting(String name) {
      return null;
    }

    @Override
    public Clock clock() {
      return Clock.systemUTC();
    }
  }
}
