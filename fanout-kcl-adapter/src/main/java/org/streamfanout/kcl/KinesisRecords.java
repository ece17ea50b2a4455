package org.streamfanout.kcl;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Makes records of KCL's, the same as those of the Lambda event. */
final class KinesisRecords {
  private KinesisRecords() {}

  static List<FanoutRecord> of(String shard, List<KinesisClientRecord> records) {
    List<FanoutRecord> result = new ArrayList<>(records.size());
    for (KinesisClientRecord each : records) {
      result.add(of(shard, each));
    }
    return result;
  }

  private static FanoutRecord of(String shard, KinesisClientRecord record) {
    String sequenceNumber = record.sequenceNumber();
    return FanoutRecord.builder(shard + ":" + sequenceNumber, sequenceNumber)
        .shard(shard)
        .part(record.aggregated() ? Math.toIntExact(record.subSequenceNumber()) : Position.WHOLE)
        .key(record.partitionKey())
        .explicitHashKey(record.explicitHashKey())
        .data(bytes(record.data()))
        .arrivedAt(record.approximateArrivalTimestamp())
        .build();
  }

  /** Copies: the buffer is KCL's, and its position is not ours to move. */
  private static Bytes bytes(ByteBuffer buffer) {
    ByteBuffer own = buffer.duplicate();
    byte[] bytes = new byte[own.remaining()];
    own.get(bytes);
    return Bytes.wrap(bytes);
  }
}
