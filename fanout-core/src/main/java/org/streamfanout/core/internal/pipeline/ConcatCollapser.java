package org.streamfanout.core.internal.pipeline;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * The records' bytes, one after the other, and their base64 (RFC 4648, section 4, padded). Each
 * record is checked alone, since texts in a row are a text.
 */
record ConcatCollapser(boolean text, boolean base64) implements Collapser {
  @Override
  public @Nullable Failure check(FanoutRecord record) {
    return text ? Collapsers.checkText(Collapsers.dataOf(record)) : null;
  }

  @Override
  public int contribution(FanoutRecord record) {
    return Collapsers.dataOf(record).length();
  }

  @Override
  public long length(int records, long contributions) {
    return base64 ? (contributions + 2) / 3 * 4 : contributions;
  }

  @Override
  public Bytes encode(List<FanoutRecord> records) {
    Bytes joined = join(records);
    if (!base64) {
      return joined;
    }
    boolean whole = joined.offset() == 0 && joined.length() == joined.array().length;
    return Bytes.wrap(Base64.getEncoder().encode(whole ? joined.array() : joined.toByteArray()));
  }

  private static Bytes join(List<FanoutRecord> records) {
    if (records.size() == 1) {
      return Collapsers.dataOf(records.get(0));
    }
    long length = 0;
    for (FanoutRecord record : records) {
      length += Collapsers.dataOf(record).length();
    }
    byte[] joined = Collapsers.array(length, records);
    int at = 0;
    for (FanoutRecord record : records) {
      Bytes data = Collapsers.dataOf(record);
      data.copyTo(joined, at);
      at += data.length();
    }
    return Bytes.wrap(joined);
  }
}
