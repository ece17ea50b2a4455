package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.streamfanout.lambda.ModelEvent.Item;
import org.streamfanout.lambda.ModelFunction.Script;
import org.streamfanout.spi.Ordering;

/**
 * Whatever fails, and however Lambda sends it again: every record is at every target or where
 * failures go, nothing is passed before every target has it, and each key's records first arrive in
 * order.
 */
class EventSourceMappingProperties {
  private static final int TRIES = 120;

  /** What a source holds and how its mapping is set up. */
  record Case(
      Script script, int records, int keys, boolean partial, StreamMapping.Settings settings) {}

  @Provide
  Arbitrary<Case> cases() {
    return Combinators.combine(
            scripts(),
            Arbitraries.integers().between(0, 30),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(true, false),
            settings())
        .as(Case::new);
  }

  private static Arbitrary<Script> scripts() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(0, 6),
            Arbitraries.integers().between(0, 1))
        .as(Script::new);
  }

  private static Arbitrary<StreamMapping.Settings> settings() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.integers().between(-1, 6),
            Arbitraries.of(-1, -1, 5, 20),
            Arbitraries.integers().between(1, 10),
            Arbitraries.integers().between(1, 4))
        .as(
            (bisect, retries, age, batch, parallelization) ->
                new StreamMapping.Settings(true, bisect, retries, age, batch, parallelization));
  }

  /** Partial responses on in the mapping and the function; off in both. */
  private static StreamMapping.Settings settings(Case test, boolean answersCount, int groups) {
    StreamMapping.Settings settings = test.settings;
    return new StreamMapping.Settings(
        answersCount && test.partial,
        settings.bisect(),
        settings.maxRetries(),
        settings.maxAge(),
        settings.batchSize(),
        groups);
  }

  /** With endless retries a record that never succeeds would be sent for ever. */
  private static Script script(Case test) {
    return test.settings.maxRetries() >= 0
        ? test.script
        : new Script(test.script.seed(), test.script.troubled(), 0);
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

  private static Map<Integer, String> keys(List<Item> items) {
    return items.stream().collect(Collectors.toMap(Item::number, Item::key));
  }

  private static Set<Integer> runStream(
      ModelEvent events, StreamMapping.Settings settings, Case test, List<Item> items) {
    try (ModelFunction function =
        new ModelFunction(
            events.sources(), test.partial, script(test), Ordering.KEY, UnaryOperator.identity())) {
      Set<Integer> onFailure =
          new StreamMapping(events, settings, function).run(items, test.script.seed());
      if (events != ModelEvent.SNS) {
        function.requireOrder(keys(items));
      }
      return onFailure;
    }
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_kinesis_losesNothingAndKeepsOrder(@ForAll("cases") Case test) {
    List<Item> items = items(test, List.of("shardId-000000000006"));

    Set<Integer> onFailure =
        runStream(
            ModelEvent.KINESIS, settings(test, true, test.settings.parallelization()), test, items);

    if (test.settings.maxRetries() < 0 && test.settings.maxAge() < 0) {
      assertThat(onFailure).isEmpty();
    }
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_kafka_losesNothingAndKeepsOrder(@ForAll("cases") Case test) {
    List<Item> items = items(test, List.of("orders-0", "orders-1", "bills-0"));

    Set<Integer> onFailure = runStream(ModelEvent.KAFKA, settings(test, true, 1), test, items);

    if (test.settings.maxRetries() < 0 && test.settings.maxAge() < 0) {
      assertThat(onFailure).isEmpty();
    }
  }

  /** Whatever the function is set to, Lambda looks at nothing but whether it threw. */
  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_sns_losesNothing(@ForAll("cases") Case test) {
    Set<Integer> onFailure =
        runStream(ModelEvent.SNS, settings(test, false, 1), test, items(test, List.of("")));

    if (test.settings.maxRetries() < 0 && test.settings.maxAge() < 0) {
      assertThat(onFailure).isEmpty();
    }
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_standardQueue_losesNothing(@ForAll("cases") Case test) {
    runQueue(ModelEvent.SQS, false, test);
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void run_fifoQueue_losesNothingAndKeepsOrder(@ForAll("cases") Case test) {
    runQueue(ModelEvent.FIFO, true, test);
  }

  private static void runQueue(ModelEvent events, boolean fifo, Case test) {
    List<Item> items = items(test, List.of(""));
    int maxReceives = test.settings.maxRetries() < 0 ? -1 : test.settings.maxRetries() + 1;
    QueueMapping.Settings settings =
        new QueueMapping.Settings(
            test.partial,
            fifo,
            maxReceives,
            test.settings.batchSize(),
            test.settings.parallelization() - 1);
    try (ModelFunction function =
        new ModelFunction(
            events.sources(), test.partial, script(test), Ordering.KEY, UnaryOperator.identity())) {
      Set<Integer> deadLetters =
          new QueueMapping(events, settings, function).run(items, test.script.seed());

      if (fifo) {
        function.requireOrder(keys(items));
      }
      if (maxReceives < 0) {
        assertThat(deadLetters).isEmpty();
      }
    }
  }
}
