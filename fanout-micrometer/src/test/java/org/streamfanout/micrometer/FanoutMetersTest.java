package org.streamfanout.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.TestClock;

class FanoutMetersTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final Failure SLOW = Failure.throttled("Slow", "later");

  private final TestClock clock = new TestClock();
  private final FanoutMeters meters = new FanoutMeters(2, clock);
  private final MeterRegistry registry = new SimpleMeterRegistry();

  private static TargetCounts counts(long accepted, long held) {
    return new TargetCounts(accepted + held, accepted, 0, 0, 0, 0, 0, held, 1, 2);
  }

  private static TargetEvent settled(
      String target, TargetCounts counts, TargetCounts before, @Nullable Instant oldest) {
    return new TargetEvent(SOURCE, "s", target, "sqs", counts, null, oldest, before);
  }

  private static SendEvent sent(String target, @Nullable Failure failure) {
    return new SendEvent(SOURCE, "s", target, 1, 1, 100, Duration.ofMillis(20), failure);
  }

  private double records(String target, String outcome) {
    return registry
        .get("fanout.records")
        .tags("target", target, "outcome", outcome)
        .counter()
        .count();
  }

  private double gauge(String name, String target) {
    return registry.get(name).tags("source", SOURCE.id(), "target", target).gauge().value();
  }

  @Test
  void settled_resumedBatch_countsWhatIsNew() {
    meters.bindTo(registry);

    meters.settled(settled("t", counts(4, 6), TargetCounts.ZERO, null));
    meters.settled(settled("t", counts(9, 1), counts(4, 6), null));

    assertThat(records("t", "accepted")).isEqualTo(9);
    assertThat(records("t", "dropped")).isZero();
    assertThat(registry.get("fanout.retries").tags("target", "t").counter().count()).isEqualTo(2);
    assertThat(gauge("fanout.held", "t")).isEqualTo(1);
  }

  @Test
  void held_ageGrows_untilNothingIsHeld() {
    meters.bindTo(registry);

    meters.settled(settled("t", counts(0, 6), TargetCounts.ZERO, clock.instant().minusSeconds(90)));
    clock.advance(Duration.ofSeconds(10));
    assertThat(gauge("fanout.held.age", "t")).isEqualTo(100);

    meters.settled(settled("t", counts(6, 0), counts(0, 6), null));
    assertThat(gauge("fanout.held.age", "t")).isZero();
    assertThat(gauge("fanout.held", "t")).isZero();
  }

  @Test
  void sent_outcomes_areCountedAndTimed() {
    meters.bindTo(registry);

    meters.sent(sent("t", null));
    meters.sent(sent("t", SLOW));
    meters.sent(sent("t", SLOW));

    assertThat(
            registry
                .get("fanout.calls")
                .tags("target", "t", "outcome", "throttled")
                .counter()
                .count())
        .isEqualTo(2);
    assertThat(registry.get("fanout.send").tags("target", "t").timer().count()).isEqualTo(3);
    assertThat(
            registry
                .get("fanout.send")
                .tags("target", "t")
                .timer()
                .totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(60);
  }

  @Test
  void targets_beyondTheBound_areOneTogether() {
    meters.bindTo(registry);
    for (int target = 0; target < 50; target++) {
      meters.sent(sent("t" + target, null));
      meters.settled(settled("t" + target, counts(1, 1), TargetCounts.ZERO, null));
    }
    int size = registry.getMeters().size();
    for (int target = 50; target < 100; target++) {
      meters.settled(settled("t" + target, counts(1, 1), TargetCounts.ZERO, null));
    }

    assertThat(registry.getMeters()).hasSize(size);
    assertThat(records("t0", "accepted")).isEqualTo(1);
    assertThat(records(BoundMeters.OTHER, "accepted")).isEqualTo(98);
  }

  @Test
  void booksThatDoNotAddUp_areADifference() {
    meters.bindTo(registry);

    meters.settled(
        settled("t", new TargetCounts(5, 2, 0, 0, 0, 0, 0, 0, 1, 0), TargetCounts.ZERO, null));

    assertThat(registry.get("fanout.ledger.difference").gauge().value()).isEqualTo(3);
  }

  @Test
  void bindTo_severalRegistries_eachHasAllOnce() {
    SimpleMeterRegistry second = new SimpleMeterRegistry();
    meters.bindTo(registry);
    meters.bindTo(registry);
    meters.bindTo(second);

    meters.settled(settled("t", counts(3, 0), TargetCounts.ZERO, null));

    assertThat(records("t", "accepted")).isEqualTo(3);
    assertThat(
            second
                .get("fanout.records")
                .tags("target", "t", "outcome", "accepted")
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void mostTargets_none_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new FanoutMeters(0, clock));
  }

  /** The page that a Prometheus server reads, of a real engine with one target down. */
  @Test
  void prometheus_realEngine_hasEveryNumber() {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    meters.bindTo(prometheus);
    InMemoryTarget memory = new InMemoryTarget();
    memory.always(
        sending ->
            sending.accept(
                message ->
                    sending.target().id().equals("down")
                        ? Failure.fatal("Denied", "nothing for now")
                        : null));
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(
                new InMemoryTargetRegistry(
                    TargetConfig.builder(SOURCE, "up", "memory", "anywhere").build(),
                    TargetConfig.builder(SOURCE, "down", "memory", "anywhere").build()))
            .provider(memory)
            .clock(clock)
            .circuit(new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(1), 1))
            .listener(meters)
            .build()) {
      Instant arrived = clock.instant().minus(Duration.ofHours(13));
      FanoutRecord record =
          FanoutRecord.builder("s:1", "1")
              .shard("s")
              .arrivedAt(arrived)
              .data(Bytes.utf8("x"))
              .build();
      FanoutResult result =
          engine.process(
              new SourceBatch(SOURCE, "s", List.of(record)),
              Deadline.after(Duration.ofSeconds(30)));
      String up = "{source=\"" + SOURCE.id() + "\",target=\"up\"} ";
      String down = "{source=\"" + SOURCE.id() + "\",target=\"down\"} ";
      assertThat(prometheus.scrape().lines())
          .contains(
              "fanout_held" + down + "1.0",
              "fanout_held" + up + "0.0",
              "fanout_held_age_seconds" + down + "46800.0",
              "fanout_retention_seconds{source=\"" + SOURCE.id() + "\"} 86400.0",
              "fanout_expiring_total" + down + "1.0",
              "fanout_ledger_difference 0.0",
              "fanout_send_seconds_count" + up + "1",
              "fanout_records_total{outcome=\"accepted\",source=\""
                  + SOURCE.id()
                  + "\",target=\"up\"} 1.0");
      memory.always(Behaviours.accept());
      engine.resume(result.left(), Deadline.after(Duration.ofSeconds(30)));
      assertThat(prometheus.scrape().lines()).contains("fanout_held" + down + "0.0");
    }
  }
}
