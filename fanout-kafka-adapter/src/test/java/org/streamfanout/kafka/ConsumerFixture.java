package org.streamfanout.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** A consumer of the topic {@code orders} over a stand-in for Kafka, in a thread of its own. */
final class ConsumerFixture implements AutoCloseable {
  static final Duration PATIENCE = ScriptedConsumer.PATIENCE;
  static final TopicPartition P0 = new TopicPartition("orders", 0);
  static final TopicPartition P1 = new TopicPartition("orders", 1);
  static final Source SOURCE = Source.of("kafka://127.0.0.1:9092/orders");
  static final Map<String, Object> PROPERTIES =
      Map.of("bootstrap.servers", "127.0.0.1:9092", "group.id", "tests");

  /** Pauses too short to notice, and room to give partitions up in. */
  static final KafkaOptions QUICK =
      new KafkaOptions(
          new ShardOptions(PATIENCE, Duration.ofMillis(1), Duration.ofMillis(5)),
          PATIENCE,
          Duration.ZERO);

  final InMemoryTarget target =
      InMemoryTarget.builder()
          .capabilities(
              Capabilities.builder(Limits.of(10, 262_144, 262_144)).tombstones(true).build())
          .build();
  final ScriptedConsumer kafka = new ScriptedConsumer();
  final FanoutEngine engine;
  private final InMemoryTargetRegistry registry;
  FanoutConsumer consumer;
  private CompletableFuture<Void> running;

  ConsumerFixture() {
    registry =
        new InMemoryTargetRegistry(
            TargetConfig.builder(SOURCE, "t", "memory", "anywhere")
                .ordering(Ordering.SHARD)
                .build());
    engine =
        FanoutEngine.builder()
            .registry(registry)
            .provider(target)
            .retry(
                new RetryPolicy(
                    4, Duration.ofSeconds(30), Duration.ofNanos(20_000), Duration.ofNanos(200_000)))
            .circuit(new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(1), 1))
            .random(new SplittableRandom(7))
            .build();
    kafka.log(P0, 0, 0);
    kafka.log(P1, 0, 0);
    consumer = builder().build();
  }

  FanoutConsumer.Builder builder() {
    return FanoutConsumer.builder()
        .engine(engine)
        .properties(PROPERTIES)
        .topics("orders")
        .options(QUICK)
        .clients(properties -> kafka);
  }

  /** Adds a target that takes everything, and lets the first one behave so. */
  ConsumerFixture besideHealthy(Behaviour first) {
    registry.put(
        TargetConfig.builder(SOURCE, "healthy", "memory", "elsewhere")
            .ordering(Ordering.SHARD)
            .build());
    target.always(
        sending -> (sending.target().id().equals("t") ? first : Behaviours.accept()).send(sending));
    return this;
  }

  ConsumerFixture with(KafkaOptions options) {
    consumer = builder().options(options).build();
    return this;
  }

  ConsumerFixture with(String name, Object value) {
    Map<String, Object> properties = new HashMap<>(PROPERTIES);
    properties.put(name, value);
    consumer = builder().properties(properties).build();
    return this;
  }

  /** Runs the consumer and gives it partitions. */
  ConsumerFixture run(TopicPartition... partitions) throws InterruptedException {
    start();
    kafka.assigned(partitions);
    return this;
  }

  /** Runs the consumer. */
  void start() {
    running = CompletableFuture.runAsync(consumer::run, task -> new Thread(task).start());
  }

  /** Waits for the end of the consumer; returns what it threw, null for nothing. */
  Throwable end() throws InterruptedException {
    try {
      running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("the consumer does not end", e);
    }
  }

  boolean isRunning() {
    return !running.isDone();
  }

  List<String> bodies() {
    return target.bodies("t");
  }

  @Override
  public void close() {
    consumer.stop(Duration.ZERO);
    engine.close();
  }
}
