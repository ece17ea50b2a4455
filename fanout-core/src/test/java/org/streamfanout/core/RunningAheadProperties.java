package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.InMemoryTarget;

/**
 * Whatever targets do, and whenever the shard is stopped: each target gets each record at most once
 * and in order, no checkpoint passes a record that one of them misses, and the bounds hold.
 */
class RunningAheadProperties {
  private static final int KEYS = 3;
  private static final Ordering[] ORDERINGS = {Ordering.SHARD, Ordering.KEY};

  @Property(tries = 200)
  void manyBatches_troubleEverywhere_orderCheckpointsAndBoundsHold(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int targets,
      @ForAll @IntRange(min = 0, max = 14) int mostHeld,
      @ForAll @IntRange(min = 0, max = 80) int troublePercent,
      @ForAll boolean stopped)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    InMemoryTarget target = new InMemoryTarget().always(trouble(seed, troublePercent));
    TargetConfig[] rows = new TargetConfig[targets];
    for (int number = 0; number < targets; number++) {
      rows[number] = Fixture.target("t" + number).ordering(ORDERINGS[random.nextInt(2)]).build();
    }
    try (Fixture fixture = Fixture.of(target, rows)) {
      ShardOptions options =
          new ShardOptions(Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1_000))
              .withMaxHeld(mostHeld, 1 << 20)
              .withAheadAfter(Duration.ofNanos(random.nextInt(200_000)));
      ShardDelivery delivery = new ShardDelivery(fixture.engine, options);
      List<String> wrong = Collections.synchronizedList(new ArrayList<>());
      List<Integer> sizes = sizes(random);
      CompletableFuture<Boolean> delivered =
          CompletableFuture.supplyAsync(
              () -> deliver(delivery, sizes, mostHeld, target, rows, wrong));
      if (stopped) {
        target.awaitSends(1 + random.nextInt(5), Fixture.PATIENCE);
        delivery.stop(Deadline.after(Duration.ofNanos(random.nextInt(2_000_000))));
        delivery.awaitEnd();
      }
      boolean all = delivered.get(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS);

      assertThat(wrong).isEmpty();
      int total = sizes.stream().mapToInt(size -> size).sum();
      for (TargetConfig row : rows) {
        assertOrder(row, target.received(row.id()));
        if (!stopped) {
          assertThat(target.received(row.id())).hasSize(total);
        }
      }
      assertThat(all || stopped).isTrue();
      if (all) {
        assertThat(delivery.status()).isEqualTo(ShardStatus.EMPTY);
      }
    }
  }

  /** As many sends as the shortest stop waits for, and more. */
  private static List<Integer> sizes(SplittableRandom random) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = 5 + random.nextInt(6); left > 0; left--) {
      sizes.add(1 + random.nextInt(6));
    }
    return sizes;
  }

  private static boolean deliver(
      ShardDelivery delivery,
      List<Integer> sizes,
      int mostHeld,
      InMemoryTarget target,
      TargetConfig[] rows,
      List<String> wrong) {
    int read = 0;
    for (int size : sizes) {
      FanoutRecord[] records = new FanoutRecord[size];
      for (int index = 0; index < size; index++) {
        int number = read + index;
        records[index] = Fixture.record(number, "k" + number * 7 % KEYS, Integer.toString(number));
      }
      int before = read;
      read += size;
      boolean goesOn =
          delivery.deliverAhead(
              Fixture.batch(records),
              checkpoint -> {
                checkAll(target, rows, before + checkpoint.settled(), wrong);
                return true;
              });
      ShardStatus status = delivery.status();
      if (status.batches() > 1 && status.records() > mostHeld) {
        wrong.add("holds " + status + " of " + mostHeld);
      }
      if (!goesOn) {
        return false;
      }
    }
    return delivery.settle();
  }

  private static void checkAll(
      InMemoryTarget target, TargetConfig[] rows, int settled, List<String> wrong) {
    for (TargetConfig row : rows) {
      List<String> has = target.bodies(row.id());
      for (int number = 0; number < settled; number++) {
        if (!has.contains(Integer.toString(number))) {
          wrong.add(settled + " are committed, and " + row.id() + " has not got " + number);
        }
      }
    }
  }

  private static void assertOrder(TargetConfig row, List<Message> received) {
    Map<String, Integer> last = new HashMap<>();
    for (Message message : received) {
      int number = Integer.parseInt(message.body().utf8());
      String lane = row.ordering() == Ordering.SHARD ? "" : message.key();
      Integer before = last.put(lane, number);
      assertThat(before == null || before < number)
          .as("%s got %s after %s", row.id(), number, before)
          .isTrue();
    }
  }

  /** Some targets are much worse than others. */
  private static Behaviour trouble(long seed, int percent) {
    SplittableRandom random = new SplittableRandom(seed);
    return sending ->
        sending.accept(
            message -> {
              int dice;
              synchronized (random) {
                dice = random.nextInt(100);
              }
              int worse = sending.target().id().equals("t0") ? percent : percent / 8;
              if (dice >= worse) {
                return null;
              }
              return dice % 2 == 0
                  ? Failure.retryable("Trouble", "once more")
                  : Failure.fatal("Denied", "not now");
            });
  }
}
