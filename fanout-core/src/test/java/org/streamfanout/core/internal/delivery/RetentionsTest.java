package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;

class RetentionsTest {
  private static final Source STREAM =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final Source TOPIC = Source.of("kafka://a:1/t");
  private static final Duration WEEK = Duration.ofDays(7);

  private final Retentions nothingGiven = new Retentions(source -> null);

  @Test
  void of_nobodyKnows_isTheLeastOfAStream_andNothingOfATopic() {
    assertThat(nothingGiven.of(STREAM)).isEqualTo(Duration.ofHours(24));
    assertThat(nothingGiven.of(TOPIC)).isNull();
  }

  @Test
  void of_whatAHostFoundOut_untilItForgetsIt() {
    nothingGiven.learn(STREAM, WEEK);
    assertThat(nothingGiven.of(STREAM)).isEqualTo(WEEK);
    assertThat(nothingGiven.of(TOPIC)).isNull();

    nothingGiven.learn(STREAM, null);
    assertThat(nothingGiven.of(STREAM)).isEqualTo(Retentions.STREAM);
  }

  @Test
  void of_timesThatAreNone_countAsNotKnown() {
    nothingGiven.learn(TOPIC, Duration.ZERO);
    nothingGiven.learn(STREAM, Duration.ofHours(-1));

    assertThat(nothingGiven.of(TOPIC)).isNull();
    assertThat(nothingGiven.of(STREAM)).isEqualTo(Retentions.STREAM);
    nothingGiven.learn(TOPIC, Duration.ofNanos(1));
    assertThat(nothingGiven.of(TOPIC)).isEqualTo(Duration.ofNanos(1));
  }

  @Test
  void of_theOperatorsWordWins() {
    Retentions given = new Retentions(source -> WEEK);
    given.learn(STREAM, Duration.ofDays(1));

    assertThat(given.of(STREAM)).isEqualTo(WEEK);
  }
}
