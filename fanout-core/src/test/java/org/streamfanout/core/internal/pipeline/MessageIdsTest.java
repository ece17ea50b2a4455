package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

class MessageIdsTest {
  private static final MessageIds IDS =
      new MessageIds(Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/s"), "t");

  /** Destinations remember ids over a deployment, so these digits must not change. */
  @Test
  void of_records_isTheDigestOfSourceTargetAndEveryPlace() {
    FanoutRecord whole = FanoutRecord.builder("shardId-000000000000:1", "1").build();
    FanoutRecord part = FanoutRecord.builder("shardId-000000000000:2", "2").part(3).build();

    assertThat(IDS.of(List.of(whole, part)))
        .isEqualTo("c51bb9bc21956e06b4373c338d6043e1461502eba9a34e36cd7fd9bdeaffe1ca");
  }

  @Test
  void identified_twoOutputsOfTheSameRecords_haveTwoIds() {
    FanoutRecord record = FanoutRecord.builder("shardId-000000000000:1", "1").key("k").build();
    List<FanoutRecord> madeOf = List.of(record);

    assertThat(OutputIds.identified(record, madeOf, 0).id())
        .isNotEqualTo(OutputIds.identified(record, madeOf, 1).id());
  }

  @Test
  void identified_output_keepsAllButItsId() {
    FanoutRecord record =
        FanoutRecord.builder("t-0:17", "17").shard("t-0").part(2).key("k").build();

    FanoutRecord made = OutputIds.identified(record, List.of(record), 0);

    assertThat(made.id()).startsWith("t-0:17/");
    assertThat(made.position()).isEqualTo(record.position());
    assertThat(made.shard()).isEqualTo("t-0");
    assertThat(made.key()).isEqualTo("k");
    assertThat(made.isTombstone()).isTrue();
  }
}
