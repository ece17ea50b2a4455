package org.streamfanout.lambda;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.InMemoryProgressStore;
import org.streamfanout.lambda.ModelEvent.Item;
import org.streamfanout.lambda.ModelFunction.Script;
import org.streamfanout.spi.Ordering;

/**
 * One target of three fails, in whatever way Lambda sends its batches again: no target sees a
 * record twice, the healthy ones never, the failing one never what it has taken; and nothing is
 * lost.
 */
class RememberedProgressProperties {
  private static final int TRIES = 120;

  /**
   * What a source holds, how its mapping is set up, and how often another process goes on with the
   * memory that all share.
   */
  record Case(
      long seed,
      int troubled,
      int poisoned,
      int records,
      int keys,
      boolean partial,
      boolean bisect,
      int retries,
      int cold,
      int batch) {}

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<int[]> sizes =
        Combinators.combine(
                Arbitraries.integers().between(1, 6),
                Arbitraries.integers().between(0, 1),
                Arbitraries.integers().between(0, 24),
                Arbitraries.integers().between(1, 6),
                Arbitraries.integers().between(1, 10))
            .as((a, b, c, d, e) -> new int[] {a, b, c, d, e});
    return Combinators.combine(
            Arbitraries.longs(),
            sizes,
            Arbitraries.of(true, false),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(-1, 6),
            Arbitraries.integers().between(0, 3))
        .as(
            (seed, size, partial, bisect, retries, cold) ->
                new Case(
                    seed,
                    size[0],
                    retries < 0 ? 0 : size[1],
                    size[2],
                    size[3],
                    partial,
                    bisect,
                    retries,
                    cold,
                    size[4]));
  }

  private static List<Item> items(Case test, List<String> shards) {
    return IntStream.range(0, test.records)
        .mapToObj(
            number ->
                new Item(
                    number,
                    "key-" + number % test.keys,
                    shards.get(Math.floorMod(number % test.keys, shards.size()))))
        .toList();
  }

  private static ModelFunction function(ModelEvent events, Case test, Ordering ordering) {
    SplittableRandom random = new SplittableRandom(test.seed);
    InMemoryProgressStore shared = InMemoryProgressStore.builder().onlyReader(true).build();
    return new ModelFunction(
        events.sources(),
        test.partial,
        new Script(test.seed, test.troubled, test.poisoned),
        ordering,
        UnaryOperator.identity(),
        shared) {
      @Override
      @Nullable String invoke(byte[] event) {
        if (test.cold > 0 && random.nextInt(4) < test.cold) {
          startCold();
        }
        return super.invoke(event);
      }
    };
  }

  private static void runStream(ModelEvent events, int groups, Case test, List<Item> items) {
    Ordering ordering = test.seed % 2 == 0 ? Ordering.KEY : Ordering.NONE;
    try (ModelFunction function = function(events, test, ordering)) {
      new StreamMapping(
              events,
              new StreamMapping.Settings(
                  test.partial, test.bisect, test.retries, -1, test.batch, groups),
              function)
          .run(items, test.seed);
      requireOnce(function);
      if (ordering == Ordering.KEY) {
        function.requireOrder(items.stream().collect(Collectors.toMap(Item::number, Item::key)));
      }
    }
  }

  private static void requireOnce(ModelFunction function) {
    for (String id : List.of("one", "two", ModelFunction.BAD)) {
      function.requireOnce(id);
    }
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_kinesis_eachRecordOnce(
      @ForAll("cases") Case test, @ForAll("groups") int parallelization) {
    runStream(
        ModelEvent.KINESIS, parallelization, test, items(test, List.of("shardId-000000000006")));
  }

  @Provide
  Arbitrary<Integer> groups() {
    return Arbitraries.integers().between(1, 4);
  }

  /** Several partitions an event: those that are settled come again with those that are not. */
  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_kafka_eachRecordOnce(@ForAll("cases") Case test, @ForAll boolean whatIsNamedComesAlone) {
    runStream(
        whatIsNamedComesAlone ? ModelEvent.KAFKA_EACH : ModelEvent.KAFKA,
        1,
        test,
        items(test, List.of("orders-0", "orders-1", "bills-0")));
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_fifoQueue_eachRecordOnce(@ForAll("cases") Case test) {
    List<Item> items = items(test, List.of(""));
    QueueMapping.Settings settings =
        new QueueMapping.Settings(
            test.partial, true, test.retries < 0 ? -1 : test.retries + 1, test.batch, 1);
    try (ModelFunction function = function(ModelEvent.FIFO, test, Ordering.KEY)) {
      new QueueMapping(ModelEvent.FIFO, settings, function).run(items, test.seed);
      requireOnce(function);
      Map<Integer, String> keys = items.stream().collect(Collectors.toMap(Item::number, Item::key));
      function.requireOrder(keys);
    }
  }
}
