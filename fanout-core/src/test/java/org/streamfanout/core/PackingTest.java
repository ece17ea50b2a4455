package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;

/** Which records go together in one message, and which messages in one call, to the last byte. */
@Timeout(60)
class PackingTest {
  private final VirtualTime time = new VirtualTime();

  private static InMemoryTarget target(Limits limits, int overhead) {
    return InMemoryTarget.builder()
        .capabilities(
            Capabilities.builder(limits)
                .collapses(Set.of(Collapse.NONE, Collapse.CONCAT, Collapse.JSON), Collapse.NONE)
                .tombstones(true)
                .build())
        .size(message -> message.bodyLength() + overhead)
        .build();
  }

  /** Records whose data is their digit, ten times. */
  private static FanoutRecord[] tens(String... keys) {
    return IntStream.range(0, keys.length)
        .mapToObj(number -> record(number, keys[number], Integer.toString(number).repeat(10)))
        .toArray(FanoutRecord[]::new);
  }

  private static FanoutRecord record(int number, String key, String data) {
    return Fixture.record(number, key, data);
  }

  private List<String> bodies(InMemoryTarget target, TargetConfig row, FanoutRecord... records) {
    process(target, row, records);
    return target.bodies("t").stream().map(body -> body.replaceAll("(\\d)\\1{9}", "$1")).toList();
  }

  private FanoutResult process(InMemoryTarget target, TargetConfig row, FanoutRecord... records) {
    try (Fixture fixture = new Fixture(time.engine().provider(target), row)) {
      return fixture.engine.process(
          Fixture.batch(records), Deadline.after(Duration.ofMinutes(1), time));
    }
  }

  private static TargetConfig.Builder row(Collapse collapse) {
    return Fixture.target("t").collapse(collapse).maxInFlight(1).onFailure(OnFailure.DROP);
  }

  @Test
  void joined_asManyAsFit_toTheLastByte() {
    TargetConfig concat = row(Collapse.CONCAT).build();
    FanoutRecord[] seven = tens("a", "b", "c", "d", "e", "f", "g");

    assertThat(bodies(target(Limits.of(10, 1_000, 30), 0), concat, seven))
        .containsExactly("012", "345", "6");
    assertThat(bodies(target(Limits.of(10, 1_000, 29), 0), concat, seven))
        .containsExactly("01", "23", "45", "6");
    assertThat(bodies(target(Limits.of(10, 1_000, 32), 2), concat, seven))
        .containsExactly("012", "345", "6");
    assertThat(bodies(target(Limits.of(10, 1_000, 31), 2), concat, seven))
        .containsExactly("01", "23", "45", "6");
  }

  @Test
  void joined_asJson_theFrameCounts() {
    // {"Records":[ and ]} are 14 bytes, and a comma stands between two.
    TargetConfig json = row(Collapse.JSON).build();

    FanoutRecord[] two = {record(0, "a", "1".repeat(10)), record(1, "b", "2".repeat(10))};

    assertThat(bodies(target(Limits.of(10, 1_000, 14 + 21), 0), json, two))
        .containsExactly("{\"Records\":[1,2]}");
    assertThat(bodies(target(Limits.of(10, 1_000, 14 + 20), 0), json, two))
        .containsExactly("{\"Records\":[1]}", "{\"Records\":[2]}");
  }

  @Test
  void joined_byKey_whereKeysKeepTheirOrder() {
    TargetConfig byKey = row(Collapse.CONCAT).ordering(Ordering.KEY).build();

    assertThat(
            bodies(target(Limits.of(10, 1_000, 30), 0), byKey, tens("a", "b", "a", "b", "a", "a")))
        .containsExactlyInAnyOrder("024", "5", "13");
  }

  @Test
  void joined_tombstoneStandsAlone_andKeepsItsPlace() {
    TargetConfig shard = row(Collapse.CONCAT).ordering(Ordering.SHARD).build();
    FanoutRecord[] records = tens("a", "b", "c");
    records[1] =
        FanoutRecord.builder("x", "1").shard(Fixture.SHARD).key("b").data((Bytes) null).build();

    assertThat(bodies(target(Limits.of(10, 1_000, 100), 0), shard, records))
        .containsExactly("0", "", "2");
  }

  @Test
  void alone_exactlyTheLimit_isSent_oneMoreIsTooLarge() {
    InMemoryTarget target = target(Limits.of(10, 1_000, 30), 0);
    FanoutResult result =
        process(
            target,
            row(Collapse.NONE).build(),
            record(0, "a", "x".repeat(30)),
            record(1, "b", "y".repeat(31)));

    assertThat(target.bodies("t")).containsExactly("x".repeat(30));
    assertThat(result.targets().get(0).counts().dropped()).isEqualTo(1);
    assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("TooLarge");
    assertThat(result.targets().get(0).firstFailure().detail()).contains("31 bytes", "30");
  }

  @Test
  void call_asManyBytesAsFit() {
    InMemoryTarget target = target(Limits.of(10, 35, 30), 0);
    process(target, row(Collapse.NONE).build(), tens("a", "b", "c", "d", "e"));

    assertThat(target.batches("t"))
        .extracting(batch -> batch.messages().size())
        .containsExactly(3, 2);
  }

  @Test
  void call_asManyMessagesAsTheRowAllows() {
    InMemoryTarget target = target(Limits.of(10, 1_000, 30), 0);
    process(target, row(Collapse.NONE).maxMessages(4).build(), tens("a", "b", "c", "d", "e"));

    assertThat(target.batches("t"))
        .extracting(batch -> batch.messages().size())
        .containsExactly(4, 1);
  }

  /** What the first record's message costs beside its body may not be what the joined one costs. */
  @Test
  void joined_overheadGrowsWithTheRecords_isHalvedUntilItFits() {
    InMemoryTarget target =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 40))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build())
            .size(message -> message.bodyLength() + 5L * message.records().size())
            .build();

    assertThat(bodies(target, row(Collapse.CONCAT).build(), tens("a", "b", "c", "d")))
        .containsExactly("0", "12", "3");
  }
}
