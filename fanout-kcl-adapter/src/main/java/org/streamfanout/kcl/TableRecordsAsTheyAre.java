package org.streamfanout.kcl;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Looks for no KPL aggregates: a table's stream has none. Thread-safe. */
final class TableRecordsAsTheyAre extends AggregatorUtil {
  @Override
  public List<KinesisClientRecord> deaggregate(List<KinesisClientRecord> records) {
    // KCL removes from this list what lies before its checkpoint.
    return new ArrayList<>(records);
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
