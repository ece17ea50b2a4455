package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;

/** Batches of a host that has taken KPL aggregates apart before the engine sees them. */
class TakenApartTest {
  private final InMemoryTarget target = new InMemoryTarget();

  private static FanoutRecord part(int part) {
    return FanoutRecord.builder("shard:7", "7")
        .part(part)
        .key("key")
        .data(Bytes.utf8("part " + part))
        .build();
  }

  private static final FanoutRecord WHOLE =
      FanoutRecord.builder("shard:6", "6").key("key").data(Bytes.utf8("whole")).build();

  private static SourceBatch batch(FanoutRecord... records) {
    return new SourceBatch(Fixture.SOURCE, Fixture.SHARD, List.of(records), true);
  }

  private static TargetConfig.Builder target(String id, boolean deaggregate) {
    return Fixture.target(id).deaggregate(deaggregate);
  }

  private static FanoutResult process(Fixture fixture, SourceBatch batch) {
    return fixture.engine.process(batch, Deadline.after(Fixture.PATIENCE));
  }

  @Test
  void process_targetWantsAggregates_isHeldWithTheReasonAndTheOthersAreServed() {
    try (Fixture fixture =
        Fixture.of(target, target("whole", false).build(), target("parts", true).build())) {
      FanoutResult result = process(fixture, batch(WHOLE, part(0), part(1)));

      assertThat(result.checkpoint().settled()).isZero();
      assertThat(target.bodies("parts")).containsExactlyInAnyOrder("whole", "part 0", "part 1");
      assertThat(target.bodies("whole")).isEmpty();
      assertThat(result.targets())
          .filteredOn(each -> each.targetId().equals("whole"))
          .singleElement()
          .satisfies(
              each ->
                  assertThat(Objects.requireNonNull(each.firstFailure()).code())
                      .isEqualTo("TakenApart"));
    }
  }

  @Test
  void process_noUserRecords_servesTargetsThatWantSourceRecords() {
    try (Fixture fixture = Fixture.of(target, target("whole", false).build())) {
      assertThat(process(fixture, batch(WHOLE)).checkpoint().isComplete()).isTrue();
      assertThat(target.bodies("whole")).containsExactly("whole");
    }
  }

  @Test
  void process_hostReadsSourceRecords_userRecordsArePassedOn() {
    try (Fixture fixture = Fixture.of(target, target("whole", false).build())) {
      SourceBatch batch = new SourceBatch(Fixture.SOURCE, Fixture.SHARD, List.of(part(0)));

      assertThat(process(fixture, batch).checkpoint().isComplete()).isTrue();
    }
  }

  @Test
  void resume_rowCorrected_deliversWhatWasHeld() {
    try (Fixture fixture = Fixture.of(target, target("t", false).build())) {
      FanoutResult held = process(fixture, batch(part(0), part(1)));
      FanoutResult still =
          fixture.engine.resume(held.left(), Deadline.after(Duration.ofSeconds(5)));
      fixture.rows(target("t", true).build());

      FanoutResult result = fixture.engine.resume(still.left(), Deadline.after(Fixture.PATIENCE));

      assertThat(still.checkpoint().settled()).isZero();
      assertThat(result.checkpoint().isComplete()).isTrue();
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("part 0", "part 1");
    }
  }
}
