package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.kafka.ConsumerFixture.P0;
import static org.streamfanout.kafka.ConsumerFixture.P1;
import static org.streamfanout.kafka.ConsumerFixture.PATIENCE;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;

/** Against a stand-in for Kafka: partitions that come, go, stay and are lost. */
@Timeout(120)
class RebalanceTest {
  private static final Behaviour DENY = Behaviours.fail(Failure.fatal("AccessDenied", "no"));

  private final ConsumerFixture fixture = new ConsumerFixture();
  private final ScriptedConsumer kafka = fixture.kafka;

  @AfterEach
  void stop() {
    fixture.close();
  }

  private CompletableFuture<Void> assignedInBackground(
      org.apache.kafka.common.TopicPartition... partitions) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            kafka.assigned(partitions);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void revoked_sendUnderWay_isWaitedForAndCommitted() throws Exception {
    Gate gate = new Gate();
    fixture.target.next(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0, P1);
    kafka.write(P0, 0, "a", "b");
    gate.awaitArrived(1, PATIENCE);

    CompletableFuture<Void> change = assignedInBackground(P1);
    gate.open();
    change.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

    assertThat(kafka.offset(P0)).isEqualTo(2);
    assertThat(fixture.bodies()).containsExactly("a", "b");
  }

  @Test
  void revoked_targetDown_endsByTheLimitAndCommitsThePrefix() throws Exception {
    fixture.target.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("b"), Failure.fatal("AccessDenied", "no")));
    fixture
        .with(
            ConsumerFixture.QUICK
                .withRevokeLimit(Duration.ofMillis(50))
                .withCommitInterval(Duration.ofDays(1)))
        .run(P0, P1);
    kafka.write(P0, 0, "a", "b", "c");
    fixture.target.awaitSends(5, PATIENCE);

    kafka.assigned(P1);

    assertThat(kafka.commits(P0)).containsExactly(1L);
    assertThat(fixture.bodies()).containsExactly("a");
    int sends = fixture.target.sends();
    kafka.awaitPolls(5);
    assertThat(fixture.target.sends()).isEqualTo(sends);
  }

  @Test
  void revoked_commitIsWoken_isMadeAgain() throws Exception {
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1))).run(P0, P1);
    kafka.write(P0, 0, "a");
    fixture.target.awaitReceived(1, PATIENCE);
    kafka.failCommits(new WakeupException(), new WakeupException());

    kafka.assigned(P1);

    assertThat(kafka.commits(P0)).containsExactly(1L);
  }

  @Test
  void revoked_commitFails_theConsumerGoesOn() throws Exception {
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1))).run(P0, P1);
    kafka.write(P0, 0, "a");
    fixture.target.awaitReceived(1, PATIENCE);
    kafka.failCommits(new CommitFailedException("another generation"));

    kafka.assigned(P1);
    kafka.write(P1, 0, "b");
    fixture.target.awaitReceived(2, PATIENCE);

    assertThat(kafka.commits(P0)).isEmpty();
    assertThat(fixture.isRunning()).isTrue();
  }

  @Test
  void revoked_thenAssignedAgain_readsFromTheCommit() throws Exception {
    fixture.with(ConsumerFixture.QUICK.withRevokeLimit(Duration.ofMillis(50))).run(P0, P1);
    fixture.target.always(DENY);
    kafka.write(P0, 0, "a");
    fixture.target.awaitSends(2, PATIENCE);
    kafka.assigned(P1);
    fixture.target.always(Behaviours.accept());

    kafka.assigned(P0, P1);
    kafka.write(P0, 0, "a", "b");
    kafka.awaitCommit(P0, 2);

    assertThat(fixture.bodies()).containsExactly("a", "b");
  }

  @Test
  void assigned_anotherPartition_theOnesThatStayAreNotDisturbed() throws Exception {
    Gate gate = new Gate();
    fixture.target.next(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    gate.awaitArrived(1, PATIENCE);

    kafka.assigned(P0, P1);
    kafka.awaitPolls(5);
    assertThat(kafka.paused()).containsExactly(P0);
    kafka.write(P1, 0, "x");
    kafka.awaitCommit(P1, 1);

    gate.open();
    kafka.write(P0, 1, "b");
    kafka.awaitCommit(P0, 2);
    assertThat(fixture.bodies()).containsExactlyInAnyOrder("a", "b", "x");
  }

  @Test
  void assigned_whatWasThereAlready_startsAnew() throws Exception {
    fixture.target.always(DENY);
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    fixture.target.awaitSends(2, PATIENCE);

    kafka.inPoll(() -> kafka.listener().onPartitionsAssigned(List.of(P0)));
    fixture.target.always(Behaviours.accept());
    kafka.write(P0, 1, "b");
    kafka.awaitCommit(P0, 2);

    assertThat(fixture.bodies()).containsExactly("b");
  }

  @Test
  void lost_batchUnderWay_isBrokenOffWithoutACommit() throws Exception {
    Gate gate = new Gate();
    fixture.target.always(Behaviours.hang(gate, Behaviours.accept()));
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1))).run(P0);
    kafka.write(P0, 0, "a", "b");
    gate.awaitArrived(1, PATIENCE);

    kafka.lost();

    assertThat(kafka.commits(P0)).isEmpty();
    gate.awaitEmpty(PATIENCE);
    assertThat(fixture.bodies()).isEmpty();
    assertThat(fixture.isRunning()).isTrue();
  }

  @Test
  void lost_thenAssigned_goesOn() throws Exception {
    fixture.run(P0);
    kafka.lost();
    kafka.await(() -> fixture.consumer.status().state() == ConsumerStatus.State.JOINING);

    kafka.assigned(P0);
    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);

    assertThat(fixture.bodies()).containsExactly("a");
  }
}
