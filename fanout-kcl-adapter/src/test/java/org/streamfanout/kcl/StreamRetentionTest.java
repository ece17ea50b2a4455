package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;

class StreamRetentionTest {
  private static final Source STREAM =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");

  private final List<String> asked = new ArrayList<>();
  private final List<Duration> learned = new ArrayList<>();
  private @Nullable Integer hours;

  /** Answers as the service's reference says, as known 2026-11; fails without hours. */
  private final class Kinesis implements KinesisAsyncClient {
    @Override
    public String serviceName() {
      return "kinesis";
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
        DescribeStreamSummaryRequest request) {
      asked.add(request.streamARN());
      return hours == null
          ? CompletableFuture.failedFuture(KinesisException.builder().message("no").build())
          : CompletableFuture.completedFuture(
              DescribeStreamSummaryResponse.builder()
                  .streamDescriptionSummary(summary -> summary.retentionPeriodHours(hours))
                  .build());
    }

    @Override
    public void close() {}
  }

  private StreamRetention retention(KinesisAsyncClient kinesis) {
    return new StreamRetention(
        kinesis,
        List.of(STREAM),
        (source, kept) -> {
          assertThat(source).isEqualTo(STREAM);
          learned.add(kept);
        });
  }

  @Test
  void look_streamTells_isLearned() {
    hours = 168;
    try (StreamRetention retention = retention(new Kinesis())) {
      retention.look();
      hours = 8_760;
      retention.look();
    }

    assertThat(learned).containsExactly(Duration.ofDays(7), Duration.ofDays(365));
    assertThat(asked).containsExactly(STREAM.id(), STREAM.id());
  }

  @Test
  void look_noAnswer_leavesWhatIsKnown() {
    hours = 168;
    try (StreamRetention retention = retention(new Kinesis())) {
      retention.look();
      hours = null;
      retention.look();
      hours = 24;
      retention.look();
    }

    assertThat(learned).containsExactly(Duration.ofDays(7), Duration.ofDays(1));
  }

  @Test
  void look_clientThatThrows_leavesWhatIsKnown() {
    KinesisAsyncClient broken =
        new KinesisAsyncClient() {
          @Override
          public String serviceName() {
            return "kinesis";
          }

          @Override
          public void close() {}
        };
    try (StreamRetention retention = retention(broken)) {
      retention.look();
    }

    assertThat(learned).isEmpty();
  }
}
