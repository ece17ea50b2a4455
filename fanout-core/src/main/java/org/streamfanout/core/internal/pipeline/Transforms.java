package org.streamfanout.core.internal.pipeline;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.RecordTransform;

/** The functions that a host registered, of records and of batches, under one set of names. */
public final class Transforms {
  private final Map<String, RecordTransform> ofRecords;
  private final Map<String, BatchTransform> ofBatches;
  private final Set<String> names;

  /**
   * Copies the maps.
   *
   * @throws FanoutException if both have a name
   */
  public Transforms(Map<String, RecordTransform> ofRecords, Map<String, BatchTransform> ofBatches) {
    this.ofRecords = Map.copyOf(ofRecords);
    this.ofBatches = Map.copyOf(ofBatches);
    Set<String> all = new HashSet<>(ofRecords.keySet());
    for (String name : ofBatches.keySet()) {
      if (!all.add(name)) {
        throw new FanoutException(
            "'"
                + name
                + "' is registered as a transform and as a batch transform; rename one of them");
      }
    }
    this.names = Set.copyOf(all);
  }

  /** Returns every name. */
  public Set<String> names() {
    return names;
  }

  /**
   * Returns the transform of records that a target names; null if it names none, or one of batches.
   *
   * @throws IllegalStateException if nothing has the name
   */
  public @Nullable RecordTransform ofRecords(@Nullable String name) {
    return name == null || !isKnown(name) ? null : ofRecords.get(name);
  }

  /**
   * Returns the transform of batches that a target names; null if it names none, or one of records.
   *
   * @throws IllegalStateException if nothing has the name
   */
  public @Nullable BatchTransform ofBatches(@Nullable String name) {
    return name == null || !isKnown(name) ? null : ofBatches.get(name);
  }

  /** To send what a missing transform was to change would be worse than to fail. */
  private boolean isKnown(String name) {
    if (!names.contains(name)) {
      throw new IllegalStateException("a target names '" + name + "', which nothing has checked");
    }
    return true;
  }
}
