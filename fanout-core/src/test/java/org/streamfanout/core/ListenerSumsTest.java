package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** A counter that only grows can be made of a batch's cumulative counts. */
class ListenerSumsTest {
  private static final Failure NEVER = Failure.fatal("Never", "not this one");

  private final InMemoryTarget target = new InMemoryTarget();
  private final List<FanoutListener.TargetEvent> targetEvents = new ArrayList<>();
  private final List<FanoutListener.FanoutEvent> fanoutEvents = new ArrayList<>();

  /** All events come on the thread that calls the engine. */
  private Fixture fixture() {
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void settled(TargetEvent event) {
            targetEvents.add(event);
          }

          @Override
          public void finished(FanoutEvent event) {
            fanoutEvents.add(event);
          }
        };
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("1"), NEVER));
    return new Fixture(
        Fixture.quick().provider(target).listener(listener), Fixture.target("t").build());
  }

  private TargetCounts before(int event) {
    return targetEvents.get(event).before();
  }

  @Test
  void process_firstEventOfABatch_hasNothingBefore() {
    try (Fixture fixture = fixture()) {
      fixture.process(Fixture.records("a", "b", "c"));
      fixture.process(Fixture.records("a", "b", "c"));

      assertThat(targetEvents).hasSize(2).allMatch(it -> it.before().equals(TargetCounts.ZERO));
      assertThat(fanoutEvents).hasSize(2).allMatch(it -> it.settledBefore() == 0);
    }
  }

  @Test
  void resume_sameTarget_tellsTheLastSums() {
    try (Fixture fixture = fixture()) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      FanoutResult second = fixture.resume(first);
      target.always(Behaviours.accept());
      fixture.resume(second);

      assertThat(before(1)).isEqualTo(targetEvents.get(0).counts());
      assertThat(before(2)).isEqualTo(targetEvents.get(1).counts());
      assertThat(
              targetEvents.stream()
                  .mapToLong(it -> it.counts().accepted() - it.before().accepted())
                  .sum())
          .isEqualTo(3);
      assertThat(fanoutEvents.stream().mapToInt(it -> it.settled() - it.settledBefore()).sum())
          .isEqualTo(3);
    }
  }

  @Test
  void resume_changedTarget_startsAtZeroAgain() {
    try (Fixture fixture = fixture()) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      target.always(Behaviours.accept());
      fixture.rows(Fixture.target("t").ordering(Ordering.SHARD).build());
      fixture.resume(first);

      assertThat(before(1)).isEqualTo(TargetCounts.ZERO);
      assertThat(
              targetEvents.stream()
                  .mapToLong(it -> it.counts().accepted() - it.before().accepted())
                  .sum())
          .isEqualTo(3);
    }
  }
}
