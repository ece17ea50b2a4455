package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;

class HistoryTest {
  private static final Source SOURCE = Source.of(Cli.STREAM);
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  private final History history = new History();

  private static WorkerNumbers.Target target(String id, long accepted, long held) {
    return new WorkerNumbers.Target(
        SOURCE,
        id,
        "sqs",
        new TargetCounts(accepted + held, accepted, 0, 0, 0, 0, 0, held, 1, 0),
        Map.of(),
        0,
        new LatencyBuckets.Counter().now(),
        null,
        WorkerNumbers.Breaker.CLOSED,
        null,
        null,
        null);
  }

  private void add(int second, long settled, WorkerNumbers.Target... targets) {
    history.add(
        new WorkerNumbers(
            START.plusSeconds(second),
            settled,
            0,
            Arrays.asList(targets),
            List.of(),
            Map.of(),
            Map.of()));
  }

  @Test
  void ofAll_samples_areTheirTimesAndSums() {
    add(0, 5, target("a", 5, 0), target("b", 1, 4));
    add(10, 9, target("a", 9, 1), target("b", 1, 8));

    assertThat(history.view().ofAll().toString())
        .isEqualTo(
            "{\"everySeconds\":10,\"at\":[\"2026-11-01T00:00:00Z\",\"2026-11-01T00:00:10Z\"],"
                + "\"settled\":[5,9],\"held\":[4,9]}");
  }

  @Test
  void ofTarget_thatCameLater_isNullBefore() {
    add(0, 0, target("a", 5, 0));
    add(10, 0, target("a", 7, 0), target("b", 2, 3));

    assertThat(String.valueOf(history.view().of(SOURCE, "a")))
        .isEqualTo("{\"accepted\":[5,7],\"held\":[0,0]}");
    assertThat(String.valueOf(history.view().of(SOURCE, "b")))
        .isEqualTo("{\"accepted\":[null,2],\"held\":[null,3]}");
    assertThat(history.view().of(SOURCE, "c")).isNull();
  }

  @Test
  void add_moreThanHalfAnHour_forgetsTheEarliest() {
    for (int sample = 0; sample < History.SAMPLES + 5; sample++) {
      add(10 * sample, sample, target("a", sample, 0));
    }

    ObjectNode all = history.view().ofAll();
    assertThat(all.get("settled")).hasSize(180);
    assertThat(all.get("settled").get(0).asInt()).isEqualTo(5);
    assertThat(all.get("at").get(179).asText()).isEqualTo(START.plusSeconds(10 * 184).toString());
    assertThat(history.view().of(SOURCE, "a").get("accepted")).hasSize(180);
  }

  @Test
  void add_moreTargetsThanAreKept_countsAllAndKeepsTheFirst() {
    add(
        0,
        0,
        IntStream.range(0, History.TARGETS + 1)
            .mapToObj(each -> target("t" + (1000 + each), 0, 1))
            .toArray(WorkerNumbers.Target[]::new));

    assertThat(history.view().ofAll().get("held").get(0).asInt()).isEqualTo(101);
    assertThat(history.view().of(SOURCE, "t1099")).isNotNull();
    assertThat(history.view().of(SOURCE, "t1100")).isNull();
  }

  @Test
  void view_whatComesLater_changesNothing() {
    History.View empty = history.view();
    add(0, 5, target("a", 5, 0));

    assertThat(empty.ofAll().get("at")).isEmpty();
    assertThat(empty.of(SOURCE, "a")).isNull();
  }
}
