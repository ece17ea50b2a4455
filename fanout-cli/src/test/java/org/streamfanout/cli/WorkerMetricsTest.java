package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.CircuitEvent;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.FanoutListener.ConcurrencyEvent;
import org.streamfanout.spi.FanoutListener.FanoutEvent;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

class WorkerMetricsTest {
  private static final Source SOURCE = Source.of(Cli.STREAM);
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  private final SetClock clock = new SetClock();
  private final WorkerMetrics metrics = new WorkerMetrics(clock);

  private static final class SetClock extends Clock {
    private Instant now = START;

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static TargetCounts counts(long accepted, long held) {
    return new TargetCounts(accepted + held, accepted, 0, 0, 0, 0, 0, held, 1, 0);
  }

  private static TargetEvent event(
      String shard, TargetCounts counts, TargetCounts before, @Nullable Instant oldest) {
    return new TargetEvent(SOURCE, shard, "t", "sqs", counts, null, oldest, before);
  }

  private static FanoutEvent finished(String shard, int settled, int before) {
    return new FanoutEvent(SOURCE, shard, 1, 10, settled, Duration.ofMillis(1), null, before);
  }

  private WorkerNumbers.Target target() {
    return metrics.numbers().targets().get(0);
  }

  @Test
  void settled_resumedBatch_countsWhatIsNewOnly() {
    metrics.settled(event("s", counts(4, 6), TargetCounts.ZERO, null));
    metrics.finished(finished("s", 4, 0));
    metrics.settled(event("s", counts(4, 6), counts(4, 6), null));
    metrics.finished(finished("s", 4, 4));
    metrics.settled(event("s", counts(10, 0), counts(4, 6), null));
    metrics.finished(finished("s", 10, 4));

    assertThat(target().counts()).isEqualTo(new TargetCounts(10, 10, 0, 0, 0, 0, 0, 0, 1, 0));
    assertThat(metrics.numbers().settled()).isEqualTo(10);
    assertThat(metrics.numbers().shards())
        .containsExactly(new WorkerNumbers.Shard(SOURCE, "s", 10));
  }

  /** A worker that lost a shard may get it back, and starts with the whole batch again. */
  @Test
  void settled_batchThatWasGivenUp_theNextOneCountsInFull() {
    metrics.settled(event("s", counts(4, 6), TargetCounts.ZERO, null));
    metrics.settled(event("s", counts(10, 0), TargetCounts.ZERO, null));

    assertThat(target().counts().accepted()).isEqualTo(14);
    assertThat(target().held()).isNull();
  }

  @Test
  void settled_prefixThatShrank_isNotTakenBack() {
    metrics.finished(finished("s", 6, 0));
    metrics.finished(finished("s", 4, 6));

    assertThat(metrics.numbers().settled()).isEqualTo(6);
  }

  @Test
  void held_ofTwoShards_isTheirSumWithTheOldest() {
    metrics.settled(event("s", counts(0, 6), TargetCounts.ZERO, START.minusSeconds(50)));
    clock.pass(Duration.ofSeconds(10));
    metrics.settled(event("r", counts(0, 2), TargetCounts.ZERO, START.minusSeconds(70)));
    clock.pass(Duration.ofSeconds(5));

    WorkerNumbers numbers = metrics.numbers();
    assertThat(target().counts().held()).isEqualTo(8);
    assertThat(numbers.holding())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.held().heldFor(numbers.at())).hasSeconds(15);
              assertThat(each.held().age(numbers.at())).hasSeconds(85);
            });
  }

  @Test
  void held_stillHeldLater_keepsItsBeginning() {
    metrics.settled(event("s", counts(0, 6), TargetCounts.ZERO, null));
    clock.pass(Duration.ofSeconds(40));
    metrics.settled(event("s", counts(3, 3), counts(0, 6), null));

    assertThat(target().held()).isEqualTo(new Ledger.Held(3, START, START));
  }

  @Test
  void held_shardThatNobodyHearsOf_isForgotten() {
    metrics.settled(event("s", counts(0, 6), TargetCounts.ZERO, null));
    clock.pass(Ledger.HELD_KNOWN.plusSeconds(1));

    assertThat(metrics.numbers().holding()).isEmpty();
    assertThat(target().counts().held()).isZero();
  }

  @Test
  void sent_outcomes_countedByKindWithBytesAndTime() {
    metrics.sent(sent(Duration.ofMillis(3), null));
    metrics.sent(sent(Duration.ofMillis(400), Failure.throttled("Slow", "down")));
    metrics.sent(sent(Duration.ofSeconds(11), Failure.throttled("Slow", "down")));

    WorkerNumbers.Target target = target();
    assertThat(target.attempts()).containsOnly(entry("accepted", 1L), entry("throttled", 2L));
    assertThat(target.bytes()).isEqualTo(300);
    assertThat(target.took().counts())
        .containsExactly(0L, 1L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 1L);
    assertThat(target.took().sum()).isEqualTo(Duration.ofMillis(11_403));
  }

  @Test
  void circuitAndConcurrency_theLastWordCounts() {
    metrics.sent(sent(Duration.ofMillis(3), null));
    assertThat(target().breaker().state()).isEqualTo(CircuitState.CLOSED);
    assertThat(target().callLimit()).isNull();

    metrics.circuit(
        new CircuitEvent(SOURCE, "t", CircuitState.CLOSED, CircuitState.OPEN, "it fails"));
    metrics.concurrency(new ConcurrencyEvent(SOURCE, "t", 4, 8));
    metrics.concurrency(new ConcurrencyEvent(SOURCE, "t", 2, 8));

    assertThat(target().breaker().state()).isEqualTo(CircuitState.OPEN);
    assertThat(target().callLimit()).isEqualTo(2);
  }

  @Test
  void breaker_probesThatFail_isOpenSinceItWasLastClosed() {
    metrics.circuit(circuit(CircuitState.CLOSED, CircuitState.OPEN));
    clock.pass(Duration.ofSeconds(5));
    metrics.circuit(circuit(CircuitState.OPEN, CircuitState.HALF_OPEN));
    clock.pass(Duration.ofSeconds(5));
    metrics.circuit(circuit(CircuitState.HALF_OPEN, CircuitState.OPEN));

    assertThat(target().breaker()).isEqualTo(new WorkerNumbers.Breaker(CircuitState.OPEN, START));

    metrics.circuit(circuit(CircuitState.HALF_OPEN, CircuitState.CLOSED));
    assertThat(target().breaker()).isEqualTo(new WorkerNumbers.Breaker(CircuitState.CLOSED, null));

    metrics.circuit(circuit(CircuitState.CLOSED, CircuitState.OPEN));
    assertThat(target().breaker().since()).isEqualTo(START.plusSeconds(10));
  }

  private static CircuitEvent circuit(CircuitState from, CircuitState to) {
    return new CircuitEvent(SOURCE, "t", from, to, "test");
  }

  @Test
  void lastFailure_ofAttempts_isTheLatestWithItsTime() {
    metrics.sent(sent(Duration.ofMillis(3), Failure.retryable("First", "")));
    clock.pass(Duration.ofSeconds(5));
    metrics.sent(sent(Duration.ofMillis(3), Failure.retryable("Second", "")));
    clock.pass(Duration.ofSeconds(5));
    metrics.sent(sent(Duration.ofMillis(3), null));

    assertThat(target().lastFailure())
        .isEqualTo(new WorkerNumbers.Failed(Failure.retryable("Second", ""), START.plusSeconds(5)));
  }

  @Test
  void lastFailure_whatWasNeverSent_isWhyItIsHeld() {
    TargetEvent held =
        new TargetEvent(
            SOURCE,
            "s",
            "t",
            "sqs",
            counts(0, 6),
            Failure.retryable("NotOpen", ""),
            null,
            TargetCounts.ZERO);
    metrics.settled(held);

    assertThat(target().lastFailure())
        .isEqualTo(new WorkerNumbers.Failed(Failure.retryable("NotOpen", ""), START));
  }

  private static Map.Entry<String, Long> entry(String name, Long count) {
    return Map.entry(name, count);
  }

  private static SendEvent sent(Duration took, @Nullable Failure failure) {
    return new SendEvent(SOURCE, "s", "t", 1, failure == null ? 1 : 0, 100, took, failure);
  }

  @Test
  void shards_moreThanAreKept_theOneNotHeardOfLongestIsForgotten() {
    for (int shard = 0; shard < WorkerMetrics.MOST; shard++) {
      metrics.finished(finished("s" + shard, 1, 0));
    }
    metrics.finished(finished("s0", 2, 0));
    metrics.finished(finished("new", 1, 0));

    WorkerNumbers numbers = metrics.numbers();
    assertThat(numbers.shards()).hasSize(WorkerMetrics.MOST);
    assertThat(numbers.shards()).extracting(WorkerNumbers.Shard::name).doesNotContain("s1");
    assertThat(numbers.shards()).contains(new WorkerNumbers.Shard(SOURCE, "s0", 3));
    assertThat(numbers.settled()).isEqualTo(WorkerMetrics.MOST + 3L);
  }

  @Test
  void results_deadLetterTarget_isLeftOut() {
    metrics.sent(sent(Duration.ofMillis(3), null));

    assertThat(metrics.numbers().results()).isEmpty();
    metrics.settled(event("s", counts(1, 0), TargetCounts.ZERO, null));
    assertThat(metrics.numbers().results()).hasSize(1);
  }

  @Test
  void settled_realEngineThatResumes_countsEachRecordOnce() {
    InMemoryTarget memory = new InMemoryTarget();
    memory.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("1"), Failure.fatal("Never", "not this")));
    TargetConfig row = TargetConfig.builder(SOURCE, "t", "memory", "anywhere").build();
    List<FanoutRecord> records = List.of(record(0), record(1), record(2));
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(row))
            .provider(memory)
            .listener(metrics)
            .build()) {
      FanoutResult result =
          engine.process(
              new SourceBatch(SOURCE, "s", records), Deadline.after(Duration.ofSeconds(30)));
      assertThat(target().held().records()).isEqualTo(1);
      memory.always(Behaviours.accept());
      assertThat(engine.resume(result.left(), Deadline.after(Duration.ofMinutes(1))).isSettled())
          .isTrue();
    }

    assertThat(target().counts().accepted()).isEqualTo(3);
    assertThat(metrics.numbers().settled()).isEqualTo(3);
    assertThat(target().held()).isNull();
  }

  private static FanoutRecord record(int number) {
    return FanoutRecord.builder("s:" + number, Integer.toString(number))
        .shard("s")
        .key("k" + number)
        .data(Bytes.utf8(Integer.toString(number)))
        .build();
  }
}
