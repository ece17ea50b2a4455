package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

class StatusLineTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  private static WorkerNumbers numbers(int second, long settled, Ledger.@Nullable Held held) {
    WorkerNumbers.Target target =
        new WorkerNumbers.Target(
            Source.of("kafka://a:1/t"),
            "queue",
            "sqs",
            TargetCounts.ZERO,
            Map.of(),
            0,
            new LatencyBuckets.Counter().now(),
            held,
            WorkerNumbers.Breaker.CLOSED,
            null,
            null,
            null);
    return new WorkerNumbers(
        START.plusSeconds(second), settled, 0, List.of(target), List.of(), Map.of(), Map.of());
  }

  @Test
  void show_interval_writesLinesWithTheRateSinceTheLast() {
    StatusLine line = StatusLine.of(out, true, Duration.ofSeconds(5));

    line.show(numbers(0, 0, null), 1);
    line.show(numbers(5, 12_000, new Ledger.Held(1_500, START.minusSeconds(61), START)), 4);
    line.clear();

    assertThat(line.interval()).hasSeconds(5);
    assertThat(text.toString().lines())
        .containsExactly(
            "fanout: 0 settled, 0/s, 1 shard",
            "fanout: 12,000 settled, 2,400/s, 4 shards; held: queue 1,500 for 1m6s");
  }

  @Test
  void show_terminal_overwritesOneLineAndTakesItAway() {
    StatusLine line = StatusLine.of(out, true, null);

    line.show(numbers(0, 7, new Ledger.Held(1, START.minusSeconds(7_265), START)), 1);
    line.clear();

    assertThat(line.interval()).hasSeconds(1);
    assertThat(text)
        .hasToString(
            "\r\u001b[K\u001b[?7l7 settled, 0/s, 1 shard; held: queue 1 for 2h1m \u001b[?7h"
                + "\r\u001b[K");
  }

  @Test
  void interval_neitherTerminalNorAsked_isNever() {
    assertThat(StatusLine.of(out, false, null).interval()).isNull();
  }
}
