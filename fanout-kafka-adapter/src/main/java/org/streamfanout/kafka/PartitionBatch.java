package org.streamfanout.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

/**
 * What one poll brought of one partition, and what to commit of it. Offsets of a log have gaps:
 * compaction leaves some, transactions' markers others.
 */
final class PartitionBatch {
  private final List<FanoutRecord> records;
  private final long[] offsets;
  private final List<Optional<Integer>> epochs;
  private final OffsetAndMetadata next;

  /**
   * Makes the batch.
   *
   * @param next where reading goes on after it, as the client says; null if it does not, as where
   *     an interceptor has changed what was read
   */
  PartitionBatch(List<ConsumerRecord<byte[], byte[]>> read, @Nullable OffsetAndMetadata next) {
    this.records = read.stream().map(PartitionBatch::record).toList();
    this.offsets = read.stream().mapToLong(ConsumerRecord::offset).toArray();
    this.epochs = new ArrayList<>();
    read.forEach(record -> epochs.add(record.leaderEpoch()));
    OffsetAndMetadata afterLast = after(offsets.length - 1);
    this.next = next == null || next.offset() < afterLast.offset() ? afterLast : next;
  }

  private static FanoutRecord record(ConsumerRecord<byte[], byte[]> read) {
    List<org.streamfanout.spi.Header> headers = new ArrayList<>();
    for (Header header : read.headers()) {
      headers.add(new org.streamfanout.spi.Header(header.key(), bytes(header.value())));
    }
    return KafkaRecords.record(
        read.topic(),
        read.partition(),
        read.offset(),
        bytes(read.key()),
        bytes(read.value()),
        headers,
        read.timestamp());
  }

  private static @Nullable Bytes bytes(byte @Nullable [] bytes) {
    return bytes == null ? null : Bytes.wrap(bytes);
  }

  private OffsetAndMetadata after(int index) {
    return new OffsetAndMetadata(offsets[index] + 1, epochs.get(index), "");
  }

  /** Returns the records in the partition's order; never empty. */
  List<FanoutRecord> records() {
    return records;
  }

  /**
   * Returns the offset to commit when so many of the first records are settled; null for none. It
   * never passes a record that is not settled, and once all are, nothing in the log is before it
   * that is not settled.
   */
  @Nullable OffsetAndMetadata settled(int count) {
    if (count == 0) {
      return null;
    }
    return count == records.size() ? next : after(count - 1);
  }

  /** Returns the offset of the first record. */
  long firstOffset() {
    return offsets[0];
  }

  /** Returns the offset from which reading goes on after this batch. */
  long end() {
    return next.offset();
  }
}
