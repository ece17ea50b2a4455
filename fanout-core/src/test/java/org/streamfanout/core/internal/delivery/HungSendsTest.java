package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.TestContext;

/** Sends that outlive their call keep what they carry closed, at their place alone. */
class HungSendsTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");

  private static final TargetRuntime RUNTIME =
      new TargetRuntime(
          TargetConfig.builder(SOURCE, "t", "memory", "anywhere").build(),
          Capabilities.builder(Limits.of(10, 1_000, 1_000)).build(),
          InMemoryTarget.ofType("memory")
              .open(
                  TargetConfig.builder(SOURCE, "t", "memory", "anywhere").build(),
                  new TestContext()),
          null,
          CircuitOptions.DEFAULT,
          () -> 0);

  private final HungSends hung = new HungSends();

  private static Attempt attempt(Outbound... messages) {
    return attempt(false, Duration.ofSeconds(9), messages);
  }

  private static Attempt attempt(boolean cutByCall, Duration left, Outbound... messages) {
    return new Attempt(
        null,
        RUNTIME,
        List.of(messages),
        7,
        Deadline.after(left),
        0,
        1,
        1,
        cutByCall,
        Circuit.Pass.CALL);
  }

  private static Outbound message(String lane, @Nullable ConflictQueue conflict) {
    FanoutRecord record = FanoutRecord.builder("r", "0").build();
    return new Outbound(
        List.of(record), new int[] {0}, 3, 5, new Lane(lane), null, null, conflict, null);
  }

  private void add(String shard, String target, Attempt attempt) {
    hung.add(SOURCE, shard, target, attempt, Set.of("a"), Set.of());
  }

  @Test
  void at_itsPlaceAlone_untilItReturns() {
    Attempt first = attempt();
    Attempt second = attempt();
    add("s", "t", first);
    add("s", "t", second);
    add("s", "u", attempt());

    assertThat(hung.at(SOURCE, "s", "t"))
        .extracting(HungSends.Hung::attempt)
        .containsExactlyInAnyOrder(first, second);
    assertThat(hung.at(SOURCE, "other", "t")).isEmpty();
    assertThat(hung.at(SOURCE, null, "t")).isEmpty();
    assertThat(hung.size()).isEqualTo(3);

    first.end();
    assertThat(hung.at(SOURCE, "s", "t")).hasSize(1);
    second.end();
    assertThat(hung.at(SOURCE, "s", "t")).isEmpty();
    assertThat(hung.size()).isEqualTo(1);
  }

  @Test
  void add_whatReturnedMeanwhile_isForgottenAtOnce() {
    Attempt attempt = attempt();
    attempt.end();

    add("s", "t", attempt);

    assertThat(hung.size()).isZero();
  }

  @Test
  void attempt_knowsWhatItHolds_andHowMuchItCarries() {
    ConflictQueue item = new ConflictQueue("item");
    Outbound claimed = message("b", null);
    claimed.claim(2);
    Attempt attempt = attempt(message("a", item), claimed);

    assertThat(attempt.laneKeys()).containsExactlyInAnyOrder("a", "b");
    assertThat(attempt.conflicts()).containsExactly(item);
    assertThat(attempt.bytesOnTheWire).isEqualTo(5 + 2);
    assertThat(claimed.bytesInFlight()).isEqualTo(2 + 3);
    assertThat(message("c", null).bytesInFlight()).isEqualTo(5);
  }

  @Test
  void attempt_countsUnlessItWasCutOff() {
    assertThat(attempt(false, Duration.ofSeconds(9)).counts()).isTrue();
    assertThat(attempt(false, Duration.ZERO).counts()).isTrue();
    assertThat(attempt(true, Duration.ofHours(1)).counts()).as("it failed in time").isTrue();
    assertThat(attempt(true, Duration.ZERO).counts()).isFalse();

    Attempt givenUp = attempt(true, Duration.ofHours(1));
    givenUp.givenUp = true;
    assertThat(givenUp.counts()).isFalse();
    Attempt timedOut = attempt(false, Duration.ofHours(1));
    timedOut.givenUp = true;
    assertThat(timedOut.counts()).as("its own time was over").isTrue();
    Attempt taken = attempt(false, Duration.ofHours(1));
    taken.stoppedByOwner();
    assertThat(taken.counts()).isFalse();
  }
}
