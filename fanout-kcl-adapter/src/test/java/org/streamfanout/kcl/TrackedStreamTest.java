package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.arns.Arn;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.common.StreamIdentifier;

class TrackedStreamTest {
  private static final String ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders";
  private static final String CONSUMER = ARN + "/consumer/mine:1700000000";
  private static final InitialPositionInStreamExtended START =
      InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "arn:aws:kinesis:eu-west-1:123456789012",
        "arn:aws:sqs:eu-west-1:123456789012:orders",
        CONSUMER
      })
  void make_noStream_isRefused(String text) {
    assertThatThrownBy(() -> new TrackedStream(text, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ARN,
        "mine",
        "arn:aws:kinesis:eu-west-1:123456789012:stream/others/consumer/mine:1700000000"
      })
  void make_consumerOfSomethingElse_isRefused(String consumer) {
    assertThatThrownBy(() -> new TrackedStream(ARN, consumer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("consumer");
  }

  @Test
  void resolve_oneStreamByArn_hasItsSourceAndConsumer() {
    // Resolving it asks nobody, so that no client is needed.
    TrackedStream.Resolved resolved =
        new TrackedStream(ARN, CONSUMER)
            .resolve(
                new software.amazon.awssdk.services.kinesis.KinesisAsyncClient() {
                  @Override
                  public String serviceName() {
                    return "kinesis";
                  }

                  @Override
                  public void close() {}
                },
                false);

    assertThat(resolved.source()).isEqualTo(Source.of(ARN));
    assertThat(resolved.identifier().streamArnOptional()).contains(Arn.fromString(ARN));
    assertThat(resolved.config(START).consumerArn()).isEqualTo(CONSUMER);
  }

  @Test
  void tracker_severalStreams_keepsPositionConsumersAndFormerLeases() {
    Streams streams =
        new Streams(List.of(several("orders", 1, null), several("more", 2, CONSUMER)), START);

    assertThat(streams.tracker().isMultiStream()).isTrue();
    assertThat(streams.tracker().streamConfigList())
        .extracting(StreamConfig::consumerArn)
        .containsExactly(null, CONSUMER);
    assertThat(streams.tracker().streamConfigList())
        .extracting(StreamConfig::initialPositionInStreamExtended)
        .containsOnly(START);
    assertThat(streams.tracker().orphanedStreamInitialPositionInStream()).isEqualTo(START);
    assertThat(streams.tracker().formerStreamsLeasesDeletionStrategy().leaseDeletionType().name())
        .isEqualTo("NO_STREAMS_LEASES_DELETION");
  }

  @Test
  void sources_severalStreams_areThoseOfTheLeasesNames() {
    Streams streams =
        new Streams(List.of(several("orders", 1, null), several("more", 2, null)), START);

    assertThat(streams.sources().apply(StreamIdentifier.multiStreamInstance("123456789012:more:2")))
        .isEqualTo(Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/more"));
  }

  @Test
  void sources_streamThatIsNoLongerNamed_hasTheArnOfItsName() {
    Streams streams =
        new Streams(List.of(several("orders", 1, null), several("more", 2, null)), START);

    assertThat(
            streams.sources().apply(StreamIdentifier.multiStreamInstance("210987654321:former:3")))
        .isEqualTo(Source.of("arn:aws:kinesis:eu-west-1:210987654321:stream/former"));
  }

  private static TrackedStream.Resolved several(String name, long epoch, String consumer) {
    String arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/" + name;
    return new TrackedStream.Resolved(
        StreamIdentifier.multiStreamInstance(Arn.fromString(arn), epoch), Source.of(arn), consumer);
  }
}
