package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.core.Transformed.DENIED;
import static org.streamfanout.core.Transformed.LETTERS;
import static org.streamfanout.core.Transformed.counts;
import static org.streamfanout.core.Transformed.output;
import static org.streamfanout.core.Transformed.row;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.KplAggregate;

class BatchTransformFailureTest {
  private final Transformed given = new Transformed();

  private void assertAllRejected(BatchTransform broken) {
    try (Fixture fixture = given.fixture(broken, row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).held()).isEqualTo(2);
      Failure failure = result.targets().get(0).firstFailure();
      assertThat(failure).isNotNull();
      assertThat(failure.code()).isEqualTo("TransformFailed");
      assertThat(failure.kind()).isEqualTo(Failure.Kind.REJECTED);
      assertThat(given.target.sends()).isZero();
    }
  }

  @Test
  void process_transformThrows_rejectsAllInputs() {
    assertAllRejected(
        records -> {
          throw new IllegalStateException("no");
        });
  }

  @Test
  void process_transformThrowsAnError_rejectsAllInputs() {
    assertAllRejected(
        records -> {
          throw new StackOverflowError();
        });
  }

  @Test
  @SuppressWarnings("NullAway")
  void process_transformAnswersNull_rejectsAllInputs() {
    assertAllRejected(records -> null);
  }

  @Test
  void process_outputNamesARecordThatWasNotGiven_rejectsAllInputs() {
    FanoutRecord other = Fixture.record(0, "a", "0");
    assertAllRejected(
        records ->
            List.of(output(records.get(0), "fine", records.get(0)), output(other, "stray", other)));
  }

  @Test
  void process_outputNamesNothing_rejectsAllInputs() {
    assertAllRejected(records -> List.of(new Output(records.get(0), List.of())));
  }

  @Test
  void process_transformFailsUnderDeadLetter_lettersCarryTheInputs() {
    BatchTransform broken =
        records -> {
          throw new IllegalStateException("no");
        };
    try (Fixture fixture =
        given.fixture(
            broken, row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(), LETTERS)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).deadLettered()).isEqualTo(2);
      assertThat(given.letters.bodies("dlq"))
          .hasSize(2)
          .allSatisfy(letter -> assertThat(letter).doesNotContain("madeOf"));
    }
  }

  /** An aggregate with a right checksum, and no protobuf inside. */
  private static Bytes undecodable() {
    return KplAggregate.around(new byte[] {(byte) 0x0F, (byte) 0xFF, 1});
  }

  @Test
  void process_inputThatCannotBeDecoded_isRejectedAndNotGiven() {
    FanoutRecord bad = Fixture.record(1, "a", "").withData(undecodable());
    try (Fixture fixture =
        given.fixture(
            Transformed::byKey, row().deaggregate(true).onFailure(OnFailure.DROP).build())) {
      FanoutResult result =
          fixture.process(Fixture.record(0, "a", "0"), bad, Fixture.record(2, "a", "2"));

      assertThat(given.target.bodies("t")).containsExactly("0+2");
      assertThat(counts(result).dropped()).isEqualTo(1);
      assertThat(counts(result).accepted()).isEqualTo(2);
    }
  }

  @Test
  void process_rejectedInputUnderShardOrder_blocksWhatIsMadeOfLaterOnes() {
    FanoutRecord bad = Fixture.record(1, "a", "").withData(undecodable());
    try (Fixture fixture =
        given.fixture(
            Transformed::byKey, row().deaggregate(true).ordering(Ordering.SHARD).build())) {
      FanoutResult result =
          fixture.process(Fixture.record(0, "a", "0"), bad, Fixture.record(2, "b", "2"));

      assertThat(given.target.bodies("t")).containsExactly("0");
      assertThat(counts(result).held()).isEqualTo(2);
    }
  }

  @Test
  void counts_oneOutputAcceptedOneDropped_sharedInputIsDropped() {
    given.reject("y");
    try (Fixture fixture =
        given.fixture(Transformed::overlapping, row().onFailure(OnFailure.DROP).build())) {
      TargetCounts counts = counts(fixture.process(Fixture.records("a", "b", "c")));

      assertThat(counts.dropped()).isEqualTo(2);
      assertThat(counts.accepted()).isEqualTo(1);
    }
  }

  @Test
  void counts_oneOutputAcceptedOneHeld_sharedInputIsHeld() {
    given.reject("y");
    try (Fixture fixture = given.fixture(Transformed::overlapping, row().build())) {
      TargetCounts counts = counts(fixture.process(Fixture.records("a", "b", "c")));

      assertThat(counts.held()).isEqualTo(2);
      assertThat(counts.accepted()).isEqualTo(1);
    }
  }

  @Test
  void deadLetter_ofAnOutput_carriesTheOutputAndNamesItsInputs() throws Exception {
    given.reject("y");
    try (Fixture fixture =
        given.fixture(
            Transformed::overlapping,
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            LETTERS)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(result.isSettled()).isTrue();
      assertThat(counts(result).deadLettered()).isEqualTo(2);
      assertThat(counts(result).accepted()).isEqualTo(1);
      assertThat(given.letters.bodies("dlq")).hasSize(1);
      JsonNode letter = new ObjectMapper().readTree(given.letters.bodies("dlq").get(0));
      assertThat(Base64.getDecoder().decode(letter.get("data").asText())).isEqualTo("y".getBytes());
      assertThat(letter.get("key").asText()).isEqualTo("a");
      assertThat(letter.get("recordId").asText()).startsWith(Fixture.SHARD + ":0/");
      assertThat(letter.get("madeOf").findValuesAsText("recordId"))
          .containsExactly(Fixture.SHARD + ":0", Fixture.SHARD + ":2");
      assertThat(letter.get("madeOf").findValuesAsText("sequenceNumber")).containsExactly("0", "2");
      assertThat(letter.get("madeOf").get(0).get("part").asInt()).isEqualTo(Position.WHOLE);
    }
  }

  @Test
  void deadLetters_ofTwoOutputsOfTheSameInputs_areTwoMessages() {
    given.reject("x", "y");
    try (Fixture fixture =
        given.fixture(
            Transformed::overlapping,
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            LETTERS)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(counts(result).deadLettered()).isEqualTo(3);
      assertThat(given.letters.received("dlq")).extracting(Message::id).doesNotHaveDuplicates();
      assertThat(given.letters.received("dlq")).hasSize(2);
    }
  }

  @Test
  void deadLetter_itsTargetFails_inputsAreHeldUntilItTakesTheSameLetter() {
    given.reject("y");
    given.letters.next(Behaviours.fail(DENIED));
    try (Fixture fixture =
        given.fixture(
            Transformed::overlapping,
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            LETTERS)) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      assertThat(counts(first).held()).isEqualTo(2);
      FanoutResult second = fixture.resume(first);

      assertThat(counts(second).deadLettered()).isEqualTo(2);
      assertThat(given.letters.bodies("dlq")).hasSize(1);
      assertThat(given.computed).hasValue(1);
      assertThat(second.isSettled()).isTrue();
    }
  }
}
