package org.streamfanout.core.internal.progress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.internal.delivery.BatchRun;
import org.streamfanout.core.internal.delivery.TargetEnds;
import org.streamfanout.core.internal.delivery.TargetSetup;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.ProgressEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProgress;

/**
 * What a store knows of one batch's records, and what it has to be told of them. Used by one thread
 * at a time, as the batch is.
 */
public final class BatchProgress {
  private final StoreAccess access;
  private final FanoutListener listener;
  private final SourceBatch batch;

  /** What the store has of this batch's records, as far as it is known here. */
  private final Map<Place, Map<RecordKey, RecordProgress>> stored = new HashMap<>();

  /** Whether the store has answered; if not, it may know what is not in {@link #stored}. */
  private boolean loaded;

  private long skipped;
  private long mismatched;
  private long kept;
  private long unkept;
  private long overflowed;
  private long unkeptTold;
  private int failures;
  private @Nullable String failure;

  private record Place(String targetId, String fingerprint) {}

  BatchProgress(StoreAccess access, FanoutListener listener, SourceBatch batch) {
    this.access = access;
    this.listener = listener;
    this.batch = batch;
  }

  void load(Deadline deadline) {
    List<TargetProgress> all = value(access.load(batch, deadline));
    if (all == null) {
      return;
    }
    loaded = true;
    if (all.isEmpty()) {
      return;
    }
    Set<String> ids = new HashSet<>();
    batch.records().forEach(record -> ids.add(idOf(record)));
    for (TargetProgress known : all) {
      Map<RecordKey, RecordProgress> own = new HashMap<>();
      known
          .records()
          .forEach(
              (key, progress) -> {
                if (ids.contains(key.id())) {
                  own.put(key, progress);
                }
              });
      if (!own.isEmpty()) {
        stored
            .computeIfAbsent(
                new Place(known.targetId(), known.fingerprint()), place -> new HashMap<>())
            .putAll(own);
      }
    }
  }

  /** Leaves out of a target's plan what the target has settled in earlier calls. */
  public void apply(TargetSetup setup, TargetPlan plan) {
    if (stored.isEmpty() || plan.hasOutputs()) {
      return;
    }
    TargetConfig config = setup.config();
    Place place = placeOf(config);
    Map<RecordKey, RecordProgress> own = stored.getOrDefault(place, Map.of());
    List<Map<RecordKey, RecordProgress>> others = othersOf(place);
    for (int item = 0; item < plan.size(); item++) {
      if (plan.isFiltered(item)) {
        continue;
      }
      RecordKey key = keyOf(plan, item);
      RecordProgress progress = own.getOrDefault(key, RecordProgress.NONE);
      if (progress.isSettled()) {
        plan.leaveOut(item);
        skipped++;
      } else {
        if (progress.attempts() > 0 && config.onFailure() != OnFailure.HOLD) {
          plan.attemptsBefore(item, progress.attempts());
        }
        if (others.stream().anyMatch(other -> isSettled(other, key))) {
          mismatched++;
        }
      }
    }
  }

  private static boolean isSettled(Map<RecordKey, RecordProgress> known, RecordKey key) {
    return known.getOrDefault(key, RecordProgress.NONE).isSettled();
  }

  private List<Map<RecordKey, RecordProgress>> othersOf(Place place) {
    List<Map<RecordKey, RecordProgress>> others = new ArrayList<>();
    stored.forEach(
        (other, known) -> {
          if (other.targetId().equals(place.targetId()) && !other.equals(place)) {
            others.add(known);
          }
        });
    return others;
  }

  /**
   * Tells the store what a call has changed, if it has to know.
   *
   * @param comesAgain whether the host will be given some of the batch again, or all of it
   */
  public void remember(BatchRun run, boolean comesAgain, Deadline deadline) {
    if (comesAgain || !stored.isEmpty()) {
      List<TargetProgress> changes = new ArrayList<>();
      long notKept = 0;
      for (TargetEnds ends : run.ends()) {
        if (comesAgain) {
          notKept += countNotKept(ends);
        }
        Map<RecordKey, RecordProgress> change = change(ends, comesAgain);
        if (!change.isEmpty()) {
          Place place = placeOf(ends.setup().config());
          changes.add(new TargetProgress(place.targetId(), place.fingerprint(), change));
        }
      }
      unkept = notKept;
      save(changes, deadline);
    }
    tell();
  }

  private void save(List<TargetProgress> changes, Deadline deadline) {
    if (changes.isEmpty()) {
      return;
    }
    Integer beyond = value(access.save(batch, changes, deadline));
    if (beyond == null) {
      return;
    }
    overflowed += beyond;
    for (TargetProgress change : changes) {
      stored
          .computeIfAbsent(
              new Place(change.targetId(), change.fingerprint()), place -> new HashMap<>())
          .putAll(change.records());
      kept += change.records().size();
    }
    kept -= Math.min(kept, beyond);
  }

  /** Returns the records of which the store does not know what it should. */
  private Map<RecordKey, RecordProgress> change(TargetEnds ends, boolean comesAgain) {
    Map<RecordKey, RecordProgress> wanted = new HashMap<>();
    if (ends.plan().hasOutputs()) {
      return wanted;
    }
    for (int item = 0; item < ends.plan().size(); item++) {
      RecordProgress progress = comesAgain ? progressOf(ends, item) : RecordProgress.NONE;
      // A host may hand over the same record twice: it is settled when both are.
      wanted.merge(keyOf(ends.plan(), item), progress, (one, two) -> one.isSettled() ? two : one);
    }
    Map<RecordKey, RecordProgress> known =
        stored.isEmpty() ? Map.of() : stored.getOrDefault(placeOf(ends.setup().config()), Map.of());
    boolean unsure = !loaded && comesAgain;
    wanted
        .entrySet()
        .removeIf(
            entry -> {
              RecordProgress before = known.get(entry.getKey());
              return before == null
                  ? entry.getValue().equals(RecordProgress.NONE) && !unsure
                  : entry.getValue().equals(before);
            });
    return wanted;
  }

  private RecordProgress progressOf(TargetEnds ends, int item) {
    if (ends.isAlreadySettled(item) || ends.isGivenUp(item)) {
      return RecordProgress.SETTLED;
    }
    if (ends.isAccepted(item)) {
      return isKept(ends) ? RecordProgress.SETTLED : RecordProgress.NONE;
    }
    return ends.isOpen(item) && ends.setup().config().onFailure() != OnFailure.HOLD
        ? RecordProgress.afterAttempts(ends.attempts(item))
        : RecordProgress.NONE;
  }

  private boolean isKept(TargetEnds ends) {
    return access.isShared() || !ends.keepsOrder();
  }

  private long countNotKept(TargetEnds ends) {
    TargetPlan plan = ends.plan();
    long count = 0;
    for (int item = 0; item < plan.size(); item++) {
      boolean accepted = ends.isAccepted(item) && (plan.hasOutputs() || !isKept(ends));
      if (accepted || (plan.hasOutputs() && ends.isGivenUp(item))) {
        count++;
      }
    }
    return count;
  }

  private void tell() {
    long notKept = unkept + overflowed;
    long newlyUnkept = Math.max(0, notKept - unkeptTold);
    if (skipped + mismatched + kept + newlyUnkept + failures > 0) {
      listener.progress(
          new ProgressEvent(
              batch.source(),
              batch.shard(),
              skipped,
              mismatched,
              kept,
              newlyUnkept,
              failures,
              failure));
    }
    unkeptTold = Math.max(unkeptTold, notKept);
    skipped = 0;
    mismatched = 0;
    kept = 0;
    failures = 0;
    failure = null;
  }

  private <T> @Nullable T value(StoreAccess.Answer<T> answer) {
    if (answer.failure() != null) {
      failures++;
      failure = answer.failure();
    }
    return answer.value();
  }

  private Place placeOf(TargetConfig config) {
    return new Place(config.id(), access.fingerprint(config));
  }

  /** By the source record's own id: a transform may give what it returns any other. */
  private RecordKey keyOf(TargetPlan plan, int item) {
    return new RecordKey(idOf(batch.records().get(plan.sourceIndex(item))), plan.part(item));
  }

  /** A topic that was deleted and made again counts from 0 again: the time tells them apart. */
  private String idOf(FanoutRecord record) {
    return batch.source().type() == Source.Type.KAFKA && record.arrivedAt() != null
        ? record.id() + "@" + record.arrivedAt().toEpochMilli()
        : record.id();
  }
}
