package org.streamfanout.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.InMemoryTarget;

/**
 * One member of a group, as a process would be: an engine of its own with two targets of each
 * topic, a healthy one and one that fails as it is told, and a consumer that runs.
 */
final class Member implements AutoCloseable {
  /** How many records of a partition may be in hand. */
  static final int MOST_HELD = 150;

  static final KafkaOptions OPTIONS =
      KafkaOptions.DEFAULT
          .withDelivery(
              new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(5), Duration.ofMillis(50))
                  .withMaxHeld(MOST_HELD, 1 << 20))
          .withCommitInterval(Duration.ofMillis(100));

  private static final Failure DOWN = Failure.retryable("Down", "the target is down");

  final String name;
  final FanoutConsumer consumer;
  final InMemoryTarget target;

  /** How many sends of the second target fail from now on. */
  final AtomicInteger failures = new AtomicInteger();

  /** How many records the second target takes of all that it is sent. */
  private final AtomicInteger room = new AtomicInteger(Integer.MAX_VALUE);

  private final FanoutEngine engine;
  private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);

  /** What one member's target took: which member, which target, which record. */
  record Taken(String member, String targetId, FanoutRecord record) {
    String id() {
      return record.id();
    }
  }

  /** Makes a member, which tells a journal of what its targets take. */
  Member(
      String name,
      String servers,
      Map<String, Object> properties,
      Consumer<Taken> journal,
      String... topics) {
    this.name = name;
    this.target =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(20, 262_144, 262_144)).tombstones(true).build())
            .build();
    target.always(behaviour(journal));
    InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
    Map<String, Object> all = new HashMap<>(properties);
    all.put("bootstrap.servers", servers);
    all.putIfAbsent("group.id", topics[0]);
    all.putIfAbsent("client.id", name);
    for (String topic : topics) {
      Source source = Source.of("kafka://" + servers + "/" + topic);
      registry.put(row(source, "healthy"));
      registry.put(row(source, "failing"));
    }
    this.engine =
        FanoutEngine.builder()
            .registry(registry)
            .provider(target)
            .retry(
                new RetryPolicy(
                    1_000, Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(20)))
            .circuit(new CircuitOptions(1_000, 1_000, 100, Duration.ofMillis(20), 1))
            .build();
    this.consumer =
        FanoutConsumer.builder()
            .engine(engine)
            .properties(all)
            .topics(topics)
            .options(OPTIONS)
            .build();
  }

  /** Lets the second target take so many records from now on, about, and then be down. */
  Member room(int records) {
    room.set(records);
    return this;
  }

  /** Runs the consumer. */
  Member start() {
    running = CompletableFuture.runAsync(consumer::run, task -> new Thread(task).start());
    return this;
  }

  private static TargetConfig row(Source source, String id) {
    return TargetConfig.builder(source, id, "memory", "anywhere").ordering(Ordering.KEY).build();
  }

  private Behaviour behaviour(Consumer<Taken> journal) {
    return sending -> {
      String id = sending.target().id();
      if (id.equals("failing")
          && (failures.getAndUpdate(it -> Math.max(0, it - 1)) > 0
              || room.getAndAdd(-sending.batch().messages().size()) <= 0)) {
        return sending.accept(message -> DOWN);
      }
      // Told before it is answered, so that the journal's order is that of each lane.
      sending
          .batch()
          .messages()
          .forEach(
              message ->
                  message.records().forEach(record -> journal.accept(new Taken(name, id, record))));
      return sending.acceptAll();
    };
  }

  /** Returns what ended the consumer; null if it ended in order. */
  Throwable end() throws Exception {
    try {
      running.get(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** Returns whether it has so many partitions, with records that are held in each. */
  boolean holdsAll(int partitions) {
    return partitions() == partitions
        && consumer.status().partitions().stream().allMatch(it -> it.inHand() > 0);
  }

  /** Returns how many partitions it has. */
  int partitions() {
    return consumer.status().partitions().size();
  }

  @Override
  public void close() {
    consumer.stop(Duration.ZERO);
    engine.close();
  }
}
