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
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
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
  /** Under this key a place says that nothing of what it has is to be used. */
  static final RecordKey VOID = new RecordKey("streamfanout/void", Position.WHOLE);

  private final StoreAccess access;
  private final FanoutListener listener;
  private final SourceBatch batch;

  /** What the store has of this batch's records, as far as it is known here. */
  private final Map<Place, Map<RecordKey, RecordProgress>> stored = new HashMap<>();

  /** What it had of other records when it was asked. */
  private final Map<Place, Map<RecordKey, RecordProgress>> others = new HashMap<>();

  /** Of which the store has something that somebody may have sent older records over. */
  private final Set<Place> voided = new HashSet<>();

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
    if (all == null || access.isDoubted(batch)) {
      return;
    }
    loaded = true;
    if (all.isEmpty()) {
      return;
    }
    Set<String> ids = new HashSet<>();
    batch.records().forEach(record -> ids.add(idOf(record)));
    for (TargetProgress known : all) {
      Place place = new Place(known.targetId(), known.fingerprint());
      if (known.records().containsKey(VOID)) {
        voided.add(place);
        continue;
      }
      known
          .records()
          .forEach(
              (key, progress) ->
                  (ids.contains(key.id()) ? stored : others)
                      .computeIfAbsent(place, same -> new HashMap<>())
                      .put(key, progress));
    }
  }

  /**
   * Says, before anything is sent, that what is known of targets that keep an order must not be
   * used, where it could not be read: records may go out again now, and what followed them must not
   * be left out by whoever reads it next.
   */
  public void warn(Iterable<TargetSetup> setups, Deadline deadline) {
    if (loaded || !access.isShared()) {
      return;
    }
    List<TargetProgress> changes = new ArrayList<>();
    for (TargetSetup setup : setups) {
      if (setup.ordering() != Ordering.NONE) {
        Place place = placeOf(setup.config());
        changes.add(
            new TargetProgress(
                place.targetId(), place.fingerprint(), Map.of(VOID, RecordProgress.SETTLED)));
      }
    }
    if (!changes.isEmpty()) {
      Integer beyond = value(access.save(batch, changes, deadline));
      overflowed += beyond == null ? 0 : beyond;
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
    List<Map<RecordKey, RecordProgress>> underOtherRows = underOtherRows(place);
    Set<Object> sentAnyway = new HashSet<>();
    for (int item = 0; item < plan.size(); item++) {
      if (plan.isFiltered(item)) {
        continue;
      }
      RecordKey key = keyOf(plan, item);
      RecordProgress progress = own.getOrDefault(key, RecordProgress.NONE);
      Object lane = laneOf(setup.ordering(), plan, item);
      if (progress.isSettled() && !sentAnyway.contains(lane)) {
        plan.leaveOut(item);
        skipped++;
      } else {
        sentAnyway.add(lane);
        if (progress.attempts() > 0 && config.onFailure() != OnFailure.HOLD) {
          plan.attemptsBefore(item, progress.attempts());
        }
        if (underOtherRows.stream().anyMatch(other -> isSettled(other, key))) {
          mismatched++;
        }
      }
    }
  }

  /** What is sent again must not stay on top of what followed it. */
  private static Object laneOf(Ordering ordering, TargetPlan plan, int item) {
    return switch (ordering) {
      // Under BATCH, too, a record may have arrived before one that failed.
      case NONE, BATCH -> item;
      case KEY -> plan.record(item).key();
      case SHARD -> ordering;
    };
  }

  private static boolean isSettled(Map<RecordKey, RecordProgress> known, RecordKey key) {
    return known.getOrDefault(key, RecordProgress.NONE).isSettled();
  }

  private List<Map<RecordKey, RecordProgress>> underOtherRows(Place place) {
    List<Map<RecordKey, RecordProgress>> found = new ArrayList<>();
    stored.forEach(
        (other, known) -> {
          if (other.targetId().equals(place.targetId()) && !other.equals(place)) {
            found.add(known);
          }
        });
    return found;
  }

  /**
   * Tells the store what a call has changed, if it has to know.
   *
   * @param comesAgain whether the host will be given some of the batch again, or all of it
   */
  public void remember(BatchRun run, boolean comesAgain, Deadline deadline) {
    if (comesAgain || !stored.isEmpty() || !loaded || !voided.isEmpty()) {
      List<TargetProgress> changes = new ArrayList<>();
      long notKept = 0;
      List<TargetEnds> all = run.ends();
      for (TargetEnds ends : all) {
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
      long overflowedBefore = overflowed;
      save(changes, deadline);
      boolean overflowing = overflowed > overflowedBefore;
      if (!loaded || overflowing || all.stream().anyMatch(this::isVoid)) {
        putRight(all, overflowing, deadline);
      }
    }
    tell();
  }

  /**
   * Has the store forget what it has of targets that keep an order, after some of their records
   * were sent again, or may be, without their followers: these have to go again, too.
   *
   * @param own whether to forget this batch's records as well
   */
  private void putRight(List<TargetEnds> all, boolean own, Deadline deadline) {
    Set<Place> ordered = new HashSet<>();
    for (TargetEnds ends : all) {
      if (access.isShared() && ends.keepsOrder() && !ends.plan().hasOutputs()) {
        ordered.add(placeOf(ends.setup().config()));
      }
    }
    if (ordered.isEmpty()) {
      return;
    }
    access.doubt(batch);
    List<TargetProgress> known = value(access.load(batch, deadline));
    if (known == null) {
      return;
    }
    Set<String> ids = new HashSet<>();
    batch.records().forEach(record -> ids.add(idOf(record)));
    List<TargetProgress> changes = new ArrayList<>();
    for (TargetProgress progress : known) {
      if (!ordered.contains(new Place(progress.targetId(), progress.fingerprint()))) {
        continue;
      }
      Map<RecordKey, RecordProgress> gone = new HashMap<>();
      for (RecordKey key : progress.records().keySet()) {
        if (own || !ids.contains(key.id())) {
          gone.put(key, RecordProgress.NONE);
        }
      }
      if (!gone.isEmpty()) {
        changes.add(new TargetProgress(progress.targetId(), progress.fingerprint(), gone));
      }
    }
    if (save(changes, deadline)) {
      access.trust(batch);
      loaded = true;
      voided.clear();
    }
  }

  /** Returns whether the store knows now. */
  private boolean save(List<TargetProgress> changes, Deadline deadline) {
    if (changes.isEmpty()) {
      return true;
    }
    Integer beyond = value(access.save(batch, changes, deadline));
    if (beyond == null) {
      return false;
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
    return true;
  }

  /** Returns the records of which the store does not know what it should. */
  private Map<RecordKey, RecordProgress> change(TargetEnds ends, boolean comesAgain) {
    Map<RecordKey, RecordProgress> wanted = new HashMap<>();
    if (ends.plan().hasOutputs()) {
      return wanted;
    }
    boolean done = !comesAgain && isNeededByOthers(ends);
    for (int item = 0; item < ends.plan().size(); item++) {
      RecordProgress progress = comesAgain || done ? progressOf(ends, item) : RecordProgress.NONE;
      if (done && progress.isSettled()) {
        progress = RecordProgress.DONE;
      }
      // A host may hand over the same record twice: it is settled when both are.
      wanted.merge(keyOf(ends.plan(), item), progress, (one, two) -> one.isSettled() ? two : one);
    }
    Map<RecordKey, RecordProgress> known =
        stored.isEmpty() ? Map.of() : stored.getOrDefault(placeOf(ends.setup().config()), Map.of());
    if (!comesAgain && !done && !known.isEmpty() && ends.keepsOrder()) {
      // The last of a target that keeps an order is done: with it goes what waited for that.
      others
          .getOrDefault(placeOf(ends.setup().config()), Map.of())
          .keySet()
          .forEach(key -> wanted.put(key, RecordProgress.NONE));
    }
    boolean unsure = (!loaded || isVoid(ends)) && comesAgain;
    wanted
        .entrySet()
        .removeIf(
            entry -> {
              RecordProgress before = known.get(entry.getKey());
              if (before == null && wasWaiting(ends, entry.getKey())) {
                return false;
              }
              return before == null
                  ? entry.getValue().equals(RecordProgress.NONE) && !unsure
                  : entry.getValue().equals(before);
            });
    return wanted;
  }

  /**
   * Returns whether other records of a target that keeps an order are still to be done. If this
   * batch's were forgotten before, and came again, they would go out again, and the others not.
   */
  private boolean isNeededByOthers(TargetEnds ends) {
    return ends.keepsOrder()
        && !others.isEmpty()
        && others.getOrDefault(placeOf(ends.setup().config()), Map.of()).values().stream()
            .anyMatch(progress -> !progress.isDone());
  }

  private boolean isVoid(TargetEnds ends) {
    return !voided.isEmpty() && voided.contains(placeOf(ends.setup().config()));
  }

  private boolean wasWaiting(TargetEnds ends, RecordKey key) {
    return !others.isEmpty()
        && others.getOrDefault(placeOf(ends.setup().config()), Map.of()).containsKey(key);
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
