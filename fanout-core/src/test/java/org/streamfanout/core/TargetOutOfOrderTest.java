package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** What becomes of records whose target is down, slow or limited, second by second. */
@Timeout(60)
class TargetOutOfOrderTest {
  private static final Failure BUSY = Failure.retryable("Busy", "later");
  private static final Failure SLOW_DOWN = Failure.throttled("SlowDown", "later");

  /** Opens after two calls that failed, and probes every five seconds. */
  private static final CircuitOptions BREAKER =
      new CircuitOptions(4, 2, 50, Duration.ofSeconds(5), 1);

  private final VirtualTime time = new VirtualTime();
  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTarget letters = InMemoryTarget.ofType("letters");
  private final List<Duration> sentAt = new ArrayList<>();
  private final Instant start = time.clock.instant();

  private Fixture fixture(FanoutEngine.Builder builder, TargetConfig.Builder row) {
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void sent(SendEvent event) {
            if (event.targetId().equals("t")) {
              sentAt.add(passed());
            }
          }
        };
    return new Fixture(
        builder.provider(target).provider(letters).listener(listener),
        row.build(),
        TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build());
  }

  /** One message a call, and one call at a time. */
  private static TargetConfig.Builder row(DeliveryPolicy.Builder policy) {
    return Fixture.target("t").maxMessages(1).maxInFlight(1).delivery(policy.build());
  }

  private Duration passed() {
    return Duration.between(start, time.clock.instant());
  }

  private FanoutResult process(Fixture fixture, Duration within, FanoutRecord... records) {
    return fixture.engine.process(Fixture.batch(records), Deadline.after(within, time));
  }

  private FanoutRecord[] records(int count, Duration age) {
    return IntStream.range(0, count)
        .mapToObj(
            number ->
                FanoutRecord.builder(Fixture.SHARD + ":" + number, Integer.toString(number))
                    .shard(Fixture.SHARD)
                    .key("k" + number)
                    .data(Bytes.utf8(Integer.toString(number)))
                    .arrivedAt(start.minus(age))
                    .build())
        .toArray(FanoutRecord[]::new);
  }

  private static TargetCounts counts(FanoutResult result) {
    return result.targets().stream()
        .filter(each -> each.targetId().equals("t"))
        .findFirst()
        .orElseThrow()
        .counts();
  }

  private List<DeadLetter> written() {
    return letters.received("dlq").stream()
        .map(message -> DeadLetter.parse(message.body()))
        .toList();
  }

  // ---------------------------------------------------------------- down

  @Test
  void down_park_everythingGoesToTheDeadLetterAtOnce() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.PARK))
            .onFailure(OnFailure.DEAD_LETTER)
            .deadLetter("dlq");
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(5, Duration.ofSeconds(1)));

      assertThat(result.isSettled()).isTrue();
      assertThat(counts(result).deadLettered()).isEqualTo(5);
      assertThat(sentAt).hasSize(2);
      assertThat(passed()).isLessThan(Duration.ofSeconds(1));
      assertThat(written())
          .allSatisfy(
              letter -> {
                assertThat(letter.failure().code()).isEqualTo("TargetDown");
                assertThat(letter.failure().detail()).contains("first of all for Busy", "PARK");
              });
    }
  }

  @Test
  void down_shed_everythingIsDroppedAtOnce() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.SHED)).onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(5, Duration.ofSeconds(1)));

      assertThat(counts(result).dropped()).isEqualTo(5);
      assertThat(sentAt).hasSize(2);
      assertThat(passed()).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void down_hold_waitsForTheProbes_andThenSendsTheRestAtOnce() {
    target.next(Behaviours.fail(BUSY), Behaviours.fail(BUSY), Behaviours.fail(BUSY));
    TargetConfig.Builder row = row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD));
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(5, Duration.ofSeconds(1)));

      assertThat(result.isSettled()).isTrue();
      assertThat(counts(result).accepted()).isEqualTo(5);
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
      assertThat(sentAt).hasSize(8);
      assertThat(sentAt.get(2)).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5_100));
      assertThat(sentAt.get(3)).isBetween(Duration.ofSeconds(10), Duration.ofMillis(10_200));
      assertThat(sentAt.get(7)).isLessThan(Duration.ofSeconds(11));
    }
  }

  @Test
  void down_hold_untilTheCallEnds_isHeld() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row = row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(100));
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row)) {
      FanoutResult result =
          process(fixture, Duration.ofSeconds(12), records(3, Duration.ofSeconds(1)));

      assertThat(counts(result).held()).isEqualTo(3);
      assertThat(passed()).isEqualTo(Duration.ofSeconds(12));
      assertThat(sentAt).as("two calls and two probes").hasSize(4);
    }
  }

  /**
   * A target that denies us is an operator's matter: nothing is lost by it, whatever the row says.
   */
  @Test
  void denied_shed_isHeld() {
    target.always(Behaviours.fail(Failure.fatal("AccessDenied", "no")));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.SHED)).onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(3, Duration.ofSeconds(1)));

      assertThat(counts(result).held()).isEqualTo(3);
      assertThat(counts(result).dropped()).isZero();
    }
  }

  // ---------------------------------------------------------------- too old

  @Test
  void down_recordGetsTooOldWhileItWaits_isGivenUpJustThen() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder()
                .onOpen(OnOpen.HOLD)
                .maxAttempts(100)
                .maxRecordAge(Duration.ofSeconds(10)))
            .onFailure(OnFailure.DEAD_LETTER)
            .deadLetter("dlq");
    try (Fixture fixture = fixture(time.engine().circuit(BREAKER), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(4, Duration.ofSeconds(7)));

      assertThat(counts(result).deadLettered()).isEqualTo(4);
      assertThat(passed()).isBetween(Duration.ofSeconds(3), Duration.ofMillis(3_200));
      assertThat(written())
          .extracting(letter -> letter.failure().code())
          .containsOnly("RecordTooOld");
      assertThat(written().get(0).failure().detail())
          .contains("PT10S", "the first failure was Busy");
    }
  }

  @Test
  void healthy_recordThatIsTooOld_isSentNevertheless() {
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().maxRecordAge(Duration.ofSeconds(10)))
            .onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(3, Duration.ofDays(30)));

      assertThat(counts(result).accepted()).isEqualTo(3);
    }
  }

  @Test
  void failing_recordThatIsTooOld_isNotTriedAgain() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder()
                .onOpen(OnOpen.HOLD)
                .maxAttempts(100)
                .maxRecordAge(Duration.ofSeconds(10)))
            .onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(3, Duration.ofSeconds(11)));

      assertThat(counts(result).dropped()).isEqualTo(3);
      assertThat(sentAt).hasSize(3);
    }
  }

  @Test
  void throttledForLong_whatGetsTooOld_isGivenUp() {
    target.always(Behaviours.fail(SLOW_DOWN.withRetryAfter(Duration.ofSeconds(4))));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxRecordAge(Duration.ofSeconds(10)))
            .onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(2, Duration.ofSeconds(8)));

      assertThat(counts(result).dropped()).isEqualTo(2);
      assertThat(passed()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_200));
    }
  }

  // ---------------------------------------------------------------- attempts

  @Test
  void maxAttempts_ofTheRow_winsOverTheEngines() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(2)).onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(3, Duration.ofSeconds(1)));

      assertThat(counts(result).dropped()).isEqualTo(3);
      assertThat(counts(result).calls()).isEqualTo(6);
      assertThat(counts(result).retries()).isEqualTo(3);
    }
  }

  @Test
  void throttled_isNoAttempt_andWaitsAsLongAsTheDestinationAsks() {
    target.next(
        Behaviours.fail(SLOW_DOWN.withRetryAfter(Duration.ofSeconds(3))),
        Behaviours.fail(SLOW_DOWN.withRetryAfter(Duration.ofSeconds(2))));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(1)).onFailure(OnFailure.DROP);
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(1, Duration.ofSeconds(1)));

      assertThat(counts(result).accepted()).isEqualTo(1);
      assertThat(sentAt.get(1)).isBetween(Duration.ofSeconds(3), Duration.ofMillis(3_001));
      assertThat(sentAt.get(2)).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5_002));
    }
  }

  @Test
  void failed_inLongPauses_isSentSoonAfterSomethingGotThrough() {
    RetryPolicy slow =
        new RetryPolicy(4, Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(60));
    target.next(Behaviours.fail(BUSY), Behaviours.fail(BUSY));
    TargetConfig.Builder row = row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD));
    try (Fixture fixture = fixture(time.engine().retry(slow), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(5), records(3, Duration.ofSeconds(1)));

      assertThat(counts(result).accepted()).isEqualTo(3);
      assertThat(passed()).isBetween(Duration.ofNanos(1), Duration.ofMillis(500));
    }
  }

  @Test
  void failed_whatTheDestinationAskedFor_isWaitedForAlsoThen() {
    target.next(Behaviours.fail(BUSY.withRetryAfter(Duration.ofSeconds(20))));
    TargetConfig.Builder row = row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD));
    try (Fixture fixture = fixture(time.engine(), row)) {
      process(fixture, Duration.ofMinutes(5), records(3, Duration.ofSeconds(1)));

      assertThat(target.bodies("t")).containsExactly("1", "2", "0");
      assertThat(passed()).isBetween(Duration.ofSeconds(20), Duration.ofMillis(20_001));
    }
  }

  /** With nothing getting through, what is sent again is bounded, whatever the pauses are. */
  @Test
  void retryBudget_afterTheReserve_oneInAWhile() {
    target.always(Behaviours.fail(BUSY));
    TargetConfig.Builder row =
        row(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(1_000).retryBudgetPercent(10));
    try (Fixture fixture = fixture(time.engine(), row)) {
      process(fixture, Duration.ofSeconds(10), records(50, Duration.ofSeconds(1)));

      // 50 first sends, 100 of the reserve and 10 % of the first ones, then one a second.
      assertThat(sentAt.size()).isBetween(50 + 100 + 5, 50 + 100 + 5 + 11);
    }
  }

  @Test
  void retryBudget_somethingGetsThrough_isNoBound() {
    target.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("0") && sentAt.size() < 400, BUSY));
    TargetConfig.Builder row =
        Fixture.target("t")
            .maxInFlight(1)
            .maxMessages(1)
            .delivery(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).maxAttempts(1_000).build());
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(300, Duration.ofSeconds(1)));

      assertThat(counts(result).accepted()).isGreaterThanOrEqualTo(299);
      assertThat(sentAt.get(299)).isLessThan(Duration.ofSeconds(1));
    }
  }

  // ---------------------------------------------------------------- rates

  @Test
  void recordsPerSecond_areKept_afterTheFirstSecondsWorth() {
    TargetConfig.Builder row =
        Fixture.target("t")
            .maxInFlight(4)
            .delivery(DeliveryPolicy.builder().maxRecordsPerSecond(10L).build());
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(35, Duration.ofSeconds(1)));

      assertThat(counts(result).accepted()).isEqualTo(35);
      assertThat(sentAt.get(0)).isZero();
      assertThat(passed()).isBetween(Duration.ofMillis(2_499), Duration.ofMillis(2_501));
    }
  }

  @Test
  void bytesPerSecond_areKept_asTheDestinationCountsThem() {
    TargetConfig.Builder row =
        Fixture.target("t").delivery(DeliveryPolicy.builder().maxBytesPerSecond(10L).build());
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofMinutes(1), records(20, Duration.ofSeconds(1)));

      // 10 bodies of one byte, then 10 of two.
      assertThat(counts(result).accepted()).isEqualTo(20);
      assertThat(passed()).isBetween(Duration.ofMillis(1_999), Duration.ofMillis(2_001));
    }
  }

  @Test
  void recordsPerSecond_waitingIsNoAttempt_andHeldWhenTheCallEnds() {
    TargetConfig.Builder row =
        Fixture.target("t").delivery(DeliveryPolicy.builder().maxRecordsPerSecond(10L).build());
    try (Fixture fixture = fixture(time.engine(), row)) {
      FanoutResult result =
          process(fixture, Duration.ofSeconds(1), records(35, Duration.ofSeconds(1)));

      assertThat(counts(result).accepted()).isBetween(19L, 20L);
      assertThat(counts(result).held()).isEqualTo(35 - counts(result).accepted());
      assertThat(counts(result).retries()).isZero();
    }
  }
}
