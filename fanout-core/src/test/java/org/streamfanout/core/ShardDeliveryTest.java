package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

class ShardDeliveryTest {
  private static final Behaviour DENY = Behaviours.fail(Failure.fatal("AccessDenied", "no"));
  private static final ShardOptions QUICK =
      new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(2));
  private static final SourceBatch BATCH = Fixture.batch(Fixture.records("a", "b", "c"));

  private final InMemoryTarget target = new InMemoryTarget();
  private final List<Integer> prefixes = new ArrayList<>();

  private boolean note(Checkpoint checkpoint) {
    prefixes.add(checkpoint.settled());
    return true;
  }

  /** A delivery in a thread of its own, which a test waits for. */
  private CompletableFuture<Checkpoint> inBackground(ShardDelivery delivery) {
    return CompletableFuture.supplyAsync(() -> delivery.deliver(BATCH, this::note));
  }

  private static Checkpoint get(CompletableFuture<Checkpoint> answer) throws Exception {
    return answer.get(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void deliver_everythingAccepted_tellsTheEndOnce() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);

      Checkpoint reached = delivery.deliver(BATCH, this::note);

      assertThat(reached).isEqualTo(new Checkpoint(3, 3, Position.whole("2"), null));
      assertThat(prefixes).containsExactly(3);
    }
  }

  @Test
  void deliver_emptyBatch_isComplete() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);

      assertThat(delivery.deliver(Fixture.batch(), this::note).isComplete()).isTrue();
    }
  }

  @Test
  void deliver_targetDeniesAtFirst_isTriedAgainUntilItAccepts() {
    InMemoryTarget healthy = InMemoryTarget.ofType("healthy");
    target.next(DENY, DENY, DENY, DENY, DENY);
    TargetConfig other =
        TargetConfig.builder(Fixture.SOURCE, "healthy", "healthy", "anywhere").build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(target).provider(healthy),
            Fixture.target("t").build(),
            other)) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);

      Checkpoint reached = delivery.deliver(BATCH, this::note);

      assertThat(reached.isComplete()).isTrue();
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(healthy.bodies("healthy")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(prefixes).isSorted().startsWith(0).endsWith(3);
    }
  }

  @Test
  void deliver_registryFails_waitsForIt() {
    AtomicInteger lookUps = new AtomicInteger();
    Targets targets = new Targets(List.of(Fixture.target("t").build()), List.of(), Set.of(), null);
    FanoutEngine.Builder builder =
        Fixture.quick()
            .provider(target)
            .registry(
                source -> {
                  if (lookUps.incrementAndGet() < 4) {
                    throw new RegistryException("not now");
                  }
                  return targets;
                });
    try (FanoutEngine engine = builder.build()) {
      Checkpoint reached = new ShardDelivery(engine, QUICK).deliver(BATCH, this::note);

      assertThat(reached.isComplete()).isTrue();
      assertThat(prefixes).containsExactly(0, 0, 0, 3);
    }
  }

  /** What a closed engine throws is no proof that it is closed. */
  @Test
  void deliver_anIllegalStateOfAnOpenEngine_isTriedAgain() {
    AtomicInteger failures = new AtomicInteger();
    LongSupplier ticker =
        () -> {
          if (failures.getAndDecrement() > 0) {
            throw new IllegalStateException("as a fault in the engine would make it");
          }
          return System.nanoTime();
        };
    try (Fixture fixture =
        new Fixture(Fixture.quick().provider(target).ticker(ticker), Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      failures.set(2);

      Checkpoint reached = delivery.deliver(BATCH, this::note);

      assertThat(reached.isComplete()).isTrue();
      assertThat(prefixes).containsExactly(0, 0, 3);
    }
  }

  @Test
  void deliver_engineFailsAsItShouldNot_waitsAndTriesAgain() {
    AtomicInteger lookUps = new AtomicInteger();
    Targets targets = new Targets(List.of(Fixture.target("t").build()), List.of(), Set.of(), null);
    FanoutEngine.Builder builder =
        Fixture.quick()
            .provider(target)
            .registry(
                source -> {
                  if (lookUps.incrementAndGet() < 3) {
                    throw new NoClassDefFoundError("as an incomplete class path makes it");
                  }
                  return targets;
                });
    try (FanoutEngine engine = builder.build()) {
      Checkpoint reached = new ShardDelivery(engine, QUICK).deliver(BATCH, this::note);

      assertThat(reached.isComplete()).isTrue();
      assertThat(prefixes).containsExactly(0, 0, 3);
    }
  }

  @Test
  void deliver_progressSaysNo_ends() {
    target.always(DENY);
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      AtomicInteger asked = new AtomicInteger();

      Checkpoint reached = delivery.deliver(BATCH, checkpoint -> asked.incrementAndGet() < 3);

      assertThat(reached).isEqualTo(new Checkpoint(0, 3, null, Position.whole("0")));
      assertThat(asked).hasValue(3);
    }
  }

  @Test
  void deliver_targetSwitchedOff_isReleased() {
    target.always(DENY);
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);

      Checkpoint reached =
          delivery.deliver(
              BATCH,
              checkpoint -> {
                fixture.rows(Fixture.target("t").active(false).build());
                return note(checkpoint);
              });

      assertThat(reached.isComplete()).isTrue();
      assertThat(target.received()).isEmpty();
    }
  }

  @Test
  void stop_targetDown_endsByTheDeadlineAndLeavesTheFlagClear() throws Exception {
    target.always(DENY);
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      CompletableFuture<Checkpoint> answer = inBackground(delivery);
      target.awaitSends(2, Fixture.PATIENCE);

      delivery.stop(Deadline.after(Duration.ZERO));
      delivery.awaitEnd();

      assertThat(get(answer).isComplete()).isFalse();
      assertThat(delivery.isStopped()).isTrue();
    }
  }

  @Test
  void stop_sendHangs_isBrokenOffAndTheHostsThreadIsNotInterrupted() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      List<Boolean> flags = new CopyOnWriteArrayList<>();
      CompletableFuture<Checkpoint> answer =
          CompletableFuture.supplyAsync(
              () -> {
                Checkpoint reached =
                    delivery.deliver(
                        BATCH, checkpoint -> flags.add(Thread.currentThread().isInterrupted()));
                flags.add(Thread.currentThread().isInterrupted());
                return reached;
              });
      gate.awaitArrived(1, Fixture.PATIENCE);

      delivery.stop(Deadline.after(Duration.ofMillis(1)));
      delivery.awaitEnd();

      assertThat(get(answer).settled()).isZero();
      assertThat(flags).containsExactly(false, false);
    }
  }

  @Test
  void stop_sendInTime_isWaitedFor() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      CompletableFuture<Checkpoint> answer = inBackground(delivery);
      gate.awaitArrived(1, Fixture.PATIENCE);

      delivery.stop(Deadline.after(Fixture.PATIENCE));
      gate.open();
      delivery.awaitEnd();

      assertThat(get(answer).isComplete()).isTrue();
    }
  }

  @Test
  void deliver_afterStop_takesNothing() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      delivery.stop(Deadline.after(Fixture.PATIENCE));

      Checkpoint reached = delivery.deliver(BATCH, this::note);

      assertThat(reached).isEqualTo(new Checkpoint(0, 3, null, Position.whole("0")));
      assertThat(prefixes).isEmpty();
      assertThat(target.sends()).isZero();
    }
  }

  @Test
  void deliver_engineClosed_ends() {
    Fixture fixture = Fixture.of(target, Fixture.target("t").build());
    ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
    fixture.close();

    assertThat(delivery.deliver(BATCH, this::note).settled()).isZero();
  }

  @Test
  void deliver_threadInterruptedByTheHost_endsAndKeepsTheFlag() {
    target.always(DENY);
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      Thread.currentThread().interrupt();

      Checkpoint reached = delivery.deliver(BATCH, this::note);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(reached.isComplete()).isFalse();
    }
  }

  @Test
  void deliver_whileAnotherBatchIsUnderWay_isRefused() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      CompletableFuture<Checkpoint> answer = inBackground(delivery);
      gate.awaitArrived(1, Fixture.PATIENCE);

      assertThatThrownBy(() -> delivery.deliver(BATCH, this::note))
          .isInstanceOf(IllegalStateException.class);

      gate.open();
      assertThat(get(answer).isComplete()).isTrue();
    }
  }

  @Test
  void awaitEnd_withoutStop_isRefused() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      ShardDelivery delivery = new ShardDelivery(fixture.engine, QUICK);
      CompletableFuture<Checkpoint> answer = inBackground(delivery);
      gate.awaitArrived(1, Fixture.PATIENCE);

      assertThatThrownBy(delivery::awaitEnd).isInstanceOf(IllegalStateException.class);

      gate.open();
      get(answer);
    }
  }
}
