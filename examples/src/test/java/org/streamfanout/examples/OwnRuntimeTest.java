package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

class OwnRuntimeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/donations");

  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTargetRegistry targets = new InMemoryTargetRegistry(row("a").build());
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final FanoutEngine engine =
      FanoutEngine.builder().registry(targets).provider(target).executor(executor).build();

  @AfterEach
  void close() throws InterruptedException {
    engine.close();
    executor.shutdownNow();
    assertThat(executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private static TargetConfig.Builder row(String id) {
    return TargetConfig.builder(SOURCE, id, "memory", "anywhere");
  }

  @Test
  void start_twoShards_bothAreDeliveredAndCommitted() throws Exception {
    QueuedShard one = new QueuedShard(SOURCE, "one");
    QueuedShard two = new QueuedShard(SOURCE, "two");
    try (OwnRuntime runtime = new OwnRuntime(engine, executor)) {
      runtime.start(one, one);
      runtime.start(two, two);
      one.put("1", "2");
      two.put("8", "9");
      one.put("3");

      one.awaitCommit("3");
      two.awaitCommit("9");
      one.end();
      two.end();
    }
    assertThat(target.bodies("a")).containsExactlyInAnyOrder("1", "2", "3", "8", "9");
  }

  @Test
  void start_targetFailsAtFirst_theRestIsSentAgainAndCommitted() throws Exception {
    target.next(
        Behaviours.failIf(
            message -> message.body().utf8().equals("2"), Failure.fatal("Denied", "no")));
    QueuedShard shard = new QueuedShard(SOURCE, "one");
    try (OwnRuntime runtime = new OwnRuntime(engine, executor)) {
      runtime.start(shard, shard);
      shard.put("1", "2");

      shard.awaitCommit("2");
      shard.end();
    }
    assertThat(shard.settled()).containsExactly(1, 2);
    assertThat(target.bodies("a")).containsExactly("1", "2");
  }

  @Test
  void start_targetAdded_getsTheNextBatch() throws Exception {
    QueuedShard shard = new QueuedShard(SOURCE, "one");
    try (OwnRuntime runtime = new OwnRuntime(engine, executor)) {
      runtime.start(shard, shard);
      shard.put("1");
      shard.awaitCommit("1");
      targets.put(row("b").build());
      shard.put("2");

      shard.awaitCommit("2");
      shard.end();
    }
    assertThat(target.bodies("a")).containsExactly("1", "2");
    assertThat(target.bodies("b")).containsExactly("2");
  }

  @Test
  void start_failingTargetIsRemoved_itsBatchIsReleasedAndTheShardGoesOn() throws Exception {
    targets.put(row("sick").build());
    target.always(
        sending ->
            sending.target().id().equals("sick")
                ? sending.accept(message -> Failure.fatal("Denied", "no"))
                : sending.acceptAll());
    QueuedShard shard = new QueuedShard(SOURCE, "one");
    try (OwnRuntime runtime = new OwnRuntime(engine, executor)) {
      runtime.start(shard, shard);
      shard.put("1");
      shard.awaitSettled(0);
      targets.remove(SOURCE, "sick");
      shard.put("2");

      shard.awaitCommit("2");
      shard.end();
    }
    assertThat(target.bodies("a")).containsExactly("1", "2");
    assertThat(target.bodies("sick")).isEmpty();
  }

  @Test
  void start_failingTargetIsChanged_getsWhatIsLeftByItsNewRow() throws Exception {
    target.always(
        sending ->
            sending.target().destination().equals("anywhere")
                ? sending.accept(message -> Failure.fatal("Denied", "no"))
                : sending.acceptAll());
    QueuedShard shard = new QueuedShard(SOURCE, "one");
    try (OwnRuntime runtime = new OwnRuntime(engine, executor)) {
      runtime.start(shard, shard);
      shard.put("1");
      shard.awaitSettled(0);
      targets.put(TargetConfig.builder(SOURCE, "a", "memory", "elsewhere").build());

      shard.awaitCommit("1");
      shard.end();
    }
    assertThat(target.bodies("a")).containsExactly("1");
  }

  @Test
  void close_sendUnderWay_isDrainedAndCommitted() throws Exception {
    Gate gate = new Gate();
    target.next(Behaviours.hang(gate, sending -> sending.acceptAll()));
    QueuedShard shard = new QueuedShard(SOURCE, "one");
    OwnRuntime runtime = new OwnRuntime(engine, executor);
    runtime.start(shard, shard);
    shard.put("1");
    target.awaitSends(1, PATIENCE);
    Thread closing = new Thread(runtime::close);
    closing.start();
    gate.open();
    closing.join(PATIENCE.toMillis());

    assertThat(closing.isAlive()).isFalse();
    assertThat(shard.settled()).containsExactly(1);
  }

  @Test
  void engine_twoBatches_asksTheRegistryOnce() {
    AtomicInteger asked = new AtomicInteger();
    SourceBatch batch = new SourceBatch(SOURCE, "one", List.of());
    try (FanoutEngine cached =
        OwnRuntime.engine(
            source -> {
              asked.incrementAndGet();
              return targets.targetsFor(source);
            },
            executor)) {
      assertThat(cached.process(batch, Deadline.after(PATIENCE)).isSettled()).isTrue();
      assertThat(cached.process(batch, Deadline.after(PATIENCE)).isSettled()).isTrue();
    }
    assertThat(asked).hasValue(1);
  }
}
