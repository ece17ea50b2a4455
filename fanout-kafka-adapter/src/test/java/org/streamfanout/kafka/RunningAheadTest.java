package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.kafka.ConsumerFixture.P0;
import static org.streamfanout.kafka.ConsumerFixture.PATIENCE;

import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;

/** A partition with a target that holds and one that does not, against a stand-in for Kafka. */
@Timeout(120)
class RunningAheadTest {
  private static final Behaviour DOWN = Behaviours.fail(Failure.fatal("AccessDenied", "no"));

  private final ConsumerFixture fixture = new ConsumerFixture().besideHealthy(DOWN);
  private final ScriptedConsumer kafka = fixture.kafka;

  @AfterEach
  void stop() {
    fixture.close();
  }

  private ConsumerFixture holdingAtMost(int records) {
    return fixture.with(
        ConsumerFixture.QUICK.withDelivery(
            ConsumerFixture.QUICK
                .delivery()
                .withMaxHeld(records, 1 << 20)
                .withAheadAfter(Duration.ZERO)));
  }

  /** What the one partition tells, once it tells something: after the first records were sent. */
  private boolean tells(Predicate<PartitionStatus> wanted) {
    return fixture.consumer.status().partitions().stream().anyMatch(wanted);
  }

  @Test
  void run_oneTargetHolds_othersGetWhatComesAndNothingIsCommittedPastIt() throws Exception {
    holdingAtMost(100).run(P0);
    kafka.write(P0, 0, "a", "b");
    fixture.target.awaitReceived(2, PATIENCE);
    kafka.write(P0, 2, "c");
    fixture.target.awaitReceived(3, PATIENCE);

    assertThat(fixture.target.bodies("healthy")).containsExactly("a", "b", "c");
    kafka.await(
        () ->
            tells(it -> it.held().records() == 3 && it.held().batches() == 2 && it.inHand() == 3));
    assertThat(kafka.offset(P0)).isIn(null, 0L);

    fixture.target.always(Behaviours.accept());
    kafka.awaitCommit(P0, 3);

    assertThat(fixture.bodies()).containsExactly("a", "b", "c");
    assertThat(fixture.target.bodies("healthy")).containsExactly("a", "b", "c");
    assertThat(kafka.commits(P0)).isSorted();
  }

  @Test
  void run_noRoomLeft_partitionIsPausedUntilThereIs() throws Exception {
    holdingAtMost(3).run(P0);
    kafka.write(P0, 0, "a", "b");
    fixture.target.awaitReceived(2, PATIENCE);
    kafka.write(P0, 2, "c");
    fixture.target.awaitReceived(3, PATIENCE);
    kafka.await(() -> kafka.paused().contains(P0));
    kafka.write(P0, 3, "d");
    kafka.awaitPolls(3);

    assertThat(fixture.target.bodies("healthy")).containsExactly("a", "b", "c");

    fixture.target.always(Behaviours.accept());
    kafka.awaitCommit(P0, 4);
    assertThat(fixture.bodies()).containsExactly("a", "b", "c", "d");
    assertThat(fixture.target.bodies("healthy")).containsExactly("a", "b", "c", "d");
  }

  @Test
  void stop_whileAhead_endsAllBatchesAndCommitsNothingPastWhatIsHeld() throws Exception {
    holdingAtMost(100).run(P0);
    kafka.write(P0, 0, "a");
    fixture.target.awaitReceived(1, PATIENCE);
    kafka.write(P0, 1, "b");
    fixture.target.awaitReceived(2, PATIENCE);

    assertThat(fixture.consumer.stop(Duration.ofMillis(5))).isFalse();

    assertThat(fixture.end()).isNull();
    assertThat(kafka.offset(P0)).isIn(null, 0L);
    assertThat(fixture.target.inFlight()).isZero();
  }
}
