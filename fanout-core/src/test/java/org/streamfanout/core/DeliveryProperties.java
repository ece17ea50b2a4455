package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

/** Whatever destinations do, order, counts and checkpoint hold, and nothing is lost. */
class DeliveryProperties {
  private static final Duration CALL = Duration.ofSeconds(20);

  /** How a target is set up and how badly its destination behaves. */
  record Case(
      long seed,
      int records,
      int keys,
      Ordering ordering,
      CallOrder callOrder,
      Collapse collapse,
      OnFailure onFailure,
      int maxMessages,
      long maxBytes,
      int maxInFlight,
      int trouble,
      boolean conflicts) {}

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<Integer> small = Arbitraries.integers().between(1, 12);
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(0, 60),
            Combinators.combine(small, small, small).as((a, b, c) -> new int[] {a, b, c}),
            Arbitraries.of(Ordering.class),
            Arbitraries.of(CallOrder.class),
            Arbitraries.of(Collapse.NONE, Collapse.CONCAT),
            Arbitraries.of(OnFailure.class),
            Arbitraries.integers().between(0, 7))
        .as(
            (seed, records, numbers, ordering, callOrder, collapse, onFailure, trouble) ->
                new Case(
                    seed,
                    records,
                    numbers[0],
                    ordering,
                    callOrder,
                    collapse,
                    onFailure,
                    numbers[1],
                    8 + numbers[2] * 4L,
                    1 + numbers[1] % 4,
                    trouble,
                    seed % 3 == 0));
  }

  /** A destination that fails at random, in every way that ends by itself. */
  private static final class Troubled {
    private final ReentrantLock lock = new ReentrantLock();
    private final SplittableRandom random;
    private final int trouble;

    Troubled(long seed, int trouble) {
      this.random = new SplittableRandom(seed);
      this.trouble = trouble;
    }

    int roll(int sides) {
      lock.lock();
      try {
        return random.nextInt(sides);
      } finally {
        lock.unlock();
      }
    }

    Behaviour behaviour() {
      return sending -> {
        if (roll(10) < trouble && roll(4) == 0) {
          switch (roll(4)) {
            case 0 -> throw new java.io.IOException("reset");
            case 1 -> {
              sending.acceptAll();
              throw new java.io.IOException("reset after it took effect");
            }
            case 2 -> {
              return sending.accept(message -> Failure.throttled("Slow", "down"));
            }
            default -> {
              return sending.accept(message -> Failure.tooLarge("Big", "too large"));
            }
          }
        }
        return sending.accept(message -> roll(10) < trouble ? failure() : null);
      };
    }

    private Failure failure() {
      return switch (roll(12)) {
        case 0 -> Failure.rejected("Bad", "never");
        case 1 -> Failure.tooLarge("Big", "too large");
        case 2, 3 -> Failure.throttled("Slow", "down");
        case 4 -> roll(6) == 0 ? Failure.fatal("Denied", "no") : Failure.retryable("Busy", "later");
        default -> Failure.retryable("Busy", "later");
      };
    }
  }

  @Property(tries = 400)
  void anyTrouble_keepsOrderCountsAndCheckpoint(@ForAll("cases") Case given) {
    Troubled troubled = new Troubled(given.seed(), given.trouble());
    InMemoryTarget sick = target("memory", given);
    sick.always(troubled.behaviour());
    InMemoryTarget healthy = InMemoryTarget.ofType("healthy");
    InMemoryTarget letters = InMemoryTarget.ofType("letters");
    TargetConfig sickRow =
        Fixture.target("sick")
            .ordering(given.ordering())
            .collapse(given.collapse())
            .onFailure(given.onFailure())
            .deadLetter(given.onFailure() == OnFailure.DEAD_LETTER ? "dlq" : null)
            .maxInFlight(given.maxInFlight())
            .build();
    TargetConfig healthyRow =
        TargetConfig.builder(Fixture.SOURCE, "healthy", "healthy", "x").build();
    TargetConfig lettersRow =
        TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(sick).provider(healthy).provider(letters),
            sickRow,
            healthyRow,
            lettersRow)) {
      FanoutRecord[] records = new FanoutRecord[given.records()];
      SplittableRandom keys = new SplittableRandom(given.seed() + 1);
      for (int index = 0; index < records.length; index++) {
        records[index] = Fixture.record(index, "k" + keys.nextInt(given.keys()), "<" + index + ">");
      }
      Deadline deadline = Deadline.after(CALL);
      FanoutResult result = fixture.engine.process(Fixture.batch(records), deadline);
      assertThat(deadline.isExpired()).as("a call ends when nothing is left to do").isFalse();
      check(given, result, records, sick, letters);
      int calls = 1;
      while (!result.isSettled() && calls < 6) {
        deadline = Deadline.after(CALL);
        result = fixture.engine.resume(result.left(), deadline);
        assertThat(deadline.isExpired()).as("a call ends when nothing is left to do").isFalse();
        check(given, result, records, sick, letters);
        calls++;
      }
      if (!result.isSettled()) {
        sick.always(sending -> sending.acceptAll());
        result = fixture.resume(result);
        check(given, result, records, sick, letters);
      }
      assertThat(result.isSettled()).as("settles once the destination is well").isTrue();
      assertThat(healthy.records("healthy")).hasSize(records.length);
      assertThat(sick.violations()).isEmpty();
      checkNothingLost(given, result, records, sick, letters);
      checkLastArrivals(given, sick);
    }
  }

  private static InMemoryTarget target(String type, Case given) {
    InMemoryTarget.Builder builder =
        InMemoryTarget.builder()
            .type(type)
            .capabilities(
                Capabilities.builder(
                        Limits.of(given.maxMessages(), given.maxBytes() * 3, given.maxBytes()))
                    .callOrder(given.callOrder())
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build());
    if (given.conflicts() && given.collapse() == Collapse.NONE) {
      builder.conflictKey(message -> message.key());
    }
    return builder.build();
  }

  private static void check(
      Case given,
      FanoutResult result,
      FanoutRecord[] records,
      InMemoryTarget sick,
      InMemoryTarget letters) {
    for (TargetResult target : result.targets()) {
      TargetCounts counts = target.counts();
      assertThat(counts.areConserved()).as("%s", target).isTrue();
      assertThat(counts.records()).isEqualTo(records.length);
    }
    TargetCounts counts = result.targets().get(0).counts();
    Set<String> arrived = numbers(sick.records());
    Set<String> lettered = numbers(letters.records());
    assertThat(counts.accepted()).isLessThanOrEqualTo(arrived.size());
    assertThat(counts.deadLettered()).isLessThanOrEqualTo(lettered.size());
    if (given.onFailure() != OnFailure.DROP) {
      for (int index = 0; index < result.checkpoint().settled(); index++) {
        String number = records[index].sequenceNumber();
        assertThat(arrived.contains(number) || lettered.contains(number))
            .as("record %s is before the checkpoint", number)
            .isTrue();
      }
    }
    checkOrder(given, sick);
  }

  private static Set<String> numbers(List<FanoutRecord> records) {
    return records.stream().map(FanoutRecord::sequenceNumber).collect(Collectors.toSet());
  }

  /** First arrivals of a lane are in order; what comes again was there before. */
  private static void checkOrder(Case given, InMemoryTarget sick) {
    boolean byKey = given.ordering() == Ordering.KEY;
    if (!byKey && given.ordering() != Ordering.SHARD) {
      return;
    }
    Map<String, List<Integer>> lanes = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (FanoutRecord record : sick.records()) {
      if (seen.add(record.sequenceNumber())) {
        lanes
            .computeIfAbsent(byKey ? record.key() : "*", key -> new ArrayList<>())
            .add(Integer.parseInt(record.sequenceNumber()));
      }
    }
    lanes.forEach((lane, numbers) -> assertThat(numbers).as("lane %s", lane).isSorted());
  }

  /**
   * What a destination that keeps the last value of a key is left with, once all is accepted.
   * Before that, and where a message is given up after an attempt that took effect unseen, a run's
   * retry may be on its way.
   */
  private static void checkLastArrivals(Case given, InMemoryTarget sick) {
    boolean byKey = given.ordering() == Ordering.KEY;
    if ((!byKey && given.ordering() != Ordering.SHARD) || given.onFailure() != OnFailure.HOLD) {
      return;
    }
    Map<String, Map<String, Integer>> last = new HashMap<>();
    int place = 0;
    for (FanoutRecord record : sick.records()) {
      last.computeIfAbsent(byKey ? record.key() : "*", key -> new HashMap<>())
          .put(record.sequenceNumber(), place++);
    }
    last.forEach(
        (lane, places) ->
            assertThat(
                    places.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue())
                        .map(entry -> Integer.parseInt(entry.getKey()))
                        .toList())
                .as("last arrivals of lane %s", lane)
                .isSorted());
  }

  /** A destination that also hangs, with and without taking the batch, and answers late. */
  private static Behaviour hanging(Troubled troubled, ScheduledExecutorService releases) {
    Behaviour failing = troubled.behaviour();
    return sending -> {
      if (troubled.roll(3) > 0) {
        return failing.send(sending);
      }
      Gate gate = new Gate();
      releases.schedule(gate::open, troubled.roll(12_000), TimeUnit.MICROSECONDS);
      return switch (troubled.roll(4)) {
        case 0 -> Behaviours.hang(gate, failing).send(sending);
        case 1 -> Behaviours.hangIgnoringInterrupts(gate, failing).send(sending);
        case 2 -> Behaviours.acceptThenHang(gate).send(sending);
        default -> Behaviours.acceptThenHangIgnoringInterrupts(gate).send(sending);
      };
    };
  }

  @Property(tries = 150)
  void hangsAndLateAnswers_keepOrderCountsAndCheckpoint(@ForAll("cases") Case given)
      throws InterruptedException {
    ScheduledExecutorService releases = Executors.newScheduledThreadPool(1);
    Troubled troubled = new Troubled(given.seed(), Math.min(given.trouble(), 3));
    InMemoryTarget sick = target("memory", given);
    sick.always(hanging(troubled, releases));
    TargetConfig row =
        Fixture.target("sick")
            .ordering(given.ordering())
            .collapse(given.collapse())
            .maxInFlight(given.maxInFlight())
            .build();
    RetryPolicy impatient =
        new RetryPolicy(3, Duration.ofMillis(3), Duration.ofNanos(10_000), Duration.ofMillis(1));
    try (Fixture fixture = new Fixture(Fixture.quick().retry(impatient).provider(sick), row)) {
      FanoutRecord[] records = new FanoutRecord[Math.min(given.records(), 25)];
      for (int index = 0; index < records.length; index++) {
        records[index] =
            Fixture.record(index, "k" + troubled.roll(given.keys()), "<" + index + ">");
      }
      FanoutResult result = fixture.process(Duration.ofMillis(10), records);
      for (int call = 0; call < 12 && !result.isSettled(); call++) {
        check(given, result, records, sick, sick);
        result = fixture.engine.resume(result.left(), Deadline.after(Duration.ofMillis(10)));
      }
      sick.always(sending -> sending.acceptAll());
      for (int call = 0; call < 200 && !result.isSettled(); call++) {
        result = fixture.engine.resume(result.left(), Deadline.after(Duration.ofSeconds(1)));
      }
      sick.awaitIdle(Fixture.PATIENCE);

      assertThat(result.isSettled()).isTrue();
      check(given, result, records, sick, sick);
      checkLastArrivals(given, sick);
      assertThat(sick.violations()).isEmpty();
      assertThat(numbers(sick.records())).hasSize(records.length);
      if (given.ordering() == Ordering.BATCH || given.ordering() == Ordering.SHARD) {
        assertThat(sick.mostInFlight()).isLessThanOrEqualTo(1);
      }
    } finally {
      releases.shutdownNow();
    }
  }

  private static void checkNothingLost(
      Case given,
      FanoutResult result,
      FanoutRecord[] records,
      InMemoryTarget sick,
      InMemoryTarget letters) {
    Set<String> anywhere = numbers(sick.records());
    anywhere.addAll(numbers(letters.records()));
    long missing = records.length - anywhere.size();
    TargetCounts counts = result.targets().get(0).counts();
    assertThat(missing).isLessThanOrEqualTo(counts.dropped());
    if (given.onFailure() != OnFailure.DROP) {
      assertThat(missing).isZero();
    }
  }
}
