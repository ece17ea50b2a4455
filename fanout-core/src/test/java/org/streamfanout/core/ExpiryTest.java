package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.ExpiryEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.TestClock;

/** What is held is compared with how long its source keeps it. */
class ExpiryTest {
  private static final Source TOPIC = Source.of("kafka://a:1/t");
  private static final Source TABLE =
      Source.of("arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-11-01T00:00:00.000");

  private final TestClock clock = new TestClock();
  private final Instant start = clock.instant();
  private final InMemoryTarget memory = new InMemoryTarget();
  private final List<ExpiryEvent> events = new ArrayList<>();
  private final List<@Nullable Duration> retentions = new ArrayList<>();

  private FanoutEngine.Builder builder(Source source) {
    TargetConfig row = TargetConfig.builder(source, "t", "memory", "anywhere").build();
    memory.always(Behaviours.fail(Failure.fatal("Down", "nothing for now")));
    return Fixture.quick()
        .provider(memory)
        .clock(clock)
        .registry(new InMemoryTargetRegistry(row))
        .listener(
            new FanoutListener() {
              @Override
              public void expiring(ExpiryEvent event) {
                events.add(event);
              }

              @Override
              public void finished(FanoutEvent event) {
                retentions.add(event.retention());
              }
            });
  }

  private static FanoutResult process(FanoutEngine engine, Source source, @Nullable Instant at) {
    FanoutRecord record =
        FanoutRecord.builder("s:1", "1").shard("s").arrivedAt(at).data(Bytes.utf8("x")).build();
    return engine.process(
        new SourceBatch(source, "s", List.of(record)), Deadline.after(Fixture.PATIENCE));
  }

  private static FanoutResult resume(FanoutEngine engine, FanoutResult before) {
    return engine.resume(before.left(), Deadline.after(Fixture.PATIENCE));
  }

  private List<Integer> steps() {
    return events.stream().map(ExpiryEvent::percent).toList();
  }

  @Test
  void held_agePassesTheSteps_isToldOnceForEach() {
    try (FanoutEngine engine = builder(Fixture.SOURCE).build()) {
      FanoutResult result = process(engine, Fixture.SOURCE, start);
      for (int hour = 1; hour <= 30; hour++) {
        clock.advance(Duration.ofHours(1));
        result = resume(engine, result);
      }
    }

    assertThat(steps()).containsExactly(50, 75, 90, 100);
    assertThat(events.get(0))
        .isEqualTo(
            new ExpiryEvent(
                Fixture.SOURCE, "s", "t", start, Duration.ofHours(12), Duration.ofHours(24), 50));
  }

  @Test
  void held_stepsPassedAtOnce_theLastIsTold() {
    try (FanoutEngine engine = builder(TABLE).build()) {
      process(engine, TABLE, start.minus(Duration.ofHours(23)));
    }

    assertThat(steps()).containsExactly(90);
    assertThat(retentions).containsExactly(Duration.ofHours(24));
  }

  @Test
  void held_youngerAgain_isToldAgain() {
    try (FanoutEngine engine = builder(Fixture.SOURCE).build()) {
      process(engine, Fixture.SOURCE, start.minus(Duration.ofHours(13)));
      process(engine, Fixture.SOURCE, start.minus(Duration.ofHours(14)));
      process(engine, Fixture.SOURCE, start.minus(Duration.ofHours(1)));
      process(engine, Fixture.SOURCE, start.minus(Duration.ofHours(13)));
    }

    assertThat(steps()).containsExactly(50, 50);
  }

  @Test
  void settled_oldRecord_isNothingToTell() {
    try (FanoutEngine engine = builder(Fixture.SOURCE).build()) {
      memory.always(Behaviours.accept());
      process(engine, Fixture.SOURCE, start.minus(Duration.ofHours(23)));
    }

    assertThat(events).isEmpty();
  }

  @Test
  void held_sourceThatDoesNotSayWhen_countsSinceItIsHeld() {
    try (FanoutEngine engine = builder(Fixture.SOURCE).build()) {
      FanoutResult result = process(engine, Fixture.SOURCE, null);
      clock.advance(Duration.ofHours(13));
      resume(engine, result);
    }

    assertThat(steps()).containsExactly(50);
    assertThat(events.get(0).oldestHeld()).isEqualTo(start);
  }

  @Test
  void held_retentionNotKnown_isNothingToTell() {
    try (FanoutEngine engine = builder(TOPIC).build()) {
      process(engine, TOPIC, start.minus(Duration.ofDays(1_000)));
    }

    assertThat(events).isEmpty();
    assertThat(retentions).containsExactly((Duration) null);
  }

  @Test
  void learnRetention_hostThatAskedItsSource_isBelieved() {
    try (FanoutEngine engine = builder(TOPIC).build()) {
      engine.learnRetention(TOPIC, Duration.ofDays(7));
      process(engine, TOPIC, start.minus(Duration.ofDays(4)));
      engine.learnRetention(TOPIC, null);
      process(engine, TOPIC, start.minus(Duration.ofDays(40)));
    }

    assertThat(steps()).containsExactly(50);
    assertThat(retentions).containsExactly(Duration.ofDays(7), null);
  }

  @Test
  void retention_operatorsWord_winsOverTheHosts() {
    try (FanoutEngine engine =
        builder(Fixture.SOURCE).retention(source -> Duration.ofDays(365)).build()) {
      engine.learnRetention(Fixture.SOURCE, Duration.ofHours(24));
      process(engine, Fixture.SOURCE, start.minus(Duration.ofDays(30)));
    }

    assertThat(events).isEmpty();
    assertThat(retentions).containsExactly(Duration.ofDays(365));
  }

  @Test
  void retention_thatThrows_countsAsNotKnown() {
    FanoutEngine.Builder builder =
        builder(TOPIC)
            .retention(
                source -> {
                  throw new IllegalStateException("no idea");
                });
    try (FanoutEngine engine = builder.build()) {
      process(engine, TOPIC, start);
    }

    assertThat(retentions).containsExactly((Duration) null);
  }

  /** A Kafka producer may write any number into its records' time. */
  @Test
  void held_recordFromTheBeginningOfTime_isGone() {
    try (FanoutEngine engine = builder(Fixture.SOURCE).build()) {
      process(engine, Fixture.SOURCE, Instant.ofEpochMilli(Long.MIN_VALUE));
    }

    assertThat(steps()).containsExactly(100);
  }
}
