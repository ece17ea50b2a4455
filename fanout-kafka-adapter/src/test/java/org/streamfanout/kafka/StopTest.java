package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.kafka.ConsumerFixture.P0;
import static org.streamfanout.kafka.ConsumerFixture.P1;
import static org.streamfanout.kafka.ConsumerFixture.PATIENCE;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;

/** Against a stand-in for Kafka: how a consumer ends when it is asked to. */
@Timeout(120)
class StopTest {
  private final ConsumerFixture fixture = new ConsumerFixture();
  private final ScriptedConsumer kafka = fixture.kafka;

  @AfterEach
  void stop() {
    fixture.close();
  }

  private CompletableFuture<Boolean> stopInBackground(Duration limit) {
    return CompletableFuture.supplyAsync(() -> fixture.consumer.stop(limit));
  }

  private static boolean get(CompletableFuture<Boolean> answer) throws Exception {
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void stop_sendUnderWay_isWaitedForAndCommitted() throws Exception {
    Gate gate = new Gate();
    fixture.target.always(Behaviours.hang(gate, Behaviours.accept()));
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1))).run(P0);
    kafka.write(P0, 0, "a", "b");
    gate.awaitArrived(1, PATIENCE);

    CompletableFuture<Boolean> clean = stopInBackground(PATIENCE);
    kafka.await(() -> fixture.consumer.status().state() == ConsumerStatus.State.STOPPING);
    kafka.awaitPolls(3);
    gate.open();

    assertThat(get(clean)).isTrue();
    assertThat(kafka.offset(P0)).isEqualTo(2);
    assertThat(fixture.end()).isNull();
    assertThat(kafka.closed()).isTrue();
  }

  @Test
  void stop_whileItDrains_takesNothingNew() throws Exception {
    Gate gate = new Gate();
    fixture.target.next(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    gate.awaitArrived(1, PATIENCE);

    CompletableFuture<Boolean> clean = stopInBackground(PATIENCE);
    kafka.await(() -> fixture.consumer.status().state() == ConsumerStatus.State.STOPPING);
    kafka.assigned(P0, P1);
    kafka.write(P1, 0, "x");
    kafka.awaitPolls(3);
    gate.open();

    assertThat(get(clean)).isTrue();
    assertThat(fixture.bodies()).containsExactly("a");
    assertThat(kafka.offset(P1)).isIn(null, 0L);
  }

  @Test
  void stop_targetDown_endsByTheLimitAndCommitsThePrefix() throws Exception {
    fixture.target.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("b"), Failure.fatal("AccessDenied", "no")));
    fixture.run(P0);
    kafka.write(P0, 0, "a", "b", "c");
    fixture.target.awaitSends(5, PATIENCE);

    assertThat(fixture.consumer.stop(Duration.ofMillis(20))).isFalse();

    assertThat(kafka.offset(P0)).isEqualTo(1);
    assertThat(fixture.end()).isNull();
  }

  @Test
  void stop_sendHangs_isBrokenOff() throws Exception {
    Gate gate = new Gate();
    fixture.target.always(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    gate.awaitArrived(1, PATIENCE);

    assertThat(fixture.consumer.stop(Duration.ZERO)).isFalse();

    assertThat(fixture.end()).isNull();
    assertThat(kafka.offset(P0)).isIn(null, 0L);
  }

  @Test
  void stop_batchNotBegun_isLeftToOthers() throws Exception {
    Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    fixture.consumer = fixture.builder().executor(tasks::add).build();
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    kafka.await(() -> !tasks.isEmpty());

    CompletableFuture<Boolean> clean = stopInBackground(PATIENCE);
    kafka.await(() -> fixture.consumer.status().state() == ConsumerStatus.State.STOPPING);
    tasks.remove().run();

    assertThat(get(clean)).isTrue();
    assertThat(fixture.target.sends()).isZero();
    assertThat(kafka.offset(P0)).isIn(null, 0L);
  }

  @Test
  void stop_nothingInHand_isClean() throws Exception {
    fixture.run(P0);

    assertThat(fixture.consumer.stop(PATIENCE)).isTrue();

    assertThat(kafka.closed()).isTrue();
  }

  @Test
  void stop_twice_answersTheSame() throws Exception {
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);

    assertThat(fixture.consumer.stop(PATIENCE)).isTrue();
    assertThat(fixture.consumer.stop(Duration.ZERO)).isTrue();
    fixture.consumer.close();
  }

  @Test
  void stop_againWithLessTime_endsSooner() throws Exception {
    Gate gate = new Gate();
    fixture.target.always(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    gate.awaitArrived(1, PATIENCE);
    CompletableFuture<Boolean> patient = stopInBackground(Duration.ofDays(1));
    kafka.await(() -> fixture.consumer.status().state() == ConsumerStatus.State.STOPPING);

    assertThat(fixture.consumer.stop(Duration.ZERO)).isFalse();

    assertThat(get(patient)).isFalse();
  }

  @Test
  void stop_groupRebalances_commitsAfterIt() throws Exception {
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1))).run(P0);
    kafka.write(P0, 0, "a");
    fixture.target.awaitReceived(1, PATIENCE);
    kafka.failCommits(new RebalanceInProgressException(), new RebalanceInProgressException());

    assertThat(fixture.consumer.stop(PATIENCE)).isTrue();

    assertThat(kafka.commits(P0)).containsExactly(1L);
  }

  @Test
  void stop_lastCommitFails_isNotClean() throws Exception {
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1))).run(P0);
    kafka.write(P0, 0, "a");
    fixture.target.awaitReceived(1, PATIENCE);
    kafka.failCommits(new CommitFailedException("another generation"));

    assertThat(fixture.consumer.stop(PATIENCE)).isFalse();

    assertThat(fixture.end()).isNull();
  }

  @Test
  void stop_beforeRun_runReturnsAtOnce() throws Exception {
    assertThat(fixture.consumer.stop(PATIENCE)).isTrue();

    fixture.consumer.run();

    assertThat(fixture.consumer.status().state()).isEqualTo(ConsumerStatus.State.ENDED);
    assertThat(kafka.closed()).isTrue();
  }

  @Test
  void stop_byTheThreadThatRuns_doesNotWaitForItself() throws Exception {
    fixture.run(P0);

    kafka.inPoll(() -> fixture.consumer.stop(PATIENCE));

    assertThat(fixture.end()).isNull();
  }

  @Test
  void stop_interrupted_endsTheWaitOnly() throws Exception {
    Gate gate = new Gate();
    fixture.target.always(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    gate.awaitArrived(1, PATIENCE);

    Thread.currentThread().interrupt();
    boolean clean = fixture.consumer.stop(PATIENCE);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(clean).isFalse();
    gate.open();
    assertThat(fixture.consumer.stop(PATIENCE)).isTrue();
  }

  @Test
  void run_interrupted_commitsThePrefixAndKeepsTheFlag() throws Exception {
    AtomicBoolean flag = new AtomicBoolean();
    Gate gate = new Gate();
    fixture.target.next(Behaviours.accept());
    fixture.with(ConsumerFixture.QUICK.withCommitInterval(Duration.ofDays(1)));
    Thread runner =
        new Thread(
            () -> {
              fixture.consumer.run();
              flag.set(Thread.currentThread().isInterrupted());
            });
    runner.start();
    kafka.assigned(P0);
    kafka.write(P0, 0, "a");
    fixture.target.awaitReceived(1, PATIENCE);
    fixture.target.always(Behaviours.hang(gate, Behaviours.accept()));
    kafka.write(P0, 1, "b");
    gate.awaitArrived(1, PATIENCE);

    runner.interrupt();
    runner.join(PATIENCE.toMillis());

    assertThat(flag).isTrue();
    assertThat(kafka.commits(P0)).isEqualTo(List.of(1L));
    assertThat(kafka.closed()).isTrue();
  }
}
