package org.streamfanout.spi;

import java.util.Map;
import java.util.Objects;

/**
 * How far records of one shard have come at one target.
 *
 * @param targetId the target's id
 * @param fingerprint what of the target's row makes "settled" true: its destination, how it
 *     decodes, filters and transforms; opaque text of at most 64 ASCII letters and digits. Progress
 *     under another fingerprint is another target's
 * @param records each record by itself; one that is not there has made no progress
 */
public record TargetProgress(
    String targetId, String fingerprint, Map<RecordKey, RecordProgress> records) {
  /** Copies the map. */
  public TargetProgress {
    Objects.requireNonNull(targetId, "targetId");
    Objects.requireNonNull(fingerprint, "fingerprint");
    records = Map.copyOf(records);
  }
}
