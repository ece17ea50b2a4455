package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.kcl.ShardFixture.DOWN;
import static org.streamfanout.kcl.ShardFixture.PATIENCE;
import static org.streamfanout.kcl.ShardFixture.record;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Deadline;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import software.amazon.kinesis.leases.Lease;

/** What the worker makes of its leases while shards are blocked. */
class LeaseWatchTest {
  private final FakeLeases leases = new FakeLeases();

  private LeaseWatch watch(ShardFixture shard, Duration handOver) {
    return new LeaseWatch(leases, shard.processors.live(), handOver);
  }

  private void hold() {
    leases.hold(lease());
  }

  private static Lease lease() {
    Lease lease = new Lease();
    lease.leaseKey(ShardFixture.SHARD);
    return lease;
  }

  @Test
  void look_leaseIsHeld_changesNothing() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      hold();
      watch(shard, PATIENCE).look();
      shard.process(record(1));

      assertThat(shard.bodies()).containsExactly("1");
      assertThat(leases.dropped()).isEmpty();
    }
  }

  @Test
  void look_leaseIsGone_breaksOffASendThatHangs() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      Gate gate = new Gate();
      shard.target.always(Behaviours.hang(gate, Behaviours.accept()));
      CompletableFuture<Void> done = shard.processInBackground(record(1));
      gate.awaitArrived(1, PATIENCE);

      watch(shard, PATIENCE).look();
      ShardFixture.await(done);

      assertThat(shard.checkpointer.written()).isEmpty();
    }
  }

  @Test
  void look_handOverIsAskedFor_deliversUntilTheLimit() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(DOWN);
      Lease lease = lease();
      lease.checkpointOwner("another");
      leases.hold(lease);
      LeaseWatch watch = watch(shard, Duration.ofMillis(1));
      CompletableFuture<Void> done = shard.processInBackground(record(1));
      shard.target.awaitSends(1, PATIENCE);

      watch.look();
      Polled.until(
          PATIENCE,
          () -> {
            watch.look();
            return done.isDone();
          },
          () -> "still blocked");

      assertThat(leases.dropped()).isEmpty();
    }
  }

  @Test
  void look_shardEndedEarly_givesItsLeaseUp() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      hold();
      shard.process(record(1).toBuilder().partitionKey(null).build());

      watch(shard, PATIENCE).look();

      assertThat(leases.dropped()).extracting(Lease::leaseKey).containsExactly(ShardFixture.SHARD);
    }
  }

  @Test
  void look_shardEndedEarlyByAStop_leavesTheLeaseToBeHandedOver() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      hold();
      shard.processors.live().stop(Deadline.after(Duration.ZERO));
      shard.process(record(1));

      watch(shard, PATIENCE).look();

      assertThat(leases.dropped()).isEmpty();
    }
  }

  @Test
  void look_kclWaitsForAnEndThatIsRefused_givesTheLeaseUpEvenInAStop() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      hold();
      shard.processors.live().stop(Deadline.after(Duration.ZERO));
      shard.process(record(1));
      shard.endShard();

      watch(shard, PATIENCE).look();

      assertThat(leases.dropped()).hasSize(1);
    }
  }
}
