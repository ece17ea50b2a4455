package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/**
 * A store that one process cannot read at all: what it sends again without knowing better must not
 * end on top of newer records that another process leaves out.
 */
class ProgressUnreadableTest {
  private static final Failure NEVER = Failure.rejected("Bad", "never");

  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTarget failing = InMemoryTarget.ofType("failing");
  private final FakeProgressStore store = FakeProgressStore.shared();
  private final FanoutRecord[] records = {
    Fixture.record(0, "k", "old"), Fixture.record(1, "k", "new")
  };

  private Fixture newProcess() {
    return new Fixture(
        Fixture.quick().provider(target).provider(failing).progress(store),
        Fixture.target("t").ordering(Ordering.KEY).build(),
        TargetConfig.builder(Fixture.SOURCE, "f", "failing", "x").build());
  }

  private void bothHalvesAreRemembered() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture first = newProcess()) {
      assertThat(first.process(records).isSettled()).isFalse();
    }
    failing.always(Behaviours.accept());
  }

  @Test
  void neverReadForTheFirstHalf_anotherProcessSendsTheSecondAgain() {
    bothHalvesAreRemembered();
    store.loadFails = () -> true;
    try (Fixture blind = newProcess()) {
      assertThat(blind.process(records[0]).isSettled()).isTrue();
    }
    store.loadFails = () -> false;
    try (Fixture next = newProcess()) {
      assertThat(next.process(records[1]).isSettled()).isTrue();
    }

    assertThat(target.bodies("t")).containsExactly("old", "new", "old", "new");
  }

  /** As if it were killed: of what it wanted to save, only what came before its sends is there. */
  @Test
  void neverReadAndKilledAfterItsSends_anotherProcessSendsAllAgain() {
    bothHalvesAreRemembered();
    AtomicInteger saves = new AtomicInteger();
    store.loadFails = () -> true;
    store.saveFails = () -> saves.getAndIncrement() > 0;
    try (Fixture blind = newProcess()) {
      blind.process(records[0]);
    }
    store.loadFails = () -> false;
    store.saveFails = () -> false;
    try (Fixture next = newProcess()) {
      assertThat(next.process(records).isSettled()).isTrue();
    }

    assertThat(target.bodies("t")).containsExactly("old", "new", "old", "old", "new");
  }

  @Test
  void readAgain_whatIsRememberedAfterwardsIsUsed() {
    bothHalvesAreRemembered();
    store.loadFails = () -> true;
    try (Fixture blind = newProcess()) {
      blind.process(records[0]);
    }
    store.loadFails = () -> false;
    failing.always(Behaviours.fail(NEVER));
    try (Fixture next = newProcess()) {
      next.process(records);
      next.process(records);
    }

    assertThat(target.bodies("t")).containsExactly("old", "new", "old", "old", "new");
  }
}
