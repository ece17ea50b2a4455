package org.streamfanout.core.internal.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/** Joins consecutive records into one body, whose exact length is known before it is encoded. */
public interface Collapser {
  /** Returns why a record cannot be joined or sent at all in this mode; null if it can. */
  @Nullable Failure check(FanoutRecord record);

  /** Returns what a record adds to {@link #length}, in bytes. */
  int contribution(FanoutRecord record);

  /** Returns the exact length of the body of so many records with this sum of contributions. */
  long length(int records, long contributions);

  /** Encodes records that {@link #check} passed. */
  Bytes encode(List<FanoutRecord> records);
}
