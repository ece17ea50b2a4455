package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

/** A send that the end of its call has cut off says nothing of its target. */
class CutOffSendTest {
  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTarget letters = InMemoryTarget.ofType("letters");

  @ParameterizedTest
  @EnumSource(
      value = OnOpen.class,
      names = {"PARK", "SHED"})
  void callEndsDuringASend_recordsOfOtherShardsWait(OnOpen onOpen) throws Exception {
    Gate gate = new Gate();
    target.next(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(target).provider(letters),
            Fixture.target("t")
                .maxInFlight(1)
                .onFailure(OnFailure.DEAD_LETTER)
                .deadLetter("dlq")
                .delivery(DeliveryPolicy.builder().onOpen(onOpen).build())
                .build(),
            TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                .deadLetterOnly(true)
                .build())) {
      fixture.processUntil(() -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.records("a"));

      FanoutResult other = fixture.process(Duration.ofMillis(50), Fixture.record(7, "b", "7"));
      TargetCounts counts = other.targets().get(0).counts();

      assertThat(counts.held()).isEqualTo(1);
      assertThat(letters.sends()).isZero();
      gate.open();
      assertThat(fixture.resume(other).targets().get(0).counts().accepted()).isEqualTo(1);
    }
  }
}
