package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.InMemoryTarget;

class CloseTest {
  private final InMemoryTarget target = new InMemoryTarget();
  private final SlowRegistry rows = new SlowRegistry();
  private final FanoutEngine engine = Fixture.quick().provider(target).registry(rows).build();

  /** A registry whose answer is on its way until a test lets it come. */
  private static final class SlowRegistry implements TargetRegistry {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);

    @Override
    public Targets targetsFor(Source source) {
      asked.countDown();
      try {
        assertThat(answers.await(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException("a test's registry is not interrupted", e);
      }
      return new Targets(List.of(Fixture.target("t").build()), List.of(), Set.of(), null);
    }
  }

  private void closeWhileRowsAreRead() throws InterruptedException {
    assertThat(rows.asked.await(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    engine.close();
    rows.answers.countDown();
  }

  @Test
  void process_rowsComeAfterTheEngineIsClosed_opensNothingThatNobodyWouldClose() throws Exception {
    CompletableFuture<FanoutResult> call =
        CompletableFuture.supplyAsync(
            () ->
                engine.process(
                    Fixture.batch(Fixture.records("a")), Deadline.after(Fixture.PATIENCE)));
    closeWhileRowsAreRead();

    assertThatThrownBy(call::join)
        .hasCauseInstanceOf(RegistryException.class)
        .hasMessageContaining("the engine was closed");
    assertThat(target.opens()).isZero();
  }

  @Test
  void prime_rowsComeAfterTheEngineIsClosed_opensNothing_andSaysWhy() throws Exception {
    CompletableFuture<List<Finding>> call =
        CompletableFuture.supplyAsync(() -> engine.prime(Fixture.SOURCE));
    closeWhileRowsAreRead();

    assertThat(call.get(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .singleElement()
        .satisfies(finding -> assertThat(finding.text()).contains("the engine was closed"));
    assertThat(target.opens()).isZero();
  }
}
