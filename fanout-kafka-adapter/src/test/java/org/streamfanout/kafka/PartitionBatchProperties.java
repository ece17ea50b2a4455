package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** What is committed of a batch whose offsets have gaps. */
class PartitionBatchProperties {
  private static long[] offsets(long start, List<Integer> gaps) {
    long[] offsets = new long[gaps.size()];
    long offset = start;
    for (int place = 0; place < offsets.length; place++) {
      offset += gaps.get(place);
      offsets[place] = offset++;
    }
    return offsets;
  }

  private static PartitionBatch batch(long[] offsets, OffsetAndMetadata next) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (long offset : offsets) {
      records.add(ScriptedConsumer.record(ConsumerFixture.P0, offset, "key", "value"));
    }
    return new PartitionBatch(records, next);
  }

  @Property
  void settled_anyPrefix_isAfterWhatIsSettledAndNotAfterWhatIsNot(
      @ForAll @LongRange(max = Long.MAX_VALUE / 2) long start,
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 3) Integer> gaps,
      @ForAll @IntRange(max = 30) int prefix,
      @ForAll @IntRange(max = 5) int tail) {
    long[] offsets = offsets(start, gaps);
    int count = Math.min(prefix, offsets.length);
    long end = offsets[offsets.length - 1] + 1 + tail;
    PartitionBatch batch = batch(offsets, new OffsetAndMetadata(end));

    OffsetAndMetadata commit = batch.settled(count);

    if (count == 0) {
      assertThat(commit).isNull();
    } else {
      assertThat(commit.offset()).isGreaterThan(offsets[count - 1]);
    }
    if (commit != null && count < offsets.length) {
      assertThat(commit.offset()).isLessThanOrEqualTo(offsets[count]);
    }
    if (count == offsets.length) {
      assertThat(commit.offset()).isEqualTo(end);
    }
  }

  @Property
  void settled_moreAndMore_neverGoesBack(
      @ForAll @LongRange(max = Long.MAX_VALUE / 2) long start,
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 3) Integer> gaps) {
    long[] offsets = offsets(start, gaps);
    PartitionBatch batch = batch(offsets, null);

    List<Long> commits = new ArrayList<>();
    for (int count = 1; count <= offsets.length; count++) {
      commits.add(batch.settled(count).offset());
    }

    assertThat(commits).isSorted().doesNotHaveDuplicates();
    assertThat(commits.get(commits.size() - 1)).isEqualTo(offsets[offsets.length - 1] + 1);
  }

  @Property
  void settled_clientTellsAnEndBeforeTheLastRecord_isNotBelieved(
      @ForAll @Size(min = 1, max = 10) List<@IntRange(max = 3) Integer> gaps,
      @ForAll @IntRange(max = 40) int told) {
    long[] offsets = offsets(0, gaps);

    OffsetAndMetadata commit = batch(offsets, new OffsetAndMetadata(told)).settled(offsets.length);

    assertThat(commit.offset()).isEqualTo(Math.max(told, offsets[offsets.length - 1] + 1));
  }
}
