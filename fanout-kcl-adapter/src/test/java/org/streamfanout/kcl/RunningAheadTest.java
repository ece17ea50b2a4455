package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Deadline;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A shard's processor over a target that holds and one that does not. */
@Timeout(120)
class RunningAheadTest {
  private final ShardFixture shard = ShardFixture.ofWorker();

  private static ExtendedSequenceNumber upTo(int number) {
    return new ExtendedSequenceNumber(String.valueOf(number), RecordUnit.AFTER_ALL_PARTS);
  }

  @Test
  void processRecords_oneTargetHolds_othersGetTheNextAndNothingIsWrittenPastIt() throws Exception {
    try (shard) {
      shard.besideHealthy(ShardFixture.DOWN);

      shard.process(ShardFixture.records(1, 3));
      shard.process(ShardFixture.records(4, 6));
      shard.target.awaitReceived(6, ShardFixture.PATIENCE);

      assertThat(shard.target.bodies("healthy"))
          .containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6");
      assertThat(shard.bodies()).isEmpty();
      assertThat(shard.checkpointer.written()).isEmpty();
      assertThat(shard.processors.status().get(ShardFixture.SHARD).records()).isEqualTo(6);

      shard.target.always(Behaviours.accept());
      shard.endShard();

      assertThat(shard.bodies()).hasSize(6);
      assertThat(shard.target.bodies("healthy")).hasSize(6);
      assertThat(shard.checkpointer.written())
          .contains(upTo(3), upTo(6))
          .isSorted()
          .endsWith(FakeCheckpointer.END);
    }
  }

  @Test
  void shardEnded_whileATargetHolds_waitsForIt() throws Exception {
    Gate gate = new Gate();
    try (shard) {
      shard.besideHealthy(Behaviours.hang(gate, Behaviours.accept()));
      shard.process(ShardFixture.records(1, 3));
      gate.awaitArrived(1, ShardFixture.PATIENCE);

      CompletableFuture<Void> end =
          CompletableFuture.runAsync(shard::endShard, task -> new Thread(task).start());
      shard.target.awaitReceived(3, ShardFixture.PATIENCE);
      assertThat(end).isNotDone();
      assertThat(shard.checkpointer.written()).isEmpty();
      gate.open();
      ShardFixture.await(end);

      assertThat(shard.checkpointer.written()).endsWith(FakeCheckpointer.END);
      assertThat(shard.bodies()).hasSize(3);
    }
  }

  @Test
  void leaseLost_whileAhead_nothingIsUnderWayAfterIt() throws Exception {
    try (shard) {
      shard.besideHealthy(Behaviours.hang(new Gate(), Behaviours.accept()));
      shard.process(ShardFixture.records(1, 3));
      shard.process(ShardFixture.records(4, 6));
      ShardWork work = shard.work();

      shard.loseLease();

      shard.target.awaitIdle(ShardFixture.PATIENCE);
      assertThat(work.isUnfinished()).isTrue();
      assertThat(shard.checkpointer.written()).isEmpty();
      int sends = shard.target.sends();
      shard.process(ShardFixture.records(7, 9));
      assertThat(shard.target.sends()).isEqualTo(sends);
    }
  }

  @Test
  void leaseIsLost_noticedByACheckpointWhileAhead_everythingEnds() throws Exception {
    try (shard) {
      shard.besideHealthy(ShardFixture.DOWN);
      shard.process(ShardFixture.records(1, 3));
      ShardWork work = shard.work();

      shard.checkpointer.failing(new ShutdownException("another worker's"));
      shard.endShard();

      assertThat(work.isUnfinished()).isTrue();
      assertThat(work.isEndRefused()).isTrue();
      assertThat(shard.checkpointer.written()).isEmpty();
    }
  }

  @Test
  void shutdownRequested_whileStopping_getsTheStopsTimeAndWritesThePrefix() throws Exception {
    Gate gate = new Gate();
    try (shard) {
      shard.besideHealthy(Behaviours.hang(gate, Behaviours.accept()));
      shard.process(ShardFixture.records(1, 3));
      shard.process(ShardFixture.records(4, 6));
      gate.awaitArrived(1, ShardFixture.PATIENCE);

      shard.work().stop(Deadline.after(ShardFixture.PATIENCE));
      CompletableFuture<Void> requested =
          CompletableFuture.runAsync(shard::requestShutdown, task -> new Thread(task).start());
      gate.open();
      ShardFixture.await(requested);

      assertThat(shard.checkpointer.written()).endsWith(upTo(6));
      assertThat(shard.bodies()).hasSize(6);
    }
  }
}
