package org.streamfanout.core.internal.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * The records of one batch as one target sees them: decoded, filtered and transformed, in order.
 * Written by one thread, then read by many.
 */
public final class TargetPlan {
  private final List<FanoutRecord> records = new ArrayList<>();
  private int[] sources = new int[16];
  private final BitSet filtered = new BitSet();
  private final Map<Integer, Failure> rejections = new HashMap<>();

  /** Adds a record to send. */
  public void add(int sourceIndex, FanoutRecord record) {
    int item = records.size();
    records.add(record);
    if (item == sources.length) {
      sources = Arrays.copyOf(sources, item * 2);
    }
    sources[item] = sourceIndex;
  }

  /** Adds a record that is filtered out. */
  public void addFiltered(int sourceIndex, FanoutRecord record) {
    filtered.set(records.size());
    add(sourceIndex, record);
  }

  /** Adds a record that cannot be sent. */
  public void addRejected(int sourceIndex, FanoutRecord record, Failure failure) {
    rejections.put(records.size(), failure);
    add(sourceIndex, record);
  }

  /** Returns how many records there are, filtered and rejected ones included. */
  public int size() {
    return records.size();
  }

  /** Returns the record at an index. */
  public FanoutRecord record(int item) {
    return records.get(item);
  }

  /** Returns the index, in the batch, of the source record that an item was made of. */
  public int sourceIndex(int item) {
    return sources[item];
  }

  /** Returns whether an item is filtered out. */
  public boolean isFiltered(int item) {
    return filtered.get(item);
  }

  /** Returns why an item cannot be sent; null if it can. */
  public @Nullable Failure rejection(int item) {
    return rejections.isEmpty() ? null : rejections.get(item);
  }
}
