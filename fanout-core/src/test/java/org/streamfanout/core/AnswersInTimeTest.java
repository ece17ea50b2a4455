package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** What each answer of a destination does to what comes next, and when that comes. */
@Timeout(60)
class AnswersInTimeTest {
  private static final Failure BUSY = Failure.retryable("Busy", "later");
  private static final Failure SLOW_DOWN = Failure.throttled("SlowDown", "later");

  /** Pauses of a second, two, four and so on, each with jitter over its upper half. */
  private static final RetryPolicy SECONDS =
      new RetryPolicy(8, Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofMinutes(1));

  private static final CircuitOptions BREAKER =
      new CircuitOptions(4, 2, 50, Duration.ofSeconds(5), 1);

  private final VirtualTime time = new VirtualTime();
  private final Instant start = time.clock.instant();
  private final InMemoryTarget target = new InMemoryTarget();
  private final List<FanoutListener.RetryEvent> retries = new ArrayList<>();
  private final List<String> circuit = new ArrayList<>();
  private final List<Duration> sentAt = new ArrayList<>();

  private Fixture fixture(FanoutEngine.Builder builder, TargetConfig.Builder row) {
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void sent(SendEvent event) {
            sentAt.add(passed());
          }

          @Override
          public void retrying(RetryEvent event) {
            retries.add(event);
          }

          @Override
          public void circuit(CircuitEvent event) {
            circuit.add(event.from() + ">" + event.to());
          }
        };
    return new Fixture(builder.provider(target).listener(listener), row.build());
  }

  private static TargetConfig.Builder row() {
    return Fixture.target("t")
        .maxInFlight(1)
        .delivery(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).build());
  }

  private Duration passed() {
    return Duration.between(start, time.clock.instant());
  }

  private FanoutResult process(Fixture fixture, Duration within, String... keys) {
    return fixture.engine.process(
        Fixture.batch(Fixture.records(keys)), Deadline.after(within, time));
  }

  private static TargetCounts counts(FanoutResult result) {
    return result.targets().get(0).counts();
  }

  private static String[] keys(int count) {
    return Stream.iterate(0, key -> key + 1)
        .limit(count)
        .map(key -> "k" + key)
        .toArray(String[]::new);
  }

  @Test
  void failedInPart_whatFailedGoesAgainAlone_afterTheFirstPause() {
    target.next(
        Behaviours.failIf(message -> message.body().utf8().equals("1"), BUSY),
        Behaviours.fail(BUSY));
    try (Fixture fixture = fixture(time.engine().retry(SECONDS), row())) {
      FanoutResult result = process(fixture, Duration.ofMinutes(1), keys(3));

      assertThat(counts(result)).isEqualTo(new TargetCounts(3, 3, 0, 0, 0, 0, 0, 0, 3, 2));
      assertThat(target.batches("t"))
          .extracting(batch -> batch.messages().size())
          .containsExactly(3, 1, 1);
      assertThat(sentAt.get(1)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
      assertThat(sentAt.get(2).minus(sentAt.get(1)))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }
  }

  @Test
  void retrying_tellsHowManyWait_howOftenTheyWereTried_andForHowLong() {
    target.next(
        Behaviours.failIf(message -> !message.body().utf8().equals("1"), BUSY),
        Behaviours.fail(BUSY));
    try (Fixture fixture = fixture(time.engine().retry(SECONDS), row())) {
      process(fixture, Duration.ofMinutes(1), keys(3));

      assertThat(retries).hasSize(2);
      assertThat(retries).extracting(FanoutListener.RetryEvent::messages).containsExactly(2, 2);
      assertThat(retries).extracting(FanoutListener.RetryEvent::attempts).containsExactly(1, 2);
      assertThat(retries).extracting(FanoutListener.RetryEvent::failure).containsOnly(BUSY);
      assertThat(retries.get(0).pause()).isEqualTo(sentAt.get(1));
      assertThat(retries.get(0).targetId()).isEqualTo("t");
      assertThat(retries.get(0).shard()).isEqualTo(Fixture.SHARD);
    }
  }

  @Test
  void throttledInARow_pausesGrow_butNoLongerThanTheBreakersPace() {
    for (int call = 0; call < 6; call++) {
      target.next(Behaviours.fail(SLOW_DOWN));
    }
    CircuitOptions pace = new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(5), 1);
    try (Fixture fixture = fixture(time.engine().retry(SECONDS).circuit(pace), row())) {
      FanoutResult result = process(fixture, Duration.ofMinutes(5), keys(1));

      assertThat(counts(result).accepted()).isEqualTo(1);
      assertThat(sentAt.get(1)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
      assertThat(sentAt.get(2).minus(sentAt.get(1)))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
      assertThat(sentAt.get(3).minus(sentAt.get(2)))
          .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
      assertThat(sentAt.get(6).minus(sentAt.get(5))).isEqualTo(Duration.ofSeconds(5));
      assertThat(retries).extracting(FanoutListener.RetryEvent::attempts).containsOnly(0);
    }
  }

  @Test
  void throttled_opensNoBreaker() {
    for (int call = 0; call < 6; call++) {
      target.next(Behaviours.fail(SLOW_DOWN));
    }
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row())) {
      FanoutResult result = process(fixture, Duration.ofMinutes(1), keys(1));

      assertThat(counts(result).accepted()).isEqualTo(1);
      assertThat(circuit).isEmpty();
    }
  }

  /** The destination is well: it is the records that are not. */
  @Test
  void rejected_opensNoBreaker() {
    target.always(Behaviours.fail(Failure.rejected("Bad", "never")));
    try (Fixture fixture =
        fixture(time.engine().circuit(BREAKER), row().maxMessages(1).onFailure(OnFailure.DROP))) {
      FanoutResult result = process(fixture, Duration.ofMinutes(1), keys(10));

      assertThat(counts(result).dropped()).isEqualTo(10);
      assertThat(sentAt).hasSize(10);
      assertThat(circuit).isEmpty();
      assertThat(passed()).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void failedWhole_opensTheBreaker_andItsReasonIsTold() {
    target.next(Behaviours.fail(BUSY), Behaviours.fail(BUSY));
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row().maxMessages(1))) {
      FanoutResult result = process(fixture, Duration.ofMinutes(1), keys(4));

      assertThat(counts(result).accepted()).isEqualTo(4);
      assertThat(circuit).containsExactly("CLOSED>OPEN", "OPEN>HALF_OPEN", "HALF_OPEN>CLOSED");
      assertThat(passed()).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5_600));
    }
  }

  @Test
  void acceptedInPart_isNoFailureOfTheTarget() {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("0"), BUSY));
    try (Fixture fixture =
        fixture(time.engine().circuit(BREAKER), row().onFailure(OnFailure.DROP))) {
      process(fixture, Duration.ofMinutes(1), keys(3));

      // Its own attempts without the others do fail as a whole.
      assertThat(sentAt.get(1)).isLessThan(Duration.ofSeconds(1));
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("1", "2");
    }
  }

  @Test
  void notSent_isNoAttempt_andNoFailure() {
    Failure notSent = Failure.notSent("behind one that failed");
    target.next(
        Behaviours.failIf(message -> message.body().utf8().equals("1"), notSent),
        Behaviours.fail(notSent));
    TargetConfig.Builder once =
        row()
            .onFailure(OnFailure.DROP)
            .delivery(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(1).build());
    try (Fixture fixture = fixture(time.engine().retry(SECONDS).circuit(BREAKER), once)) {
      FanoutResult result = process(fixture, Duration.ofMinutes(1), keys(3));

      assertThat(counts(result).accepted()).isEqualTo(3);
      assertThat(result.targets().get(0).firstFailure()).isNull();
      assertThat(retries).isEmpty();
      assertThat(circuit).isEmpty();
      assertThat(sentAt.get(1)).as("something was sent").isZero();
      assertThat(sentAt.get(2)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }
  }

  @Test
  void attempts_ofEarlierCallsOfTheBatchCount() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder thrice =
        row()
            .onFailure(OnFailure.DROP)
            .delivery(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(3).build());
    RetryPolicy slow =
        new RetryPolicy(8, Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(10));
    try (Fixture fixture = fixture(time.engine().retry(slow), thrice)) {
      FanoutResult first = process(fixture, Duration.ofSeconds(4), keys(1));
      assertThat(counts(first).held()).isEqualTo(1);
      FanoutResult second =
          fixture.engine.resume(first.left(), Deadline.after(Duration.ofSeconds(4), time));
      assertThat(counts(second).calls()).isLessThan(3);
      FanoutResult third =
          fixture.engine.resume(second.left(), Deadline.after(Duration.ofMinutes(1), time));

      assertThat(counts(third).dropped()).isEqualTo(1);
      assertThat(counts(third).calls()).isEqualTo(3);
    }
  }

  @Test
  void keptOrder_failureHoldsItsOwnKeyAlone_forItsPause() {
    target.next(Behaviours.failIf(message -> message.body().utf8().equals("0"), BUSY));
    try (Fixture fixture = fixture(time.engine().retry(SECONDS), row().ordering(Ordering.KEY))) {
      process(fixture, Duration.ofMinutes(1), "a", "b", "a", "b");

      assertThat(target.bodies("t")).containsExactly("1", "3", "0", "2");
      assertThat(sentAt.get(1)).isZero();
      assertThat(sentAt.get(2)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }
  }

  @Test
  void fatal_nothingMoreIsSentInThisCall_andTheNextTriesAgain() {
    target.next(Behaviours.fail(Failure.fatal("AccessDenied", "no")));
    try (Fixture fixture = fixture(time.engine(), row().maxMessages(1))) {
      FanoutResult first = process(fixture, Duration.ofMinutes(1), keys(3));
      assertThat(counts(first).held()).isEqualTo(3);
      assertThat(sentAt).hasSize(1);
      assertThat(passed()).isZero();

      FanoutResult second =
          fixture.engine.resume(first.left(), Deadline.after(Duration.ofMinutes(1), time));

      assertThat(counts(second).accepted()).isEqualTo(3);
    }
  }
}
