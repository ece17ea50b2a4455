package org.streamfanout.kcl;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Leaves KPL aggregates as they are, so that the engine takes them apart, for the targets that want
 * it. KCL's own way drops a whole aggregate when one of its keys lies outside the shard, and the
 * rest of an aggregate in which one cannot be read. Thread-safe.
 */
final class WholeRecords extends AggregatorUtil {

  @Override
  public List<KinesisClientRecord> deaggregate(List<KinesisClientRecord> records) {
    // KCL removes from this list what lies before its checkpoint.
    List<KinesisClientRecord> whole = new ArrayList<>(records.size());
    for (KinesisClientRecord each : records) {
      whole.add(each.toBuilder().subSequenceNumber(RecordUnit.AFTER_ALL_PARTS).build());
    }
    return whole;
  }

  @Override
  public List<KinesisClientRecord> deaggregate(
      List<KinesisClientRecord> records, String startingHashKey, String endingHashKey) {
    return deaggregate(records);
  }

  @Override
  public List<KinesisClientRecord> deaggregate(
      List<KinesisClientRecord> records, BigInteger startingHashKey, BigInteger endingHashKey) {
    return deaggregate(records);
  }
}
