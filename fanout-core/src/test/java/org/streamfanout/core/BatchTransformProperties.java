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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.Sending;

/**
 * Whatever a batch transform makes of a batch and whatever the destination does, no record is
 * settled before every output that names it, none is lost, and nothing is computed again.
 */
class BatchTransformProperties {
  private static final Duration CALL = Duration.ofSeconds(20);

  /** How a target is set up, how badly it behaves, and how many outputs are made of how much. */
  record Case(
      long seed,
      int records,
      int outputs,
      int keys,
      Ordering ordering,
      Collapse collapse,
      OnFailure onFailure,
      int trouble) {

    /** Every other case has user records in aggregates, up to three in each. */
    boolean aggregated() {
      return seed % 2 == 0;
    }

    /** Returns the data of the records that a source record is decoded to. */
    List<String> dataOf(int number) {
      int parts = aggregated() ? 1 + Math.floorMod(seed + number, 3) : 1;
      return IntStream.range(0, parts).mapToObj(part -> number + "." + part).toList();
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(1, 30),
            Arbitraries.integers().between(0, 40),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(Ordering.class),
            Arbitraries.of(Collapse.NONE, Collapse.CONCAT),
            Arbitraries.of(OnFailure.class),
            Arbitraries.integers().between(0, 6))
        .as(Case::new);
  }

  /** Outputs that each name records at random, so that some are shared and some are not named. */
  private static final class RandomOutputs implements BatchTransform {
    private final Case given;
    final AtomicInteger calls = new AtomicInteger();

    /** The data of the records that each output names, by the output's body. */
    final Map<String, Set<String>> from = new HashMap<>();

    RandomOutputs(Case given) {
      this.given = given;
    }

    @Override
    public List<Output> apply(List<FanoutRecord> records) {
      calls.incrementAndGet();
      SplittableRandom random = new SplittableRandom(given.seed());
      List<Output> outputs = new ArrayList<>();
      for (int output = 0; output < given.outputs(); output++) {
        List<FanoutRecord> inputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int input = random.nextInt(4); input >= 0; input--) {
          FanoutRecord chosen = records.get(random.nextInt(records.size()));
          inputs.add(chosen);
          names.add(text(chosen));
        }
        String body = "<" + output + ">";
        from.put(body, names);
        outputs.add(
            new Output(
                inputs
                    .get(0)
                    .withKey("k" + random.nextInt(given.keys()))
                    .withData(Bytes.utf8(body)),
                inputs));
      }
      return outputs;
    }

    /** Returns the outputs that name a record. */
    Set<String> naming(String data) {
      return from.entrySet().stream()
          .filter(entry -> entry.getValue().contains(data))
          .map(Map.Entry::getKey)
          .collect(Collectors.toSet());
    }
  }

  private static String text(FanoutRecord record) {
    Bytes data = record.data();
    return data == null ? "none" : data.utf8();
  }

  /** A destination that fails single messages at random. */
  private static InMemoryTarget troubled(Case given) {
    InMemoryTarget.Builder builder =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(5, 60, 20))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build());
    if (given.seed() % 3 == 0 && given.collapse() == Collapse.NONE) {
      builder.conflictKey(message -> message.key());
    }
    InMemoryTarget target = builder.build();
    SplittableRandom random = new SplittableRandom(given.seed() + 1);
    ReentrantLock lock = new ReentrantLock();
    return target.always(
        sending ->
            sending.accept(
                message -> {
                  lock.lock();
                  try {
                    return random.nextInt(10) < given.trouble() ? failure(random) : null;
                  } finally {
                    lock.unlock();
                  }
                }));
  }

  private static Failure failure(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> Failure.rejected("Bad", "never");
      case 2 -> Failure.tooLarge("Big", "too large");
      case 3 -> Failure.throttled("Slow", "down");
      case 4 -> Failure.fatal("Denied", "no");
      default -> Failure.retryable("Busy", "later");
    };
  }

  private static TargetConfig row(Case given) {
    return Fixture.target("t")
        .transform("random")
        .deaggregate(given.aggregated())
        .ordering(given.ordering())
        .collapse(given.collapse())
        .onFailure(given.onFailure())
        .deadLetter(given.onFailure() == OnFailure.DEAD_LETTER ? "dlq" : null)
        .build();
  }

  private static FanoutRecord[] records(Case given) {
    return IntStream.range(0, given.records())
        .mapToObj(
            number -> {
              List<String> parts = given.dataOf(number);
              FanoutRecord record = Fixture.record(number, "r" + number, parts.get(0));
              if (!given.aggregated()) {
                return record;
              }
              KplAggregate aggregate = new KplAggregate();
              parts.forEach(data -> aggregate.add("u", data));
              return record.withData(aggregate.toBytes());
            })
        .toArray(FanoutRecord[]::new);
  }

  private static Fixture fixture(
      Case given, InMemoryTarget sick, InMemoryTarget letters, BatchTransform transform) {
    return new Fixture(
        Fixture.quick().provider(sick).provider(letters).batchTransform("random", transform),
        row(given),
        TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build());
  }

  /** The outputs that a destination has, also out of messages that joined several. */
  private static Set<String> arrived(InMemoryTarget target) {
    return target.records("t").stream()
        .map(BatchTransformProperties::text)
        .collect(Collectors.toSet());
  }

  /** The outputs that became dead letters, by their ids. */
  private static Set<String> lettered(InMemoryTarget letters) {
    return letters.records().stream().map(FanoutRecord::id).collect(Collectors.toSet());
  }

  @Property(tries = 300)
  void anyTrouble_settlesNoRecordBeforeItsOutputsAndComputesOnce(@ForAll("cases") Case given) {
    RandomOutputs transform = new RandomOutputs(given);
    InMemoryTarget sick = troubled(given);
    InMemoryTarget letters = InMemoryTarget.ofType("letters");
    try (Fixture fixture = fixture(given, sick, letters, transform)) {
      FanoutRecord[] records = records(given);
      FanoutResult result = fixture.engine.process(Fixture.batch(records), Deadline.after(CALL));
      check(given, result, transform, sick, letters);
      for (int call = 0; call < 5 && !result.isSettled(); call++) {
        result = fixture.engine.resume(result.left(), Deadline.after(CALL));
        check(given, result, transform, sick, letters);
      }
      sick.always(sending -> sending.acceptAll());
      result = fixture.resume(result);

      check(given, result, transform, sick, letters);
      assertThat(result.isSettled()).isTrue();
      assertThat(transform.calls).hasValue(1);
      if (given.onFailure() == OnFailure.HOLD) {
        assertThat(arrived(sick)).isEqualTo(transform.from.keySet());
      }
    }
  }

  private static void check(
      Case given,
      FanoutResult result,
      RandomOutputs transform,
      InMemoryTarget sick,
      InMemoryTarget letters) {
    TargetCounts counts = result.targets().get(0).counts();
    assertThat(counts.areConserved()).isTrue();
    Set<String> arrived = arrived(sick);
    Set<Integer> unsettled =
        result.unsettled().stream()
            .map(position -> Integer.parseInt(position.sequenceNumber()))
            .collect(Collectors.toSet());
    int total = 0;
    int unnamed = 0;
    int complete = 0;
    for (int number = 0; number < given.records(); number++) {
      boolean missing = false;
      for (String data : given.dataOf(number)) {
        Set<String> naming = transform.naming(data);
        total++;
        if (naming.isEmpty()) {
          unnamed++;
        } else if (arrived.containsAll(naming)) {
          complete++;
        } else {
          missing = true;
        }
      }
      if (!missing) {
        assertThat(unsettled).as("all outputs of %s arrived", number).doesNotContain(number);
      } else if (given.onFailure() == OnFailure.HOLD) {
        assertThat(unsettled).as("an output of %s is missing", number).contains(number);
      }
    }
    assertThat(counts.records()).isEqualTo(total);
    assertThat(counts.filtered()).isEqualTo(unnamed);
    assertThat(counts.accepted()).isEqualTo(complete);
    if (given.onFailure() == OnFailure.HOLD) {
      assertThat(counts.held()).isEqualTo(total - unnamed - complete);
    }
    int first = unsettled.stream().mapToInt(Integer::intValue).min().orElse(given.records());
    assertThat(result.checkpoint().settled()).isEqualTo(first);
    if (given.onFailure() == OnFailure.DEAD_LETTER) {
      int letterless = transform.from.size() - arrived.size() - lettered(letters).size();
      assertThat(unsettled.isEmpty()).isEqualTo(letterless == 0);
    }
  }

  @Property(tries = 150)
  void targetChangesInBetween_makesNoOutputOfARemainderAndLosesNone(@ForAll("cases") Case given) {
    RandomOutputs transform = new RandomOutputs(given);
    InMemoryTarget sick = troubled(given);
    InMemoryTarget letters = InMemoryTarget.ofType("letters");
    try (Fixture fixture = fixture(given, sick, letters, transform)) {
      FanoutRecord[] records = records(given);
      FanoutResult result = fixture.engine.process(Fixture.batch(records), Deadline.after(CALL));
      int reached = result.checkpoint().settled();
      for (int change = 2; change < 5; change++) {
        fixture.rows(
            row(given).toBuilder().maxInFlight(change).build(),
            TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                .deadLetterOnly(true)
                .build());
        result = fixture.engine.resume(result.left(), Deadline.after(CALL));
        assertThat(result.targets().get(0).counts().areConserved()).isTrue();
        assertThat(result.checkpoint().settled()).isGreaterThanOrEqualTo(reached);
        reached = result.checkpoint().settled();
      }
      sick.always(sending -> sending.acceptAll());
      result = fixture.resume(result);

      assertThat(result.isSettled()).isTrue();
      assertThat(transform.from.keySet()).containsAll(arrived(sick));
      if (given.onFailure() == OnFailure.HOLD) {
        assertThat(arrived(sick)).isEqualTo(transform.from.keySet());
      }
    }
  }

  /** Hangs at random, with and without having taken the batch, and answers late. */
  private static Behaviour hanging(Case given, ScheduledExecutorService releases) {
    SplittableRandom random = new SplittableRandom(given.seed() + 2);
    ReentrantLock lock = new ReentrantLock();
    return sending -> {
      Gate gate = new Gate();
      int kind;
      lock.lock();
      try {
        kind = random.nextInt(6);
        releases.schedule(gate::open, random.nextInt(12_000), TimeUnit.MICROSECONDS);
      } finally {
        lock.unlock();
      }
      return switch (kind) {
        case 0 -> Behaviours.hang(gate, Sending::acceptAll).send(sending);
        case 1 -> Behaviours.hangIgnoringInterrupts(gate, Sending::acceptAll).send(sending);
        case 2 -> Behaviours.acceptThenHang(gate).send(sending);
        case 3 -> Behaviours.acceptThenHangIgnoringInterrupts(gate).send(sending);
        case 4 -> Behaviours.fail(Failure.retryable("Busy", "later")).send(sending);
        default -> sending.acceptAll();
      };
    };
  }

  @Property(tries = 100)
  void hangsAndLateAnswers_loseNoOutputAndComputeOnce(@ForAll("cases") Case given)
      throws InterruptedException {
    ScheduledExecutorService releases = Executors.newScheduledThreadPool(1);
    RandomOutputs transform = new RandomOutputs(given);
    InMemoryTarget sick = new InMemoryTarget().always(hanging(given, releases));
    RetryPolicy impatient =
        new RetryPolicy(3, Duration.ofMillis(3), Duration.ofNanos(10_000), Duration.ofMillis(1));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().retry(impatient).provider(sick).batchTransform("random", transform),
            Fixture.target("t")
                .transform("random")
                .deaggregate(given.aggregated())
                .ordering(given.ordering())
                .build())) {
      FanoutResult result = fixture.process(Duration.ofMillis(10), records(given));
      int reached = result.checkpoint().settled();
      for (int call = 0; call < 12 && !result.isSettled(); call++) {
        result = fixture.engine.resume(result.left(), Deadline.after(Duration.ofMillis(10)));
        assertThat(result.targets().get(0).counts().areConserved()).isTrue();
        assertThat(result.checkpoint().settled()).isGreaterThanOrEqualTo(reached);
        reached = result.checkpoint().settled();
      }
      sick.always(Sending::acceptAll);
      for (int call = 0; call < 200 && !result.isSettled(); call++) {
        result = fixture.engine.resume(result.left(), Deadline.after(Duration.ofSeconds(1)));
      }
      sick.awaitIdle(Fixture.PATIENCE);

      assertThat(result.isSettled()).isTrue();
      assertThat(arrived(sick)).isEqualTo(transform.from.keySet());
      assertThat(transform.calls).hasValue(1);
    } finally {
      releases.shutdownNow();
    }
  }

  @Property(tries = 100)
  void messageIds_differWhereOutputsDiffer_andAreTheSameAgain(@ForAll("cases") Case given) {
    assertThat(idsByBody(given)).isEqualTo(idsByBody(given));
    assertThat(idsByBody(given).values()).doesNotHaveDuplicates();
  }

  private static Map<String, String> idsByBody(Case given) {
    InMemoryTarget healthy = new InMemoryTarget();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(healthy).batchTransform("random", new RandomOutputs(given)),
            Fixture.target("t").transform("random").deaggregate(given.aggregated()).build())) {
      fixture.process(records(given));
      return healthy.received("t").stream()
          .collect(Collectors.toMap(message -> message.body().utf8(), Message::id));
    }
  }
}
