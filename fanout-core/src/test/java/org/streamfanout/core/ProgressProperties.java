package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.Sending;

/**
 * Batches that overlap, are cut in two and interleave, targets and stores that fail at random, rows
 * that change, processes that end: what is committed is at every target, by the row that it had;
 * and no target gets what it has told to have, unless something failed at the store, which is
 * counted.
 */
class ProgressProperties {
  /** How a source is read and what goes wrong. */
  record Case(
      long seed,
      int records,
      int keys,
      int groups,
      Ordering ordering,
      Collapse collapse,
      OnFailure onFailure,
      int trouble,
      int storeFaults,
      int rowChanges,
      int restarts) {}

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<int[]> sizes =
        Combinators.combine(
                Arbitraries.integers().between(0, 30),
                Arbitraries.integers().between(1, 6),
                Arbitraries.integers().between(1, 3),
                Arbitraries.integers().between(1, 7))
            .as((a, b, c, d) -> new int[] {a, b, c, d});
    Arbitrary<int[]> rates =
        Combinators.combine(
                Arbitraries.of(0, 0, 2, 6), Arbitraries.of(0, 0, 2), Arbitraries.of(0, 2))
            .as((a, b, c) -> new int[] {a, b, c});
    return Combinators.combine(
            Arbitraries.longs(),
            sizes,
            Arbitraries.of(Ordering.class),
            Arbitraries.of(Collapse.NONE, Collapse.CONCAT),
            Arbitraries.of(OnFailure.HOLD, OnFailure.DROP),
            rates)
        .as(
            (seed, size, ordering, collapse, onFailure, rate) ->
                new Case(
                    seed, size[0], size[1], size[2], ordering, collapse, onFailure, size[3],
                    rate[0], rate[1], rate[2]));
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void process_batchesThatComeAgain_nothingIsLostAndNothingRepeated(@ForAll("cases") Case test) {
    try (World world = new World(test)) {
      world.run();
    }
  }

  /** A stream, what reads it, three targets and a store. */
  private static final class World implements AutoCloseable {
    private final Case test;
    private final SplittableRandom random;
    private final InMemoryTarget target = new InMemoryTarget();
    private final FakeProgressStore store = FakeProgressStore.shared();
    private final AtomicLong storeFailures = new AtomicLong();

    /** How often each row took each record and said so. */
    private final Map<String, AtomicInteger> accepted = new ConcurrentHashMap<>();

    private final List<List<FanoutRecord>> waiting = new ArrayList<>();
    private final Map<String, String> destinations = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean calm;
    private Fixture fixture;

    World(Case test) {
      this.test = test;
      this.random = new SplittableRandom(test.seed);
      for (String id : List.of("t", "u", "bad")) {
        destinations.put(id, "d0");
      }
      for (int group = 0; group < test.groups; group++) {
        waiting.add(new ArrayList<>());
      }
      for (int number = 0; number < test.records; number++) {
        int key = number % test.keys;
        waiting
            .get(key % test.groups)
            .add(Fixture.record(number, "k" + key, Integer.toString(number)));
      }
      SplittableRandom failures = random.split();
      target.always(sending -> answer(sending, failures));
      SplittableRandom faults = random.split();
      store.loadFails = () -> fails(faults);
      store.saveFails = () -> fails(faults);
      fixture = start();
    }

    private boolean fails(SplittableRandom faults) {
      return !calm && faults.nextInt(10) < test.storeFaults;
    }

    private Fixture start() {
      return new Fixture(
          Fixture.quick()
              .provider(target)
              .progress(store)
              .listener(
                  new FanoutListener() {
                    @Override
                    public void progress(ProgressEvent event) {
                      storeFailures.addAndGet(event.failures());
                    }

                    @Override
                    public void settled(TargetEvent event) {
                      assertThat(event.counts().areConserved()).isTrue();
                    }
                  }),
          rows());
    }

    private TargetConfig[] rows() {
      return destinations.entrySet().stream()
          .map(
              entry ->
                  TargetConfig.builder(Fixture.SOURCE, entry.getKey(), "memory", entry.getValue())
                      .ordering(test.ordering)
                      .collapse(test.collapse)
                      .onFailure(entry.getKey().equals("bad") ? test.onFailure : OnFailure.HOLD)
                      .build())
          .toArray(TargetConfig[]::new);
    }

    /** The bad target fails in every way that ends by itself; the others take everything. */
    private List<Outcome> answer(Sending sending, SplittableRandom failures) throws Exception {
      String row = sending.target().id() + "@" + sending.target().destination() + " ";
      boolean bad = sending.target().id().equals("bad") && !calm;
      int roll;
      lock.lock();
      try {
        roll = bad ? failures.nextInt(10) : 10;
      } finally {
        lock.unlock();
      }
      if (roll < test.trouble && roll % 3 == 0) {
        // Applied, and nobody knows.
        sending.acceptAll();
        throw new java.io.IOException("reset");
      }
      boolean failing = roll < test.trouble;
      return sending.accept(
          message -> {
            boolean fails = failing && message.records().get(0).id().hashCode() % 2 == 0;
            if (fails) {
              return roll % 3 == 1
                  ? Failure.rejected("Bad", "no")
                  : Failure.retryable("Busy", "later");
            }
            message
                .records()
                .forEach(
                    record ->
                        accepted
                            .computeIfAbsent(row + record.id(), id -> new AtomicInteger())
                            .incrementAndGet());
            return null;
          });
    }

    void run() {
      int steps = 0;
      while (waiting.stream().anyMatch(group -> !group.isEmpty())) {
        calm = ++steps > 40;
        if (random.nextInt(10) < test.rowChanges) {
          String id = random.nextInt(2) == 0 ? "t" : "bad";
          destinations.put(id, "d" + random.nextInt(3));
          fixture.rows(rows());
        }
        if (random.nextInt(10) < test.restarts) {
          fixture.close();
          fixture = start();
        }
        step(waiting.get(random.nextInt(test.groups)));
        assertThat(steps).as("it moves on").isLessThan(2_000);
      }
      check();
    }

    /** Hands over some records of a group, again or for the first time. */
    private void step(List<FanoutRecord> group) {
      if (group.isEmpty()) {
        return;
      }
      boolean anywhere = test.ordering == Ordering.NONE && random.nextInt(3) == 0;
      int ahead = anywhere ? random.nextInt(group.size()) : 0;
      int to = ahead + 1 + random.nextInt(group.size() - ahead);
      List<FanoutRecord> batch = List.copyOf(group.subList(ahead, to));
      FanoutResult result =
          fixture.engine.process(
              new SourceBatch(Fixture.SOURCE, Fixture.SHARD, batch),
              Deadline.after(Duration.ofSeconds(30)));
      while (!result.isSettled() && random.nextInt(4) == 0) {
        result = fixture.resume(result);
      }
      List<FanoutRecord> done =
          random.nextBoolean()
              ? batch.subList(0, result.checkpoint().settled())
              : result.isSettled() ? batch : List.of();
      done.forEach(this::requireEverywhere);
      group.removeAll(done);
    }

    /** What is committed is at every target as its row is now. */
    private void requireEverywhere(FanoutRecord record) {
      destinations.forEach(
          (id, destination) -> {
            if (!(id.equals("bad") && test.onFailure == OnFailure.DROP)) {
              assertThat(accepted)
                  .as("%s is committed", record.id())
                  .containsKey(id + "@" + destination + " " + record.id());
            }
          });
    }

    private void check() {
      boolean repeated = accepted.values().stream().anyMatch(count -> count.get() > 1);
      if (test.storeFaults == 0) {
        assertThat(accepted)
            .allSatisfy((place, count) -> assertThat(count.get()).as(place).isEqualTo(1));
        assertThat(storeFailures).hasValue(0);
      } else if (repeated) {
        assertThat(storeFailures).hasPositiveValue();
      }
      assertThat(target.violations()).isEmpty();
    }

    @Override
    public void close() {
      fixture.close();
    }
  }
}
