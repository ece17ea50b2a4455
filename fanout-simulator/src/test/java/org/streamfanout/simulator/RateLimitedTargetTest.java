package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.simulator.VirtualWorld.Call;
import org.streamfanout.simulator.VirtualWorld.Place;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;

/** A target with a rate gets nearly as much, and never more. */
class RateLimitedTargetTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 7, 60, 333, 800})
  void recordsASecond_neverMore_andNearlyAsMany(long rate) {
    VirtualWorld world = world(rate, DeliveryPolicy.builder().maxRecordsPerSecond(rate).build());
    check(world, rate, call -> call.messages().size());
    assertThat(shares(world)).allSatisfy(share -> assertThat(share).isGreaterThan(0));
  }

  @ParameterizedTest
  @ValueSource(longs = {40, 500, 7_000})
  void bytesASecond_neverMore_andNearlyAsMany(long rate) {
    VirtualWorld world = world(rate, DeliveryPolicy.builder().maxBytesPerSecond(rate).build());
    check(world, rate, call -> call.messages().stream().mapToLong(Message::bodyLength).sum());
  }

  private static VirtualWorld world(long seed, DeliveryPolicy policy) {
    SplittableRandom random = new SplittableRandom(seed);
    Ordering ordering = Ordering.values()[random.nextInt(4)];
    VirtualWorld world =
        new VirtualWorld(
            seed,
            FanoutEngine.builder(),
            VirtualWorld.target("t")
                .ordering(ordering == Ordering.SHARD ? Ordering.NONE : ordering)
                .maxInFlight(1 + random.nextInt(8))
                .delivery(policy)
                .build());
    world.place("t").latency = Duration.ofMillis(1 + random.nextInt(9));
    world.play(
        () -> {
          for (int shard = 0; shard < 4; shard++) {
            world.shard("s" + shard, 250 + random.nextInt(500), Duration.ofSeconds(120));
          }
          world.sleepUntil(Duration.ofSeconds(120));
          world.readNoMore = true;
          // What is left of the batches under way is given up with the engine.
          world.engine.close();
        });
    return world;
  }

  private static List<Integer> shares(VirtualWorld world) {
    List<Integer> shares = new ArrayList<>();
    world.shards.keySet().forEach(shard -> shares.add(share(world.place("t"), shard)));
    return shares;
  }

  private static int share(Place place, String shard) {
    return (int) place.accepted.keySet().stream().filter(id -> id.startsWith(shard + ":")).count();
  }

  private static void check(VirtualWorld world, long rate, ToLongFunction<Call> units) {
    List<Call> calls =
        world.place("t").calls.stream()
            .filter(call -> call.at().compareTo(Duration.ofSeconds(120)) <= 0)
            .toList();
    long all = 0;
    for (int from = 0; from < calls.size(); from++) {
      long sum = 0;
      for (int to = from; to < calls.size() && to < from + 400; to++) {
        sum += units.applyAsLong(calls.get(to));
        double seconds = calls.get(to).at().minus(calls.get(from).at()).toNanos() / 1e9;
        assertThat((double) sum).isLessThanOrEqualTo(rate * (seconds + 1) + 1e-3);
      }
      all += units.applyAsLong(calls.get(from));
    }
    assertThat(all / 120.0).isGreaterThanOrEqualTo(0.95 * rate);
  }
}
