package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

class TargetsHealthTest {
  private static final Source SOURCE = Source.of(Cli.STREAM);
  private static final Targets SOME = new Targets(List.of(), List.of(), Set.of("off"), null);

  private final TargetsHealth health = new TargetsHealth();
  private @Nullable Targets next = SOME;
  private final TargetRegistry registry =
      health.watch(
          source -> {
            if (next == null) {
              throw new RegistryException("the table is gone");
            }
            return next;
          });

  @Test
  void known_lookUpThatFails_keepsWhatWasFoundWithTheReason() {
    registry.targetsFor(SOURCE);
    next = null;
    assertThatThrownBy(() -> registry.targetsFor(SOURCE)).isInstanceOf(RegistryException.class);

    assertThat(health.problems()).containsExactly("the table is gone");
    assertThat(health.known())
        .containsEntry(SOURCE, new TargetsHealth.Known(SOME, "the table is gone"));

    next = SOME;
    registry.targetsFor(SOURCE);
    assertThat(health.problems()).isEmpty();
    assertThat(health.known()).containsEntry(SOURCE, new TargetsHealth.Known(SOME, null));
  }

  @Test
  void known_firstLookUpFails_hasNoTargets() {
    next = null;
    assertThatThrownBy(() -> registry.targetsFor(SOURCE)).isInstanceOf(RegistryException.class);

    assertThat(health.known())
        .containsEntry(SOURCE, new TargetsHealth.Known(null, "the table is gone"));
  }

  @Test
  void lookAgain_knownSources_takesWhatIsThereNowAndItsTrouble() {
    health.lookAgain(registry);
    assertThat(health.known()).isEmpty();
    registry.targetsFor(SOURCE);
    next = Targets.NONE;
    health.lookAgain(registry);
    assertThat(health.problems()).singleElement().asString().contains("has no targets");

    next = null;
    health.lookAgain(registry);
    assertThat(health.problems()).containsExactly("the table is gone");
  }

  /** Else pages that somebody looks at would keep the probes of the process from an answer. */
  @Test
  void lookAgain_registryThatHangs_isWaitedForByOneOnly() throws Exception {
    registry.targetsFor(SOURCE);
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch repaired = new CountDownLatch(1);
    TargetRegistry hanging =
        source -> {
          hangs.countDown();
          try {
            repaired.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return registry.targetsFor(source);
        };
    CompletableFuture<Void> first =
        CompletableFuture.runAsync(
            () -> health.lookAgain(hanging), task -> new Thread(task, "first").start());
    hangs.await();

    health.lookAgain(hanging);

    assertThat(first).isNotDone();
    next = Targets.NONE;
    repaired.countDown();
    first.get(60, TimeUnit.SECONDS);
    assertThat(health.problems()).hasSize(1);
  }

  @Test
  void problems_sourceWithoutRows_isOne() {
    next = Targets.NONE;
    registry.targetsFor(SOURCE);

    assertThat(health.problems()).singleElement().asString().contains("has no targets");
  }
}
