package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;

class PartitionBatchTest {
  private static final byte[] BINARY = {(byte) 0xff, 0, (byte) 0xfe};

  private static FanoutRecord record(
      byte[] key, byte[] value, RecordHeaders headers, TimestampType type, long timestamp) {
    ConsumerRecord<byte[], byte[]> read =
        new ConsumerRecord<>(
            "orders", 3, 17, timestamp, type, 1, 1, key, value, headers, Optional.of(2));
    return new PartitionBatch(List.of(read), null).records().get(0);
  }

  @Test
  void records_everyField_isCarriedOver() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("trace", BINARY).add("trace", new byte[0]).add("none", null).add("trace", BINARY);

    FanoutRecord record =
        record(BINARY, new byte[] {1}, headers, TimestampType.CREATE_TIME, 1_700_000_000_123L);

    assertThat(record.id()).isEqualTo("orders-3:17");
    assertThat(record.shard()).isEqualTo("orders-3");
    assertThat(record.position().sequenceNumber()).isEqualTo("17");
    assertThat(record.keyBytes()).isEqualTo(Bytes.wrap(BINARY));
    assertThat(record.key()).isEqualTo("base64:/wD+");
    assertThat(record.data()).isEqualTo(Bytes.wrap(new byte[] {1}));
    assertThat(record.arrivedAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_123L));
    assertThat(record.headers())
        .containsExactly(
            new Header("trace", Bytes.wrap(BINARY)),
            new Header("trace", Bytes.EMPTY),
            new Header("none", null),
            new Header("trace", Bytes.wrap(BINARY)));
  }

  @Test
  void records_nullsAndEmptiness_areToldApart() {
    FanoutRecord nulls =
        record(null, null, new RecordHeaders(), TimestampType.NO_TIMESTAMP_TYPE, -1);
    FanoutRecord empty =
        record(new byte[0], new byte[0], new RecordHeaders(), TimestampType.CREATE_TIME, 0);

    assertThat(nulls.keyBytes()).isNull();
    assertThat(nulls.data()).isNull();
    assertThat(nulls.arrivedAt()).isNull();
    assertThat(empty.keyBytes()).isEqualTo(Bytes.EMPTY);
    assertThat(empty.data()).isEqualTo(Bytes.EMPTY);
    assertThat(empty.arrivedAt()).isEqualTo(Instant.EPOCH);
  }
}
