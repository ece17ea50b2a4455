package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.simulator.VirtualWorld.Call;
import org.streamfanout.simulator.VirtualWorld.Place;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;

/** What gets through to a target that takes less than the stream brings. */
class ThrottledTargetTest {
  private static final Duration END = Duration.ofSeconds(120);

  private final List<Integer> limits = new ArrayList<>();

  /** Takes so many records a second, what is left over of the last second included. */
  private static VirtualWorld.Entry capacity(int perSecond) {
    double[] state = {perSecond, 0};
    return (Message message, Duration at) -> {
      double now = at.toNanos() / 1e9;
      state[0] = Math.min(perSecond, state[0] + (now - state[1]) * perSecond);
      state[1] = now;
      if (state[0] < 1) {
        return Failure.throttled("Slow", "too many");
      }
      state[0]--;
      return null;
    };
  }

  private VirtualWorld play(int maxInFlight, int call, VirtualWorld.Entry entry) {
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void concurrency(ConcurrencyEvent event) {
            limits.add(event.limit());
          }
        };
    VirtualWorld world =
        new VirtualWorld(
            3,
            FanoutEngine.builder().listener(listener),
            VirtualWorld.target("t").maxInFlight(maxInFlight).build());
    Place place = world.place("t");
    place.limits = Limits.of(call, 1 << 20, 1 << 18);
    place.entry = entry;
    world.play(
        () -> {
          for (int shard = 0; shard < 4; shard++) {
            world.shard("s" + shard, 500, END);
          }
          world.sleepUntil(END);
          world.readNoMore = true;
          place.entry = null;
        });
    return world;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 64})
  void takesLessThanTheStreamBrings_getsWhatItTakes(int maxInFlight) {
    for (int call : new int[] {10, 100}) {
      Place place = play(maxInFlight, call, capacity(200)).place("t");

      long accepted = VirtualWorld.accepted(place, Duration.ofSeconds(20), END);
      long sent = VirtualWorld.sent(place, Duration.ofSeconds(20), END);
      assertThat(accepted).isGreaterThan(100 * 190);
      // What is sent in vain is what it takes to find out how much there may be.
      assertThat(sent).isLessThan(accepted * 2);
    }
  }

  @Test
  void throttlesNoMore_limitIsWhatTheRowSaysAgain() {
    VirtualWorld.Entry scarce = capacity(200);
    Duration relieved = Duration.ofSeconds(60);
    Place place =
        play(8, 10, (message, at) -> at.compareTo(relieved) < 0 ? scarce.of(message, at) : null)
            .place("t");

    assertThat(limits).contains(4, 2, 1).endsWith(8);
    // What 8 calls of 10 every 20 ms would be is more than the stream brings.
    assertThat(VirtualWorld.accepted(place, relieved.plusSeconds(5), relieved.plusSeconds(15)))
        .isGreaterThan(10 * 2_000);
    assertThat(place.calls)
        .extracting(Call::messages)
        .anySatisfy(all -> assertThat(all).hasSize(1));
  }
}
