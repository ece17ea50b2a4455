package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.core.Transformed.DENIED;
import static org.streamfanout.core.Transformed.byKey;
import static org.streamfanout.core.Transformed.counts;
import static org.streamfanout.core.Transformed.output;
import static org.streamfanout.core.Transformed.row;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;

class BatchTransformTest {
  private final Transformed given = new Transformed();

  @Test
  void process_manyToFewer_sendsTheOutputsAndCountsTheInputs() {
    try (Fixture fixture = given.fixture(Transformed::byKey, row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a", "b", "a"));

      assertThat(given.target.bodies("t")).containsExactlyInAnyOrder("0+2+4", "1+3");
      assertThat(counts(result).accepted()).isEqualTo(5);
      assertThat(result.isSettled()).isTrue();
    }
  }

  @Test
  void process_oneToMany_settlesTheInputWithItsLastOutput() {
    given.target.always(
        Behaviours.failIf(message -> message.body().utf8().equals("second"), DENIED));
    try (Fixture fixture =
        given.fixture(
            records ->
                List.of(
                    output(records.get(0), "first", records.get(0)),
                    output(records.get(0), "second", records.get(0))),
            row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(given.target.bodies("t")).containsExactly("first");
      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(counts(result).accepted()).isZero();
      assertThat(result.checkpoint().settled()).isZero();
    }
  }

  @Test
  void process_outputOfEarlyAndLateInput_holdsTheCheckpointAtTheEarlyOne() {
    given.reject("0+3");
    try (Fixture fixture = given.fixture(Transformed::byKey, row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "b", "a"));

      assertThat(result.checkpoint().settled()).isZero();
      assertThat(result.unsettled()).containsExactly(Position.whole("0"), Position.whole("3"));
      assertThat(counts(result).accepted()).isEqualTo(2);
    }
  }

  @Test
  void process_inputThatNoOutputNames_isFiltered() {
    try (Fixture fixture = given.fixture(records -> byKey(records).subList(0, 1), row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(counts(result).accepted()).isEqualTo(2);
      assertThat(counts(result).filtered()).isEqualTo(1);
      assertThat(result.isSettled()).isTrue();
    }
  }

  @Test
  void process_noOutputs_filtersEverything() {
    try (Fixture fixture = given.fixture(records -> List.of(), row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).filtered()).isEqualTo(2);
      assertThat(given.target.sends()).isZero();
    }
  }

  @Test
  void process_filteredRecords_areNotGiven() {
    try (Fixture fixture =
        given.fixture(Transformed::byKey, row().filter("{\"partitionKey\": [\"a\"]}").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(given.target.bodies("t")).containsExactly("0+2");
      assertThat(counts(result).filtered()).isEqualTo(1);
    }
  }

  @Test
  void process_nothingIsLeftByTheFilter_transformIsNotAsked() {
    try (Fixture fixture =
        given.fixture(Transformed::byKey, row().filter("{\"partitionKey\": [\"z\"]}").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(given.computed).hasValue(0);
      assertThat(counts(result).filtered()).isEqualTo(2);
    }
  }

  @Test
  void process_tombstone_isGiven() {
    try (Fixture fixture = given.fixture(Transformed::byKey, row().build())) {
      FanoutRecord tombstone = Fixture.record(1, "a", "x").withData(null);
      fixture.process(Fixture.record(0, "a", "0"), tombstone);

      assertThat(given.target.bodies("t")).containsExactly("0+none");
    }
  }

  @Test
  void process_userRecordsOfAnAggregate_areInputsOfTheirOwn() {
    Bytes aggregate =
        new KplAggregate()
            .add("a", null, Bytes.utf8("x"))
            .add("b", null, Bytes.utf8("y"))
            .add("a", null, Bytes.utf8("z"))
            .toBytes();
    FanoutRecord whole = Fixture.record(0, "k", "").withData(aggregate);
    given.reject("y");
    try (Fixture fixture = given.fixture(Transformed::byKey, row().deaggregate(true).build())) {
      FanoutResult result = fixture.process(whole);

      assertThat(given.target.bodies("t")).containsExactly("x+z");
      assertThat(counts(result).accepted()).isEqualTo(2);
      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(result.checkpoint().settled()).isZero();
    }
  }

  @Test
  void process_outputsUnderShardOrder_goInTheOrderOfTheList() {
    try (Fixture fixture =
        given.fixture(
            records ->
                List.of(
                    output(records.get(2), "x", records.get(2)),
                    output(records.get(0), "y", records.get(0), records.get(1)),
                    output(records.get(1), "z", records.get(1))),
            row().ordering(Ordering.SHARD).build())) {
      fixture.process(Fixture.records("a", "b", "c"));

      assertThat(given.target.bodies("t")).containsExactly("x", "y", "z");
    }
  }

  @Test
  void process_outputsUnderKeyOrder_areQueuedByTheirOwnKey() {
    given.reject("x");
    try (Fixture fixture =
        given.fixture(
            records ->
                List.of(
                    output(records.get(0).withKey("one"), "x", records.get(0)),
                    output(records.get(1).withKey("one"), "y", records.get(1)),
                    output(records.get(1).withKey("two"), "z", records.get(1))),
            row().ordering(Ordering.KEY).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(given.target.bodies("t")).containsExactly("z");
      assertThat(counts(result).held()).isEqualTo(2);
    }
  }

  @Test
  void process_outputsJoined_likeRecords() {
    InMemoryTarget joining =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 1_000))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build())
            .build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(joining).batchTransform("made", Transformed::byKey),
            row().collapse(Collapse.CONCAT).ordering(Ordering.SHARD).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(joining.bodies("t")).containsExactly("0+21");
      assertThat(counts(result).accepted()).isEqualTo(3);
    }
  }

  @Test
  void process_joinedOutputsTooLarge_areSplitByOutput() {
    InMemoryTarget joining =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 1_000))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build())
            .build();
    joining.always(
        Behaviours.failIf(message -> message.bodyLength() > 3, Failure.tooLarge("Big", "no")));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(joining).batchTransform("made", Transformed::byKey),
            row().collapse(Collapse.CONCAT).ordering(Ordering.SHARD).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(joining.bodies("t")).containsExactly("0+2", "1");
      assertThat(counts(result).accepted()).isEqualTo(3);
    }
  }

  @Test
  void process_outputThatCannotBeSent_isRejectedByItself() {
    InMemoryTarget small = InMemoryTarget.builder().limits(Limits.of(10, 100, 2)).build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(small).batchTransform("made", Transformed::byKey),
            row().onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(small.bodies("t")).containsExactly("1");
      assertThat(counts(result).dropped()).isEqualTo(2);
      assertThat(counts(result).accepted()).isEqualTo(1);
    }
  }

  @Test
  void build_nameOfBothKinds_isAnError() {
    FanoutEngine.Builder builder =
        Fixture.quick()
            .registry(source -> org.streamfanout.spi.Targets.NONE)
            .transform("made", record -> record)
            .batchTransform("made", records -> List.of());

    assertThatThrownBy(builder::build)
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'made'");
  }

  @Test
  void process_unknownName_holdsAndListsTheRegisteredOnes() {
    try (Fixture fixture =
        given.fixture(Transformed::byKey, Fixture.target("t").transform("other").build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(result.targets().get(0).firstFailure())
          .isNotNull()
          .satisfies(failure -> assertThat(failure.detail()).contains("[made]"));
    }
  }
}
