package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

/** A shard with a target that holds and one that does not. */
@Timeout(120)
class RunningAheadTest {
  private static final Behaviour DENY = Behaviours.fail(Failure.fatal("AccessDenied", "no"));
  private static final ShardOptions QUICK =
      new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(2))
          .withAheadAfter(Duration.ZERO);

  private final InMemoryTarget holding = new InMemoryTarget();
  private final InMemoryTarget healthy = InMemoryTarget.ofType("healthy");
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final TargetConfig holdingRow =
      Fixture.target("holding").ordering(Ordering.SHARD).build();
  private final TargetConfig healthyRow =
      TargetConfig.builder(Fixture.SOURCE, "healthy", "healthy", "anywhere").build();
  private final Fixture fixture =
      new Fixture(Fixture.quick().provider(holding).provider(healthy), holdingRow, healthyRow);

  @AfterEach
  void close() {
    fixture.close();
  }

  /** Three records each: 0 has 0 to 2, 1 has 3 to 5, and so on. */
  private static SourceBatch batch(int number) {
    FanoutRecord[] records = new FanoutRecord[3];
    for (int index = 0; index < records.length; index++) {
      int place = number * records.length + index;
      records[index] = Fixture.record(place, "k" + index, Integer.toString(place));
    }
    return Fixture.batch(records);
  }

  private ShardDelivery.Progress tell(int number) {
    return checkpoint -> {
      told.add(number + ":" + checkpoint.settled());
      return true;
    };
  }

  private boolean ahead(ShardDelivery delivery, int number) {
    return delivery.deliverAhead(batch(number), tell(number));
  }

  private ShardDelivery delivery(ShardOptions options) {
    return new ShardDelivery(fixture.engine, options);
  }

  private static boolean get(CompletableFuture<Boolean> answer) throws Exception {
    return answer.get(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void deliverAhead_oneTargetHolds_othersGoOnAndItFollowsInOrder() throws Exception {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);

    for (int number = 0; number < 4; number++) {
      assertThat(ahead(delivery, number)).isTrue();
    }
    healthy.awaitReceived(12, Fixture.PATIENCE);

    assertThat(holding.received()).isEmpty();
    assertThat(told).allMatch(each -> each.equals("0:0"));
    ShardStatus status = delivery.status();
    assertThat(status.records()).isEqualTo(12);
    assertThat(status.batches()).isEqualTo(4);
    assertThat(status.since()).isNotNull();

    holding.always(Behaviours.accept());
    assertThat(delivery.settle()).isTrue();

    assertThat(holding.bodies("holding"))
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11");
    assertThat(healthy.bodies("healthy")).hasSize(12).doesNotHaveDuplicates();
    assertThat(told).isSorted().contains("0:3", "1:3", "2:3").endsWith("3:3");
    assertThat(delivery.status()).isEqualTo(ShardStatus.EMPTY);
  }

  @Test
  void deliverAhead_sendHangs_othersDoNotWaitForItsTimeOut() throws Exception {
    Gate gate = new Gate();
    holding.always(Behaviours.hang(gate, Behaviours.accept()));
    ShardDelivery delivery = delivery(QUICK);

    assertThat(ahead(delivery, 0)).isTrue();
    assertThat(ahead(delivery, 1)).isTrue();
    healthy.awaitReceived(6, Fixture.PATIENCE);

    assertThat(gate.waiting()).isEqualTo(1);
    gate.open();
    assertThat(delivery.settle()).isTrue();
    assertThat(holding.bodies("holding")).containsExactly("0", "1", "2", "3", "4", "5");
    assertThat(holding.mostInFlight()).isEqualTo(1);
  }

  @Test
  void deliverAhead_noRoom_waitsForIt() throws Exception {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK.withMaxHeld(7, 1 << 20));
    assertThat(ahead(delivery, 0)).isTrue();
    assertThat(ahead(delivery, 1)).isTrue();

    CompletableFuture<Boolean> third =
        CompletableFuture.supplyAsync(() -> ahead(delivery, 2) && delivery.settle());
    holding.awaitSends(holding.sends() + 5, Fixture.PATIENCE);

    assertThat(third).isNotDone();
    assertThat(delivery.status().batches()).isEqualTo(2);
    assertThat(healthy.received()).hasSize(6);
    holding.always(Behaviours.accept());
    assertThat(get(third)).isTrue();
    assertThat(healthy.received()).hasSize(9);
  }

  @Test
  void deliverAhead_switchedOff_waitsUntilAllIsSettled() throws Exception {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK.withMaxHeld(0, 0));

    CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(() -> ahead(delivery, 0));
    holding.awaitSends(5, Fixture.PATIENCE);

    assertThat(first).isNotDone();
    holding.always(Behaviours.accept());
    assertThat(get(first)).isTrue();
    assertThat(told).endsWith("0:3");
  }

  @Test
  void deliverAhead_everyTargetHolds_nobodyRunsAhead() throws Exception {
    holding.always(DENY);
    healthy.always(DENY);
    ShardDelivery delivery = delivery(QUICK);

    CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(() -> ahead(delivery, 0));
    holding.awaitSends(5, Fixture.PATIENCE);
    healthy.awaitSends(5, Fixture.PATIENCE);

    assertThat(first).isNotDone();
    healthy.always(Behaviours.accept());
    assertThat(get(first)).isTrue();
    holding.always(Behaviours.accept());
    assertThat(delivery.settle()).isTrue();
  }

  @Test
  void deliverAhead_targetThatHoldsIsRemoved_isReleasedInAllBatches() {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    for (int number = 0; number < 3; number++) {
      assertThat(ahead(delivery, number)).isTrue();
    }

    fixture.rows(healthyRow);

    assertThat(delivery.settle()).isTrue();
    assertThat(told).endsWith("2:3");
    assertThat(holding.received()).isEmpty();
  }

  @Test
  void deliverAhead_rowOfTheTargetThatHoldsChanges_itGetsAllInOrderByTheNewOne() {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    for (int number = 0; number < 3; number++) {
      assertThat(ahead(delivery, number)).isTrue();
    }

    fixture.rows(
        Fixture.target("holding").ordering(Ordering.SHARD).maxInFlight(1).build(), healthyRow);
    holding.always(Behaviours.accept());

    assertThat(delivery.settle()).isTrue();
    assertThat(holding.bodies("holding"))
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
    assertThat(healthy.bodies("healthy")).hasSize(9).doesNotHaveDuplicates();
  }

  @Test
  void stop_whileAhead_endsAllBatches() {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    assertThat(ahead(delivery, 0)).isTrue();
    assertThat(ahead(delivery, 1)).isTrue();

    delivery.stop(Deadline.after(Duration.ZERO));
    delivery.awaitEnd();

    assertThat(delivery.isOver()).isTrue();
    assertThat(delivery.isClean()).isFalse();
    int sends = holding.sends();
    holding.always(Behaviours.accept());
    assertThat(delivery.settle()).isFalse();
    assertThat(ahead(delivery, 2)).isFalse();
    assertThat(holding.sends()).isEqualTo(sends);
    assertThat(healthy.received()).hasSize(6);
  }

  @Test
  void stop_targetRecoversInTime_allBatchesAreSettled() {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    assertThat(ahead(delivery, 0)).isTrue();
    assertThat(ahead(delivery, 1)).isTrue();

    delivery.stop(Deadline.after(Fixture.PATIENCE));
    holding.always(Behaviours.accept());

    assertThat(delivery.settle()).isTrue();
    assertThat(told).endsWith("1:3");
    assertThat(delivery.isClean()).isTrue();
  }

  @Test
  void progress_saysNoWhileAhead_endsAllBatches() {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    AtomicInteger asked = new AtomicInteger();

    assertThat(delivery.deliverAhead(batch(0), checkpoint -> asked.incrementAndGet() < 5)).isTrue();
    boolean goesOn = ahead(delivery, 1);

    assertThat(goesOn && delivery.settle()).isFalse();
    assertThat(delivery.isOver()).isTrue();
    assertThat(asked).hasValue(5);
    assertThat(told).isEmpty();
  }

  @Test
  void progress_throws_isThrownToTheHost() {
    IllegalArgumentException failure = new IllegalArgumentException("the host's own");
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);

    assertThatThrownBy(
            () -> {
              delivery.deliverAhead(
                  batch(0),
                  checkpoint -> {
                    throw failure;
                  });
              delivery.settle();
            })
        .isSameAs(failure);
    assertThat(delivery.isOver()).isTrue();
  }

  @Test
  void settle_threadIsInterrupted_breaksOffAndKeepsTheFlag() {
    holding.always(Behaviours.hang(new Gate(), Behaviours.accept()));
    ShardDelivery delivery = delivery(QUICK);
    assertThat(ahead(delivery, 0)).isTrue();
    assertThat(ahead(delivery, 1)).isTrue();

    Thread.currentThread().interrupt();
    boolean settled = delivery.settle();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(settled).isFalse();
    assertThat(delivery.isOver()).isTrue();
  }

  @Test
  void engineClosed_whileAhead_endsWithoutAnException() {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    assertThat(ahead(delivery, 0)).isTrue();

    fixture.close();

    assertThat(delivery.settle()).isFalse();
    assertThat(ahead(delivery, 1)).isFalse();
  }

  @Test
  void start_executorTakesNoTask_isThrown() {
    ShardDelivery delivery =
        new ShardDelivery(
            fixture.engine,
            QUICK,
            task -> {
              throw new RejectedExecutionException("full");
            });

    assertThatThrownBy(() -> delivery.start(batch(0), tell(0), () -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(delivery.isOver()).isTrue();
    assertThat(delivery.isClean()).isTrue();
  }

  @Test
  void start_notReady_isRefused() throws Exception {
    Gate gate = new Gate();
    holding.always(Behaviours.hang(gate, Behaviours.accept()));
    ShardDelivery delivery = delivery(QUICK.withMaxHeld(0, 0));
    assertThat(delivery.isReady()).isTrue();
    assertThat(delivery.start(batch(0), tell(0), () -> {})).isTrue();
    gate.awaitArrived(1, Fixture.PATIENCE);
    assertThat(delivery.isReady()).isFalse();
    assertThat(delivery.start(batch(1), tell(1), () -> {})).isTrue();

    assertThatThrownBy(() -> delivery.start(batch(2), tell(2), () -> {}))
        .isInstanceOf(IllegalStateException.class);

    gate.open();
    assertThat(delivery.settle()).isTrue();
    assertThat(told).endsWith("1:3");
  }

  @Test
  void start_watcher_isToldWhenTheNextBatchMayCome() throws Exception {
    holding.always(DENY);
    ShardDelivery delivery = delivery(QUICK);
    CompletableFuture<Boolean> ready = new CompletableFuture<>();

    delivery.start(
        batch(0),
        tell(0),
        () -> {
          if (delivery.isReady()) {
            ready.complete(true);
          }
        });

    assertThat(get(ready)).isTrue();
    assertThat(told).noneMatch(each -> each.equals("0:3"));
  }

  /** To the record, and to the byte. */
  @ParameterizedTest
  @CsvSource({"6, 1, 2", "5, 1, 1", "7, 1, 2", "1000, 0, 2", "1000, -1, 1"})
  void start_secondBatch_isTakenInIfItFitsExactly(int records, long bytesBeyond, int inHand)
      throws Exception {
    holding.always(DENY);
    long first = HeldBytes.of(batch(0));
    long both = first + HeldBytes.of(batch(1));
    ShardDelivery delivery = delivery(QUICK.withMaxHeld(records, both + bytesBeyond));
    assertThat(delivery.start(batch(0), tell(0), () -> {})).isTrue();
    healthy.awaitReceived(3, Fixture.PATIENCE);

    assertThat(delivery.start(batch(1), tell(1), () -> {})).isTrue();

    ShardStatus status = delivery.status();
    assertThat(status.batches()).isEqualTo(inHand);
    assertThat(status.records()).isEqualTo(3 * inHand);
    assertThat(status.bytes()).isEqualTo(inHand == 1 ? first : both);
    holding.always(Behaviours.accept());
    assertThat(delivery.settle()).isTrue();
    assertThat(told).endsWith("1:3");
    assertThat(delivery.status()).isEqualTo(ShardStatus.EMPTY);
  }

  /** What is settled is in hand no more, though its batch is. */
  @Test
  void status_settledPrefix_isNotInHand() throws Exception {
    holding.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("2"), Failure.fatal("AccessDenied", "no")));
    ShardDelivery delivery = delivery(QUICK);
    assertThat(ahead(delivery, 0)).isTrue();
    while (!told.contains("0:2")) {
      TimeUnit.MILLISECONDS.sleep(1);
    }

    assertThat(delivery.status().records()).isEqualTo(1);
    assertThat(delivery.status().batches()).isEqualTo(1);
    holding.always(Behaviours.accept());
    assertThat(delivery.settle()).isTrue();
  }

  @Test
  void plus_isBothTogetherSinceTheOlder() {
    Instant early = Instant.EPOCH;
    ShardStatus one = new ShardStatus(1, 20, 300, early.plusSeconds(1));
    ShardStatus other = new ShardStatus(4, 50, 600, early);

    ShardStatus both = new ShardStatus(5, 70, 900, early);
    assertThat(one.plus(other)).isEqualTo(both);
    assertThat(other.plus(one)).isEqualTo(both);
    assertThat(one.plus(ShardStatus.EMPTY)).isEqualTo(one);
    assertThat(ShardStatus.EMPTY.plus(one)).isEqualTo(one);
  }
}
