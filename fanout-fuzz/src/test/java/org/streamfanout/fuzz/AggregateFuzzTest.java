package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.streamfanout.core.kpl.Deaggregated;
import org.streamfanout.core.kpl.KplDeaggregator;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.Records;

/** Aggregated records with a checksum that is always right: what lies behind it is hostile. */
class AggregateFuzzTest {
  @FuzzTest
  void deaggregate_anyMessage_isReadOrRejectedWhole(byte[] message) {
    FanoutRecord source = Records.kinesis(Records.SHARD, 1, "key", KplAggregate.around(message));

    Deaggregated parts = KplDeaggregator.deaggregate(source);

    if (parts.records().size() == 1 && parts.records().get(0) == source) {
      assertThat(message.length == 0 || parts.rejections().containsKey(0)).isTrue();
      return;
    }
    assertThat(parts.records()).hasSizeLessThanOrEqualTo(KplDeaggregator.MAX_RECORDS);
    long bytes = 0;
    for (int part = 0; part < parts.records().size(); part++) {
      FanoutRecord record = parts.records().get(part);
      assertThat(record.part()).isEqualTo(part);
      assertThat(record.id()).isEqualTo(source.id());
      Bytes data = record.data();
      assertThat(data).isNotNull();
      bytes += data.length();
    }
    assertThat(bytes).isLessThanOrEqualTo(message.length);
    assertThat(parts.rejections().keySet()).allMatch(part -> part < parts.records().size());
  }
}
