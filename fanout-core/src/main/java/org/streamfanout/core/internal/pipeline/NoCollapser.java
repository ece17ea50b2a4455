package org.streamfanout.core.internal.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/** One message per record: the body is the record's data, empty for a tombstone. */
record NoCollapser(boolean text) implements Collapser {
  @Override
  public @Nullable Failure check(FanoutRecord record) {
    Bytes data = record.data();
    return text && data != null ? Collapsers.checkText(data) : null;
  }

  @Override
  public int contribution(FanoutRecord record) {
    Bytes data = record.data();
    return data == null ? 0 : data.length();
  }

  @Override
  public long length(int records, long contributions) {
    return contributions;
  }

  @Override
  public Bytes encode(List<FanoutRecord> records) {
    if (records.size() != 1) {
      throw new IllegalArgumentException(
          "collapse=none makes one message of one record, not of " + records.size());
    }
    Bytes data = records.get(0).data();
    return data == null ? Bytes.EMPTY : data;
  }
}
