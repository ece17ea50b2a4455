package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.kcl.ShardFixture.DOWN;
import static org.streamfanout.kcl.ShardFixture.PATIENCE;
import static org.streamfanout.kcl.ShardFixture.record;
import static org.streamfanout.kcl.ShardFixture.records;
import static org.streamfanout.kcl.ShardFixture.userRecord;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** What KCL sees of a shard. */
class ShardProcessorTest {

  private static ExtendedSequenceNumber whole(int number) {
    return new ExtendedSequenceNumber(String.valueOf(number), RecordUnit.AFTER_ALL_PARTS);
  }

  // ---------------------------------------------------------------- records

  @Test
  void processRecords_sourceRecord_isTheOneOfTheLambdaEvent() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.process(record(5));

      FanoutRecord made = shard.target.records().get(0);
      assertThat(made.id()).isEqualTo("shardId-000000000007:5");
      assertThat(made.shard()).isEqualTo("shardId-000000000007");
      assertThat(made.position()).isEqualTo(Position.whole("5"));
      assertThat(made.key()).isEqualTo("key-5");
      assertThat(made.explicitHashKey()).isEqualTo("17");
      assertThat(made.arrivedAt()).isEqualTo(ShardFixture.ARRIVED);
      assertThat(made.data().utf8()).isEqualTo("5");
      assertThat(made.envelope()).isNull();
    }
  }

  @Test
  void processRecords_userRecordOfKcl_hasItsAggregatesIdAndItsPart() {
    try (ShardFixture shard = ShardFixture.ofBareFactory()) {
      shard.process(userRecord(5, 0), userRecord(5, 1));

      assertThat(shard.target.records())
          .extracting(FanoutRecord::id)
          .containsOnly("shardId-000000000007:5");
      assertThat(shard.target.records())
          .extracting(FanoutRecord::position)
          .containsExactlyInAnyOrder(new Position("5", 0), new Position("5", 1));
    }
  }

  @Test
  void processRecords_buffer_isCopiedAndNotMoved() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      ByteBuffer buffer = ByteBuffer.wrap(new byte[] {'-', 'a', 'b'});
      buffer.position(1);
      KinesisClientRecord record = record(5).toBuilder().data(buffer).build();

      shard.process(record);
      buffer.put(1, (byte) 'x');

      assertThat(buffer.position()).isEqualTo(1);
      assertThat(shard.target.records().get(0).data().utf8()).isEqualTo("ab");
    }
  }

  // ---------------------------------------------------------------- checkpoints

  @Test
  void processRecords_allSettled_writesTheLastSourceRecordWithAllItsParts() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.process(records(1, 3));

      assertThat(shard.checkpointer.written()).containsExactly(whole(3));
      assertThat(shard.checkpointer.prepared()).isEmpty();
    }
  }

  @Test
  void processRecords_byKclsDecoding_writesSequenceAndSubSequenceNumber() {
    try (ShardFixture shard = ShardFixture.ofBareFactory()) {
      shard.target.next(Behaviours.failAt(Failure.fatal("Full", "later"), 2));

      shard.process(userRecord(5, 0), userRecord(5, 1), userRecord(5, 2));

      assertThat(shard.checkpointer.written())
          .containsExactly(
              new ExtendedSequenceNumber("5", 1L), new ExtendedSequenceNumber("5", 2L));
    }
  }

  @Test
  void processRecords_byKclsDecodingOfASingleRecord_writesSubSequenceNumberZero() {
    try (ShardFixture shard = ShardFixture.ofBareFactory()) {
      shard.process(record(5).toBuilder().subSequenceNumber(0).build());

      assertThat(shard.checkpointer.written()).containsExactly(new ExtendedSequenceNumber("5", 0L));
    }
  }

  @Test
  void processRecords_laterRecordIsHeld_writesThePrefixMeanwhile() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      Failure held = Failure.fatal("Full", "later");
      shard.target.always(Behaviours.failIf(message -> message.body().utf8().equals("3"), held));

      CompletableFuture<Void> done = shard.processInBackground(records(1, 4));
      Polled.until(PATIENCE, () -> shard.checkpointer.prepared().size() >= 3, () -> "no cycles");

      assertThat(shard.checkpointer.written()).containsExactly(whole(2));
      assertThat(shard.checkpointer.prepared()).containsOnly(whole(3));
      shard.target.always(Behaviours.accept());
      ShardFixture.await(done);
      assertThat(shard.checkpointer.written()).containsExactly(whole(2), whole(4));
      assertThat(shard.bodies()).containsExactlyInAnyOrder("1", "2", "3", "4");
    }
  }

  @Test
  void checkpoint_ofASourceRecord_isBehindThoseOfAllItsUserRecords() {
    ExtendedSequenceNumber halfDone = new ExtendedSequenceNumber("5", 3L);

    assertThat(whole(5)).isGreaterThan(halfDone).isLessThan(new ExtendedSequenceNumber("6", 0L));
  }

  static Exception[] passing() {
    return new Exception[] {
      new ThrottlingException("slow down"),
      new KinesisClientLibDependencyException("the table does not answer"),
      new InvalidStateException("there is no table"),
      new IllegalArgumentException("out of range"),
      new IllegalStateException("a bug of KCL's")
    };
  }

  @ParameterizedTest
  @MethodSource("passing")
  void processRecords_checkpointFails_isWrittenAtTheNextOccasion(Exception failure) {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.checkpointer.failing(failure);

      shard.process(records(1, 2));
      assertThat(shard.checkpointer.written()).isEmpty();
      shard.process();

      assertThat(shard.checkpointer.written()).containsExactly(whole(2));
      assertThat(shard.bodies()).containsExactlyInAnyOrder("1", "2");
    }
  }

  @Test
  void processRecords_checkpointFailsWhileARecordIsHeld_isWrittenInTheNextCycle() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.checkpointer.failing(new ThrottlingException("slow down"));
      shard.target.always(
          Behaviours.failIf(
              message -> message.body().utf8().equals("2"), Failure.fatal("Full", "later")));

      CompletableFuture<Void> done = shard.processInBackground(records(1, 2));
      Polled.until(PATIENCE, () -> !shard.checkpointer.written().isEmpty(), () -> "nothing");

      assertThat(shard.checkpointer.written()).containsExactly(whole(1));
      shard.target.always(Behaviours.accept());
      ShardFixture.await(done);
    }
  }

  @Test
  void processRecords_noRecords_writesNothingTwice() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.process(record(1));
      shard.process();
      shard.process();

      assertThat(shard.checkpointer.written()).containsExactly(whole(1));
    }
  }

  // ---------------------------------------------------------------- the shard's end

  @Test
  void shardEnded_allSettled_writesTheEnd() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.process(records(1, 2));
      shard.endShard();

      assertThat(shard.checkpointer.written()).containsExactly(whole(2), FakeCheckpointer.END);
      assertThat(shard.processors.live().all()).isEmpty();
    }
  }

  @Test
  void shardEnded_noRecordsEver_writesTheEnd() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.endShard();

      assertThat(shard.checkpointer.written()).containsExactly(FakeCheckpointer.END);
    }
  }

  @Test
  void shardEnded_lastBatchIsUnfinished_writesNothing() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(DOWN);
      shard.work().stop(Deadline.after(Duration.ZERO));
      shard.process(records(1, 2));

      shard.endShard();
      shard.endShard();

      assertThat(shard.checkpointer.written()).isEmpty();
    }
  }

  @Test
  void shardEnded_batchBeforeTheLastIsUnfinished_writesNothing() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.work().stop(Deadline.after(Duration.ZERO));
      shard.process(record(1));
      shard.process();

      shard.endShard();

      assertThat(shard.checkpointer.written()).isEmpty();
    }
  }

  @Test
  void shardEnded_checkpointIsThrottled_writesTheEndWhenKclAsksAgain() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.checkpointer.failing(new ThrottlingException("slow down"));
      shard.endShard();
      shard.endShard();

      assertThat(shard.checkpointer.written()).containsExactly(FakeCheckpointer.END);
    }
  }

  // ---------------------------------------------------------------- a lost lease

  @Test
  void processRecords_leaseIsLostWhileHeld_returnsAndRefusesWhatComes() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(DOWN);
      CompletableFuture<Void> done = shard.processInBackground(records(1, 2));
      shard.target.awaitSends(2, PATIENCE);

      shard.checkpointer.lose();
      ShardFixture.await(done);
      shard.target.always(Behaviours.accept());
      shard.process(record(3));

      assertThat(shard.bodies()).isEmpty();
      assertThat(shard.checkpointer.written()).isEmpty();
      assertThat(shard.work().isUnfinished()).isTrue();
    }
  }

  @Test
  void leaseLost_always_writesNothingAndRefusesWhatComes() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.process(record(1));
      shard.loseLease();
      shard.process(record(2));
      shard.endShard();

      assertThat(shard.bodies()).containsExactly("1");
      assertThat(shard.checkpointer.written()).containsExactly(whole(1));
    }
  }

  @Test
  void leaseLost_neverInitialized_isNoMatter() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      ShardRecordProcessor idle =
          new ShardProcessor(
              (id, records) -> new SourceBatch(ShardFixture.SOURCE, id, List.of()),
              unused -> shard.work());

      idle.leaseLost(software.amazon.kinesis.lifecycle.events.LeaseLostInput.builder().build());

      assertThat(shard.work().stopAt()).isNull();
    }
  }

  @Test
  void initialize_shardIsStillWorkedOnByAnEarlierLease_endsThatFirst() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(DOWN);
      CompletableFuture<Void> earlier = shard.processInBackground(records(1, 2));
      shard.target.awaitSends(2, PATIENCE);

      ShardRecordProcessor later = shard.newProcessor();
      ShardFixture.await(earlier);
      shard.target.always(Behaviours.accept());
      shard.process(later, records(1, 2));

      assertThat(shard.bodies()).containsExactlyInAnyOrder("1", "2");
      assertThat(shard.processors.live().all()).hasSize(1);
    }
  }

  // ---------------------------------------------------------------- stopping

  @Test
  void stop_targetIsDown_returnsByTheLimitWithThePrefixWritten() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(
          Behaviours.failIf(
              message -> message.body().utf8().equals("2"), Failure.fatal("Full", "later")));
      CompletableFuture<Void> done = shard.processInBackground(records(1, 2));
      shard.target.awaitSends(2, PATIENCE);

      shard.processors.stop(Duration.ofMillis(1));
      ShardFixture.await(done);
      shard.process(record(3));
      shard.requestShutdown();

      assertThat(shard.checkpointer.written()).containsExactly(whole(1));
      assertThat(shard.bodies()).containsExactly("1");
    }
  }

  @Test
  void stop_sendHangs_isBrokenOff() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      Gate gate = new Gate();
      shard.target.always(Behaviours.hang(gate, Behaviours.accept()));
      CompletableFuture<Void> done = shard.processInBackground(record(1));
      gate.awaitArrived(1, PATIENCE);

      shard.processors.stop(Duration.ofMillis(1));
      ShardFixture.await(done);

      assertThat(shard.checkpointer.written()).isEmpty();
    }
  }

  @Test
  void stop_sendEndsInTime_isWrittenBeforeTheHandOver() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      Gate gate = new Gate();
      shard.target.always(Behaviours.hang(gate, Behaviours.accept()));
      CompletableFuture<Void> done = shard.processInBackground(record(1));
      gate.awaitArrived(1, PATIENCE);
      CompletableFuture<Void> stopped =
          CompletableFuture.runAsync(() -> shard.processors.stop(PATIENCE));

      gate.open();
      ShardFixture.await(done);
      ShardFixture.await(stopped);

      assertThat(shard.checkpointer.written()).containsExactly(whole(1));
    }
  }

  @Test
  void initialize_afterStop_refusesEveryRecord() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.processors.stop(Duration.ofSeconds(1));

      ShardRecordProcessor late = shard.newProcessor();
      shard.process(late, record(1));

      assertThat(shard.target.sends()).isZero();
    }
  }

  @Test
  void shutdownRequested_checkpointHadToWait_writesIt() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.checkpointer.failing(new ThrottlingException("slow down"));
      shard.process(record(1));

      shard.requestShutdown();
      shard.process(record(2));

      assertThat(shard.checkpointer.written()).containsExactly(whole(1));
      assertThat(shard.bodies()).containsExactly("1");
    }
  }

  @Test
  void processRecords_threadInterruptedByTheHost_returnsUnfinished() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(DOWN);
      Thread.currentThread().interrupt();

      shard.process(record(1));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(shard.work().isUnfinished()).isTrue();
    }
  }

  // ---------------------------------------------------------------- nothing is thrown

  @Test
  void processRecords_recordCannotBeRead_endsTheShardWithoutAnException() {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.process(record(1), record(2).toBuilder().partitionKey(null).build());
      shard.process(record(3));
      shard.endShard();

      assertThat(shard.target.sends()).isZero();
      assertThat(shard.checkpointer.written()).isEmpty();
    }
  }

  @Test
  void processRecords_engineIsClosed_returnsWithoutAnException() {
    ShardFixture shard = ShardFixture.ofWorker();
    shard.close();

    shard.process(record(1));

    assertThat(shard.checkpointer.written()).isEmpty();
    assertThat(shard.work().isUnfinished()).isTrue();
  }

  @Test
  void processRecords_noTargets_waitsForOne() throws Exception {
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.registry.remove(ShardFixture.SOURCE, "t");
      CompletableFuture<Void> done = shard.processInBackground(record(1));
      Polled.until(PATIENCE, () -> shard.checkpointer.prepared().size() >= 2, () -> "no cycles");

      shard.registry.put(
          TargetConfig.builder(ShardFixture.SOURCE, "t", "memory", "anywhere").build());
      ShardFixture.await(done);

      assertThat(shard.bodies()).containsExactly("1");
    }
  }

  @Test
  void processRecords_targetWantsAggregatesThatKclHasTakenApart_holdsUntilTheRowIsCorrected()
      throws Exception {
    try (ShardFixture shard = ShardFixture.ofBareFactory()) {
      TargetConfig.Builder row =
          TargetConfig.builder(ShardFixture.SOURCE, "t", "memory", "anywhere");
      shard.registry.put(row.deaggregate(false).build());
      CompletableFuture<Void> done = shard.processInBackground(record(4), userRecord(5, 0));
      Polled.until(PATIENCE, () -> shard.checkpointer.prepared().size() >= 2, () -> "no cycles");

      assertThat(shard.target.sends()).isZero();
      shard.registry.put(row.deaggregate(true).build());
      ShardFixture.await(done);
      assertThat(shard.bodies()).containsExactlyInAnyOrder("4", "5/0");
    }
  }
}
