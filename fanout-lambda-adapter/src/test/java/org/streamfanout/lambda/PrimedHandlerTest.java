package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.STREAM;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.EventText.kinesis;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.crac.Core;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;

/** The hooks of a snapshot, called as Lambda would; there is no JVM here that takes one. */
@Timeout(60)
final class PrimedHandlerTest {
  private static final Source SOURCE = Source.of(STREAM);

  private final InMemoryTarget target =
      InMemoryTarget.builder()
          .check(config -> List.of(new Finding(Finding.Severity.ERROR, config.id(), "is gone")))
          .build();
  private final InMemoryTargetRegistry registry = new InMemoryTargetRegistry(row("t"));
  private int made;
  private int closed;
  private boolean broken;
  private PrimedHandler handler;

  private static TargetConfig row(String id) {
    return TargetConfig.builder(SOURCE, id, "memory", "anywhere").build();
  }

  private PrimedHandler.Parts parts() {
    if (broken) {
      throw new FanoutException("cannot be made");
    }
    made++;
    FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new CachingTargetRegistry(registry))
            .provider(target)
            .build();
    FanoutRequestHandler requests = new FanoutRequestHandler(engine, LambdaOptions.DEFAULT);
    return new PrimedHandler.Parts() {
      @Override
      public FanoutRequestHandler handler() {
        return requests;
      }

      @Override
      public void close() {
        closed++;
        engine.close();
      }
    };
  }

  private PrimedHandler start(boolean snapshot, Source... sources) {
    handler = PrimedHandler.start(this::parts, List.of(sources), snapshot);
    return handler;
  }

  private static String handle(PrimedHandler handler, String sequenceNumber) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(
        new ByteArrayInputStream(event(kinesis(sequenceNumber, "d" + sequenceNumber))),
        answer,
        new TestContext(Duration.ofSeconds(30)));
    return answer.toString(StandardCharsets.UTF_8);
  }

  @AfterEach
  void close() {
    if (handler != null && made > closed) {
      handler.beforeCheckpoint(Core.getGlobalContext());
    }
  }

  @Test
  void start_withoutASnapshot_primesAtOnceWhateverIsFound() throws IOException {
    PrimedHandler started = start(false, SOURCE, Source.of(STREAM + "2"));

    assertThat(target.opens()).isEqualTo(1);
    assertThat(target.sends()).isZero();
    assertThat(handle(started, "1")).isEqualTo("null");
    assertThat(target.opens()).isEqualTo(1);
  }

  @Test
  void start_noSources_opensNothing() {
    start(false);

    assertThat(made).isEqualTo(1);
    assertThat(target.opens()).isZero();
  }

  @Test
  void start_beforeASnapshot_leavesPrimingToTheHook() {
    PrimedHandler started = start(true, SOURCE);
    int before = target.opens();

    started.beforeCheckpoint(Core.getGlobalContext());

    assertThat(before).isZero();
    assertThat(target.opens()).isEqualTo(1);
  }

  @Test
  void beforeCheckpoint_everythingOpened_isClosed() {
    PrimedHandler started = start(true, SOURCE);

    started.beforeCheckpoint(Core.getGlobalContext());

    assertThat(closed).isEqualTo(1);
    assertThat(target.closes()).isEqualTo(target.opens());
  }

  @Test
  void afterRestore_targetsChangedMeanwhile_areThoseOfNow() throws IOException {
    PrimedHandler started = start(true, SOURCE);
    handle(started, "1");
    started.beforeCheckpoint(Core.getGlobalContext());
    registry.put(row("new"));

    started.afterRestore(Core.getGlobalContext());

    assertThat(made).isEqualTo(2);
    assertThat(handle(started, "2")).isEqualTo("null");
    assertThat(target.bodies("new")).containsExactly("d2");
    assertThat(target.bodies("t")).containsExactly("d1", "d2");
  }

  @Test
  void afterRestore_partsCannotBeMade_throwsAndTheNextInvocationTriesAgain() throws IOException {
    PrimedHandler started = start(true, SOURCE);
    started.beforeCheckpoint(Core.getGlobalContext());
    broken = true;

    assertThatThrownBy(() -> started.afterRestore(Core.getGlobalContext()))
        .isInstanceOf(FanoutException.class);
    broken = false;
    assertThat(handle(started, "1")).isEqualTo("null");
  }

  @Test
  void handleRequest_aSourceThatWasNotPrimed_isServedAsEver() {
    PrimedHandler started = start(false);

    assertThatThrownBy(
            () ->
                started.handleRequest(
                    new ByteArrayInputStream(event(kinesis(STREAM + "2", "shardId-1", "1", "a"))),
                    new ByteArrayOutputStream(),
                    new TestContext(Duration.ofSeconds(30))))
        .isInstanceOf(RegistryException.class);
  }
}
