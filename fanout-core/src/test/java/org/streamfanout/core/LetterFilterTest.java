package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

class LetterFilterTest {
  private static final DeadLetter LETTER =
      DeadLetter.builder(
              Fixture.SOURCE,
              "t",
              FanoutRecord.builder("s:1", "1").key("user-7").data(Bytes.utf8("secret")).build(),
              Failure.rejected("TooLarge", "x"))
          .attempts(3)
          .build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"failureCode\":[\"TooLarge\"]} | true",
        "{\"failureCode\":[\"Other\"]} | false",
        "{\"key\":[{\"prefix\":\"user-\"}],\"attempts\":[{\"numeric\":[\">\",2]}]} | true",
        "{\"$or\":[{\"key\":[\"x\"]},{\"attempts\":[3]}]} | true",
      })
  void matches_pattern_decides(String pattern, boolean matches) {
    assertThat(LetterFilter.problem(pattern)).isEmpty();
    assertThat(LetterFilter.of(pattern).matches(LETTER)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"data\":[\"c2VjcmV0\"]} | names 'data'",
        "{\"failurecode\":[\"x\"]} | names 'failurecode'",
        "{\"key\":\"x\"} | is no EventBridge pattern",
        "nonsense | is no EventBridge pattern",
        "[\"x\"],\"key\":[\"y\"] | is no EventBridge pattern",
      })
  void problem_wrongPattern_isSaid(String pattern, String said) {
    assertThat(LetterFilter.problem(pattern))
        .hasValueSatisfying(it -> assertThat(it).contains(said));
    assertThatThrownBy(() -> LetterFilter.of(pattern)).isInstanceOf(IllegalArgumentException.class);
  }
}
