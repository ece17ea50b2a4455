package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.core.Transformed.LETTERS;
import static org.streamfanout.core.Transformed.counts;
import static org.streamfanout.core.Transformed.row;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.TargetConfig;

class BatchTransformResumeTest {
  private final Transformed given = new Transformed();

  @Test
  void resume_afterFailure_sendsWhatIsLeftAndNeverComputesAgain() {
    given.reject("0+2");
    try (Fixture fixture = given.fixture(Transformed::byKey, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "a"));
      given.target.always(sending -> sending.acceptAll());
      FanoutResult second = fixture.resume(first);

      assertThat(given.target.bodies("t")).containsExactly("1", "0+2");
      assertThat(given.computed).hasValue(1);
      assertThat(counts(second).accepted()).isEqualTo(3);
      assertThat(second.isSettled()).isTrue();
    }
  }

  @Test
  void resume_inputSharedByAnAcceptedOutput_sendsOnlyTheOther() {
    given.reject("y");
    try (Fixture fixture = given.fixture(Transformed::overlapping, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      given.target.always(sending -> sending.acceptAll());
      fixture.resume(first);

      assertThat(given.target.bodies("t")).containsExactly("x", "y");
      assertThat(given.computed).hasValue(1);
    }
  }

  @Test
  void resume_afterTransformFailed_neverAsksItAgain() {
    try (Fixture fixture =
        given.fixture(
            records -> {
              throw new IllegalStateException("no");
            },
            row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a"));
      FanoutResult second = fixture.resume(first);

      assertThat(given.computed).hasValue(1);
      assertThat(counts(second).held()).isEqualTo(1);
    }
  }

  @Test
  void resume_targetWasChanged_computesOverTheWholeBatchAndSendsWhatNamesUnsettledRecords() {
    given.reject("0+2");
    try (Fixture fixture = given.fixture(Transformed::byKey, row().build(), LETTERS)) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "a"));
      assertThat(first.checkpoint().settled()).isZero();
      given.target.always(sending -> sending.acceptAll());
      fixture.rows(row().maxInFlight(1).build(), LETTERS);
      FanoutResult second = fixture.resume(first);

      assertThat(given.target.bodies("t")).containsExactly("1", "0+2");
      assertThat(given.computed).hasValue(2);
      assertThat(second.isSettled()).isTrue();
      assertThat(counts(second).records()).isEqualTo(2);
      assertThat(counts(second).accepted()).isEqualTo(2);
    }
  }

  @Test
  void resume_targetWasChangedAfterPartOfAGroupSettled_makesNoOutputOfTheRemainderAlone() {
    given.reject("y");
    List<Integer> sizes = new ArrayList<>();
    BatchTransform transform =
        records -> {
          sizes.add(records.size());
          return Transformed.overlapping(records);
        };
    try (Fixture fixture = given.fixture(transform, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      assertThat(first.unsettled()).containsExactly(Position.whole("0"), Position.whole("2"));
      given.target.always(sending -> sending.acceptAll());
      fixture.rows(row().maxInFlight(1).build());
      FanoutResult second = fixture.resume(first);

      // "x" names record 0, which was not settled: it comes again, whole, by the same id.
      assertThat(given.target.bodies("t")).containsExactlyInAnyOrder("x", "x", "y");
      assertThat(given.target.received("t").stream().map(Message::id).distinct()).hasSize(2);
      assertThat(sizes).containsExactly(3, 3);
      assertThat(second.isSettled()).isTrue();
    }
  }

  @Test
  void resume_targetWasRemoved_releasesInputsWhateverTheirOutputsCameTo() {
    given.reject("y");
    try (Fixture fixture = given.fixture(Transformed::overlapping, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      fixture.rows(TargetConfig.builder(Fixture.SOURCE, "other", "letters", "x").build());
      FanoutResult second = fixture.resume(first);

      assertThat(counts(second).released()).isEqualTo(2);
      assertThat(counts(second).accepted()).isEqualTo(1);
      assertThat(second.isSettled()).isTrue();
    }
  }

  @Test
  void process_targetsWithoutTheTransform_getTheRecordsThemselves() {
    try (Fixture fixture =
        given.fixture(Transformed::byKey, row().build(), Fixture.target("plain").build())) {
      fixture.process(Fixture.records("a", "b", "a"));

      assertThat(given.target.bodies("plain")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(given.computed).hasValue(1);
    }
  }
}
