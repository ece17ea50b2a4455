package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;

/** Whatever a record holds, the engine answers, and every record has exactly one end. */
class HostileInputProperties {
  private static InMemoryTarget target(BodyFormat format) {
    return InMemoryTarget.builder()
        .capabilities(
            Capabilities.builder(Limits.of(10, 20_000, 5_000))
                .bodyFormat(format)
                .collapses(EnumSet.allOf(Collapse.class), Collapse.NONE)
                .build())
        .build();
  }

  private static TargetConfig[] rows() {
    List<TargetConfig> rows = new ArrayList<>();
    for (Collapse collapse : Collapse.values()) {
      rows.add(
          Fixture.target("t" + collapse)
              .collapse(collapse)
              .deaggregate(true)
              .onFailure(OnFailure.DROP)
              .ordering(Ordering.KEY)
              .build());
    }
    rows.add(
        Fixture.target("filtered")
            .deaggregate(true)
            .filter("{\"data\":{\"a\":[1]}}")
            .onFailure(OnFailure.DROP)
            .build());
    return rows.toArray(TargetConfig[]::new);
  }

  private static Bytes hostile(Random random) {
    Bytes valid =
        new KplAggregate()
            .add("a", null, Bytes.utf8("{\"a\":1}"))
            .add("b", null, Bytes.wrap(new byte[random.nextInt(3)]))
            .add("", null, Bytes.utf8("{\"a\":1}]}"))
            .addWithKeyIndex(7, Bytes.utf8("{}"))
            .toBytes();
    byte[] bytes = valid.toByteArray();
    switch (random.nextInt(7)) {
      case 0 -> {
        return Bytes.EMPTY;
      }
      case 1 -> {
        byte[] noise = new byte[random.nextInt(6_000)];
        random.nextBytes(noise);
        return Bytes.wrap(noise);
      }
      case 2 -> {
        return Bytes.wrap(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      }
      case 3 -> {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return Bytes.wrap(bytes);
      }
      case 4 -> {
        // A right checksum over a message that is none.
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return KplAggregate.around(noise);
      }
      case 5 -> {
        return Bytes.utf8("[".repeat(random.nextInt(5_000)));
      }
      default -> {
        return valid;
      }
    }
  }

  @Property(tries = 150)
  void anyBytes_everyRecordHasOneEnd(@ForAll long seed, @ForAll @IntRange(max = 25) int count) {
    Random random = new Random(seed);
    FanoutRecord[] records = new FanoutRecord[count];
    for (int index = 0; index < count; index++) {
      records[index] = Fixture.record(index, "k" + random.nextInt(4), "").withData(hostile(random));
    }
    for (BodyFormat format : BodyFormat.values()) {
      InMemoryTarget target = target(format);
      try (Fixture fixture = Fixture.of(target, rows())) {
        FanoutResult result = fixture.process(records);

        assertThat(result.isSettled()).isTrue();
        assertThat(target.violations()).isEmpty();
        for (TargetResult each : result.targets()) {
          TargetCounts counts = each.counts();
          assertThat(counts.areConserved()).as("%s", each).isTrue();
          assertThat(counts.accepted()).isEqualTo(target.records(each.targetId()).size());
        }
      }
    }
  }

  @Example
  void tenThousandRecords_someEmpty_allArriveInOrder() {
    InMemoryTarget target = target(BodyFormat.BINARY);
    FanoutRecord[] records = new FanoutRecord[10_000];
    for (int index = 0; index < records.length; index++) {
      records[index] = Fixture.record(index, "k", index % 3 == 0 ? "" : "x" + index);
    }
    try (Fixture fixture =
        Fixture.of(
            target,
            Fixture.target("t").ordering(Ordering.SHARD).collapse(Collapse.CONCAT).build())) {
      FanoutResult result = fixture.process(records);

      assertThat(result.isSettled()).isTrue();
      assertThat(target.records("t"))
          .extracting(FanoutRecord::sequenceNumber)
          .containsExactly(
              Arrays.stream(records).map(FanoutRecord::sequenceNumber).toArray(String[]::new));
    }
  }

  @Example
  void aggregateWithoutRecords_settlesAndIsSeenInTheCheckpoint() {
    InMemoryTarget target = target(BodyFormat.BINARY);
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").deaggregate(true).build())) {
      FanoutResult result =
          fixture.process(
              Fixture.record(0, "k", "x"),
              Fixture.record(1, "k", "").withData(KplAggregate.around(new byte[] {0x0A, 1, 'a'})),
              Fixture.record(2, "k", "y"));

      assertThat(result.checkpoint().settled()).isEqualTo(3);
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("x", "y");
    }
  }
}
