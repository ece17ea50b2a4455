package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Behaviour;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Whatever targets and KCL's table do, checkpoints only grow and never pass what is not settled.
 */
class CheckpointProperties {
  private static final int MOST_FAILURES = 3;

  /** What was written, and which records the target had by then. */
  private record Seen(ExtendedSequenceNumber checkpoint, Set<Integer> taken) {}

  @Property(tries = 300)
  void checkpoints_troubleEverywhere_growAndNeverPassWhatIsOpen(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int batches,
      @ForAll @IntRange(min = 0, max = 80) int troublePercent,
      @ForAll boolean stopped)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    try (ShardFixture shard = ShardFixture.ofWorker()) {
      shard.target.always(trouble(random.split(), troublePercent));
      List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
      shard.checkpointer.onWritten(number -> seen.add(new Seen(number, taken(shard))));
      shard.checkpointer.failing(failures(random));

      CompletableFuture<Void> reading =
          CompletableFuture.runAsync(
              () -> {
                for (int batch = 0; batch < batches; batch++) {
                  shard.process(ShardFixture.records(batch * 10 + 1, batch * 10 + 10));
                }
                // KCL asks until it gets it.
                for (int asked = 0; asked <= MOST_FAILURES; asked++) {
                  shard.endShard();
                }
              });
      if (stopped) {
        shard.target.awaitSends(1, ShardFixture.PATIENCE);
        shard.processors.stop(Duration.ofMillis(random.nextInt(5)));
      }
      ShardFixture.await(reading);
      shard.requestShutdown();

      assertThat(shard.checkpointer.written()).isSorted();
      for (Seen each : seen) {
        assertThat(each.taken).containsAll(upTo(each.checkpoint, batches * 10));
      }
      if (!stopped) {
        assertThat(taken(shard)).isEqualTo(upTo(FakeCheckpointer.END, batches * 10));
        assertThat(shard.checkpointer.written()).contains(FakeCheckpointer.END);
      }
    }
  }

  private static Set<Integer> taken(ShardFixture shard) {
    Set<Integer> taken = new TreeSet<>();
    shard.bodies().forEach(body -> taken.add(Integer.valueOf(body)));
    return taken;
  }

  private static Set<Integer> upTo(ExtendedSequenceNumber checkpoint, int all) {
    int last =
        checkpoint.equals(FakeCheckpointer.END)
            ? all
            : Integer.parseInt(checkpoint.sequenceNumber());
    Set<Integer> numbers = new TreeSet<>();
    for (int number = 1; number <= last; number++) {
      numbers.add(number);
    }
    return numbers;
  }

  private static final Failure DENIED = Failure.fatal("Denied", "not now");

  private static Behaviour trouble(SplittableRandom random, int percent) {
    return sending -> sending.accept(message -> failure(random, percent));
  }

  private static @Nullable Failure failure(SplittableRandom random, int percent) {
    int dice;
    synchronized (random) {
      dice = random.nextInt(100);
    }
    if (dice >= percent) {
      return null;
    }
    return dice % 2 == 0 ? Failure.retryable("Trouble", "once more") : DENIED;
  }

  private static Exception[] failures(SplittableRandom random) {
    List<Exception> failures = new ArrayList<>();
    for (int i = random.nextInt(MOST_FAILURES + 1); i > 0; i--) {
      failures.add(
          random.nextBoolean()
              ? new ThrottlingException("slow down")
              : new KinesisClientLibDependencyException("no answer"));
    }
    return failures.toArray(Exception[]::new);
  }
}
