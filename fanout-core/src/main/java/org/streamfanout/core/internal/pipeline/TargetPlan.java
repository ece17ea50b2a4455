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
 * The records of one batch as one target sees them, decoded, filtered and transformed, in order;
 * and what is sent of them: each record itself, or, where a batch transform is in between, its
 * outputs. Written by one thread, then read by many.
 *
 * <p>An <em>item</em> is a record that is counted, an <em>output</em> one that is sent. Without a
 * batch transform they are the same, by the same index.
 */
public final class TargetPlan {
  private final List<FanoutRecord> records = new ArrayList<>();
  private int[] sources = new int[16];
  private int[] parts = new int[16];
  private final BitSet filtered = new BitSet();
  private final BitSet alreadySettled = new BitSet();
  private final Map<Integer, Integer> attemptsBefore = new HashMap<>();
  private final Map<Integer, Failure> rejections = new HashMap<>();
  private final Map<Integer, Progress> unready = new HashMap<>();
  private @Nullable List<PlannedOutput> outputs;

  /** How far a record has come. */
  public enum Progress {
    /** It could not be decoded. */
    NOT_DECODED,
    /** Decoded, but not filtered and transformed. */
    DECODED,
    /** As the target is to get it. */
    READY
  }

  /** Adds a record to send. */
  public void add(int sourceIndex, FanoutRecord record) {
    add(sourceIndex, record.part(), record);
  }

  /**
   * Adds a record to send that a transform may have given another place.
   *
   * @param part the place within its source record as it was decoded
   */
  public void add(int sourceIndex, int part, FanoutRecord record) {
    int item = records.size();
    records.add(record);
    if (item == sources.length) {
      sources = Arrays.copyOf(sources, item * 2);
      parts = Arrays.copyOf(parts, item * 2);
    }
    sources[item] = sourceIndex;
    parts[item] = part;
  }

  /** Adds a record that is filtered out. */
  public void addFiltered(int sourceIndex, FanoutRecord record) {
    filtered.set(records.size());
    add(sourceIndex, record);
  }

  /** Adds a record that cannot be sent as it is. */
  public void addRejected(int sourceIndex, FanoutRecord record, Failure failure) {
    addRejected(sourceIndex, record.part(), record, failure, Progress.READY);
  }

  /** Adds a record that cannot be sent, and has perhaps not come as far as that. */
  public void addRejected(
      int sourceIndex, FanoutRecord record, Failure failure, Progress progress) {
    addRejected(sourceIndex, record.part(), record, failure, progress);
  }

  /**
   * Adds a record that cannot be sent as it is, and that a transform may have given another place.
   */
  public void addRejected(int sourceIndex, int part, FanoutRecord record, Failure failure) {
    addRejected(sourceIndex, part, record, failure, Progress.READY);
  }

  private void addRejected(
      int sourceIndex, int part, FanoutRecord record, Failure failure, Progress progress) {
    rejections.put(records.size(), failure);
    if (progress != Progress.READY) {
      unready.put(records.size(), progress);
    }
    add(sourceIndex, part, record);
  }

  /** Leaves an item out, since an earlier call has settled it; not where there are outputs. */
  public void leaveOut(int item) {
    requireNoOutputs();
    alreadySettled.set(item);
  }

  /** Sets how many attempts an item had in earlier calls; not where there are outputs. */
  public void attemptsBefore(int item, int attempts) {
    requireNoOutputs();
    attemptsBefore.put(item, attempts);
  }

  private void requireNoOutputs() {
    if (outputs != null) {
      throw new IllegalStateException("outputs are made of whole batches, never of what is left");
    }
  }

  /** Sets what is sent in place of the records. */
  void sendInstead(List<PlannedOutput> newOutputs) {
    outputs = List.copyOf(newOutputs);
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

  /** Returns an item's place within its source record, as it was decoded. */
  public int part(int item) {
    return parts[item];
  }

  /** Returns whether an earlier call has settled an item. */
  public boolean isAlreadySettled(int item) {
    return alreadySettled.get(item);
  }

  /** Returns whether some item had attempts in earlier calls. */
  public boolean hasAttemptsBefore() {
    return !attemptsBefore.isEmpty();
  }

  /** Returns how many attempts an item had in earlier calls. */
  public int attemptsBefore(int item) {
    return attemptsBefore.isEmpty() ? 0 : attemptsBefore.getOrDefault(item, 0);
  }

  /** Returns whether an item is filtered out. */
  public boolean isFiltered(int item) {
    return filtered.get(item);
  }

  /** Returns why an item cannot be sent; null if it can. */
  public @Nullable Failure rejection(int item) {
    return rejections.isEmpty() ? null : rejections.get(item);
  }

  /** Returns how far the record of an item has come. */
  public Progress progress(int item) {
    return unready.isEmpty() ? Progress.READY : unready.getOrDefault(item, Progress.READY);
  }

  /** Returns whether the outputs are others than the records. */
  public boolean hasOutputs() {
    return outputs != null;
  }

  /** Returns how many outputs there are. */
  public int outputCount() {
    return outputs == null ? records.size() : outputs.size();
  }

  /** Returns whether an output is sent, or rejected; what is filtered or left out is neither. */
  public boolean isOutputPlanned(int output) {
    return outputs != null || !(filtered.get(output) || alreadySettled.get(output));
  }

  /** Returns the record that is sent as an output. */
  public FanoutRecord outputRecord(int output) {
    return outputs == null ? records.get(output) : outputs.get(output).record();
  }

  /** Returns why an output cannot be sent; null if it can. */
  public @Nullable Failure outputRejection(int output) {
    return outputs == null ? rejection(output) : outputs.get(output).rejection();
  }

  /** Returns how far the record of an output has come. */
  public Progress outputProgress(int output) {
    return outputs == null ? progress(output) : outputs.get(output).progress();
  }

  /** Returns the items, each once, that are settled only with an output. */
  public List<Integer> itemsOf(int output) {
    return outputs == null ? List.of(output) : outputs.get(output).items();
  }

  /** Returns the records that a batch transform made an output of; empty if none did. */
  public List<FanoutRecord> madeOf(int output) {
    return outputs == null ? List.of() : outputs.get(output).madeOf();
  }
}
