package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.kafka.ConsumerFixture.P0;
import static org.streamfanout.kafka.ConsumerFixture.P1;
import static org.streamfanout.kafka.ConsumerFixture.PATIENCE;
import static org.streamfanout.kafka.ConsumerFixture.SOURCE;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;

/** Against a stand-in for Kafka: what is read, delivered and committed, and when. */
@Timeout(120)
class FanoutConsumerTest {
  private static final Behaviour DENY = Behaviours.fail(Failure.fatal("AccessDenied", "no"));

  private final ConsumerFixture fixture = new ConsumerFixture();
  private final ScriptedConsumer kafka = fixture.kafka;

  @AfterEach
  void stop() {
    fixture.close();
  }

  /** Holds whatever carries this text. */
  private static Behaviour hold(String text) {
    return Behaviours.failIf(
        message -> message.body().utf8().equals(text), Failure.fatal("AccessDenied", "no"));
  }

  @Test
  void run_records_areDeliveredInOrderAndCommitted() throws Exception {
    fixture.run(P0);

    kafka.write(P0, 0, "a", "b", "c");
    kafka.awaitCommit(P0, 3);

    assertThat(fixture.bodies()).containsExactly("a", "b", "c");
    assertThat(kafka.commits().get(kafka.commits().size() - 1))
        .containsEntry(P0, new OffsetAndMetadata(3, Optional.of(7), ""));
  }

  @Test
  void run_nextBatch_waitsForTheOneUnderWay() throws Exception {
    Gate gate = new Gate();
    fixture.target.next(Behaviours.hang(gate, Behaviours.accept()));
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    gate.awaitArrived(1, PATIENCE);

    kafka.write(P0, 1, "b");
    kafka.awaitPolls(5);
    assertThat(kafka.paused()).containsExactly(P0);
    assertThat(fixture.target.sends()).isOne();

    gate.open();
    kafka.awaitCommit(P0, 2);
    assertThat(fixture.bodies()).containsExactly("a", "b");
    kafka.await(() -> kafka.paused().isEmpty());
  }

  @Test
  void run_onePartitionHeld_othersGoOn() throws Exception {
    fixture.target.always(hold("stuck"));
    fixture.run(P0, P1);
    kafka.write(P0, 0, "stuck");
    fixture.target.awaitSends(2, PATIENCE);

    kafka.write(P1, 0, "a", "b");
    kafka.awaitCommit(P1, 2);
    kafka.write(P1, 2, "c");
    kafka.awaitCommit(P1, 3);

    assertThat(fixture.bodies()).containsExactly("a", "b", "c");
    assertThat(kafka.offset(P0)).isIn(null, 0L);
  }

  @Test
  void run_laterRecordHeld_commitsThePrefixMeanwhile() throws Exception {
    fixture.target.always(hold("c"));
    fixture.run(P0);

    kafka.write(P0, 10, "a", "b", "c", "d");
    kafka.awaitCommit(P0, 12);
    kafka.awaitPolls(5);

    assertThat(kafka.offset(P0)).isEqualTo(12);
    assertThat(fixture.bodies()).containsExactly("a", "b");
  }

  @Test
  void run_targetRecovers_goesOnWithTheRest() throws Exception {
    fixture.target.always(hold("b"));
    fixture.run(P0);
    kafka.write(P0, 0, "a", "b", "c");
    kafka.awaitCommit(P0, 1);

    fixture.target.always(Behaviours.accept());
    kafka.write(P0, 3, "d");
    kafka.awaitCommit(P0, 4);

    assertThat(fixture.bodies()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void run_gapsInTheLog_commitsTheOffsetAfterTheLastRecord() throws Exception {
    fixture.run(P0);

    kafka.write(P0, 5, "a");
    kafka.write(P0, 90, "b");
    kafka.awaitCommit(P0, 91);

    assertThat(fixture.bodies()).containsExactly("a", "b");
  }

  @Test
  void run_offsetsWithoutRecords_areCommitted() throws Exception {
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);

    kafka.skipTo(P0, 2);

    kafka.awaitCommit(P0, 2);
  }

  @Test
  void run_offsetsWithoutRecordsWhileABatchIsHeld_areNotCommitted() throws Exception {
    fixture.target.always(DENY);
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    fixture.target.awaitSends(2, PATIENCE);

    kafka.skipTo(P0, 9);
    kafka.awaitPolls(5);

    assertThat(kafka.offset(P0)).isIn(null, 0L);
  }

  @Test
  void run_tombstone_reachesTheTargetAsOne() throws Exception {
    fixture.run(P0);

    kafka.write(P0, 0, (String) null);
    kafka.awaitCommit(P0, 1);

    assertThat(fixture.target.records("t"))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.data()).isNull();
              assertThat(record.id()).isEqualTo("orders-0:0");
            });
  }

  @Test
  void run_nothingNew_commitsNothingAgain() throws Exception {
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);
    int before = kafka.commits().size();

    kafka.awaitPolls(20);

    assertThat(kafka.commits()).hasSize(before);
  }

  @Test
  void run_engineClosed_endsWithAnError() throws Exception {
    fixture.run(P0);
    fixture.engine.close();

    kafka.write(P0, 0, "a");

    assertThat(fixture.end())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("orders-0")
        .hasMessageContaining("the engine is closed");
    assertThat(kafka.offset(P0)).isIn(null, 0L);
    assertThat(kafka.closed()).isTrue();
  }

  @Test
  void run_executorTakesNothing_endsWithAnError() throws Exception {
    fixture.consumer =
        fixture
            .builder()
            .executor(
                task -> {
                  throw new RejectedExecutionException("full");
                })
            .build();
    fixture.run(P0);

    kafka.write(P0, 0, "a");

    assertThat(fixture.end()).isInstanceOf(RejectedExecutionException.class);
    assertThat(kafka.closed()).isTrue();
  }

  /** Nothing is committed past what it was given, and it goes on once it can. */
  @Test
  void run_engineFailsAsItShouldNot_holdsAndTriesAgain() throws Exception {
    AtomicInteger lookUps = new AtomicInteger();
    Targets targets =
        new Targets(
            List.of(TargetConfig.builder(SOURCE, "t", "memory", "anywhere").build()),
            List.of(),
            Set.of(),
            null);
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .provider(fixture.target)
            .registry(
                source -> {
                  if (lookUps.incrementAndGet() < 4) {
                    throw new LinkageError("a class is missing");
                  }
                  return targets;
                })
            .build()) {
      fixture.consumer = fixture.builder().engine(engine).build();
      fixture.run(P0);

      kafka.write(P0, 0, "a");
      fixture.target.awaitReceived(1, PATIENCE);

      assertThat(fixture.isRunning()).isTrue();
      assertThat(lookUps).hasValueGreaterThanOrEqualTo(4);
      fixture.consumer.stop(PATIENCE);
      assertThat(fixture.end()).isNull();
    }
  }

  @Test
  void run_twice_isRefused() throws Exception {
    fixture.run(P0);

    assertThatThrownBy(fixture.consumer::run).isInstanceOf(IllegalStateException.class);
    assertThat(fixture.isRunning()).isTrue();
  }

  @Test
  void status_whileRecordsAreHeld_tellsThem() throws Exception {
    fixture.target.always(hold("b"));
    assertThat(fixture.consumer.status().state()).isEqualTo(ConsumerStatus.State.NEW);
    kafka.log(P0, 0, 10);
    fixture.run(P0);
    kafka.write(P0, 0, "a", "b", "c");
    kafka.awaitCommit(P0, 1);

    kafka.await(
        () ->
            fixture.consumer.status().partitions().stream()
                .anyMatch(it -> it.inHand() == 2 && Long.valueOf(9).equals(it.lag())));
    PartitionStatus told = fixture.consumer.status().partitions().get(0);
    assertThat(told)
        .isEqualTo(new PartitionStatus("orders", 0, 1L, 2, 9L, told.held()))
        .extracting(PartitionStatus::held)
        .satisfies(
            held -> {
              assertThat(held.records()).isEqualTo(2);
              assertThat(held.bytes()).isGreaterThanOrEqualTo(3);
              assertThat(held.batches()).isEqualTo(1);
              assertThat(held.since()).isNotNull();
            });

    assertThat(fixture.consumer.status().state()).isEqualTo(ConsumerStatus.State.RUNNING);
    fixture.consumer.stop(Duration.ZERO);
    assertThat(fixture.consumer.status())
        .isEqualTo(new ConsumerStatus(ConsumerStatus.State.ENDED, List.of(), 0, null));
  }

  @Test
  void run_clientCannotBeMade_endsWithItsError() {
    KafkaException failure = new KafkaException("no such login module");
    FanoutConsumer broken =
        fixture
            .builder()
            .clients(
                properties -> {
                  throw failure;
                })
            .build();

    assertThatThrownBy(broken::run).isSameAs(failure);
    assertThat(broken.status().state()).isEqualTo(ConsumerStatus.State.ENDED);
    assertThat(broken.stop(PATIENCE)).isFalse();
  }

  @Test
  void sources_ofTopics_areThoseOfTargets() {
    FanoutConsumer two =
        FanoutConsumer.builder()
            .engine(fixture.engine)
            .properties(Map.of("bootstrap.servers", List.of("b:2", "a:1"), "group.id", "g"))
            .topics("orders", "returns")
            .build();

    assertThat(Set.copyOf(two.sources().stream().map(source -> source.id()).toList()))
        .containsExactlyInAnyOrder("kafka://a:1,b:2/orders", "kafka://a:1,b:2/returns");
  }

  @Test
  void sources_mskCluster_areTheTopicsArns() {
    FanoutConsumer msk =
        fixture
            .builder()
            .mskCluster("arn:aws:kafka:eu-west-1:123456789012:cluster/shop/abc-1")
            .build();

    assertThat(msk.sources())
        .singleElement()
        .satisfies(
            source ->
                assertThat(source.id())
                    .isEqualTo("arn:aws:kafka:eu-west-1:123456789012:topic/shop/abc-1/orders"));
  }
}
