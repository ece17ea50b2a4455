package org.streamfanout.core.internal.pipeline;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.internal.pipeline.TargetPlan.Progress;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.RecordTransform;
import org.streamfanout.spi.Source;

/**
 * Works out what each target gets of a batch. Targets that decode alike share the work: each source
 * record is decoded and matched once per distinct set of options. Thread-safe.
 */
public final class Planner {
  static final String TRANSFORM_FAILED = "TransformFailed";

  private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

  private final Map<FilterPlace, CachedFilter> filters = new ConcurrentHashMap<>();

  private record FilterPlace(Source source, DecodeOptions options) {}

  private record CachedFilter(Map<String, String> patterns, RecordFilter filter) {}

  /**
   * What planning needs to know of a target.
   *
   * @param id its id
   * @param options how its records are decoded
   * @param filter its pattern; null for none
   * @param wants whether its destination wants a record, by the target's options
   * @param transform its transform; null for none
   * @param batchTransform its transform of whole batches; null for none
   * @param collapser what says whether a record can be sent
   * @param tombstones whether it takes records without data
   */
  public record Wanted(
      String id,
      DecodeOptions options,
      @Nullable String filter,
      Predicate<FanoutRecord> wants,
      @Nullable RecordTransform transform,
      @Nullable BatchTransform batchTransform,
      Collapser collapser,
      boolean tombstones) {}

  /**
   * Plans a batch for several targets.
   *
   * @param sources the indexes of the source records to plan; null for all. A batch transform gets
   *     the others, too, and what it makes of them alone is left out
   * @return one plan per target, by id
   */
  public Map<String, TargetPlan> plan(
      SourceBatch batch, List<Wanted> targets, @Nullable BitSet sources) {
    Map<String, TargetPlan> plans = new LinkedHashMap<>();
    Map<DecodeOptions, List<Wanted>> groups = new LinkedHashMap<>();
    for (Wanted target : targets) {
      plans.put(target.id(), new TargetPlan());
      groups.computeIfAbsent(target.options(), options -> new ArrayList<>()).add(target);
    }
    groups.forEach((options, group) -> planGroup(batch, options, group, sources, plans));
    for (Wanted target : targets) {
      BatchTransform transform = target.batchTransform();
      if (transform != null) {
        BatchOutputs outputs =
            new BatchOutputs(target.id(), planOf(plans, target), record -> unfit(target, record));
        outputs.compute(transform);
        plans.put(target.id(), outputs.plan(sources));
      }
    }
    return plans;
  }

  private void planGroup(
      SourceBatch batch,
      DecodeOptions options,
      List<Wanted> group,
      @Nullable BitSet sources,
      Map<String, TargetPlan> plans) {
    RecordFilter filter = filterOf(batch.source(), options, group);
    List<TargetPlan> ordered = group.stream().map(target -> planOf(plans, target)).toList();
    List<FanoutRecord> records = batch.records();
    boolean wholeBatch = group.stream().anyMatch(target -> target.batchTransform() != null);
    for (int index = 0; index < records.size(); index++) {
      boolean planned = sources == null || sources.get(index);
      if (!planned && !wholeBatch) {
        continue;
      }
      FanoutRecord whole = records.get(index);
      Decoded decoded = Decoder.decode(batch.source().type(), whole, options);
      for (int part = 0; part < decoded.records().size(); part++) {
        FanoutRecord record = decoded.records().get(part);
        Failure rejection = decoded.rejection(part);
        RecordFilter.Verdict verdict =
            filter == null || rejection != null ? null : filter.judge(record);
        for (int target = 0; target < group.size(); target++) {
          if (planned || group.get(target).batchTransform() != null) {
            place(group.get(target), ordered.get(target), index, record, rejection, verdict);
          }
        }
      }
    }
  }

  private static TargetPlan planOf(Map<String, TargetPlan> plans, Wanted target) {
    TargetPlan plan = plans.get(target.id());
    if (plan == null) {
      throw new IllegalStateException("every target has a plan");
    }
    return plan;
  }

  private static void place(
      Wanted target,
      TargetPlan plan,
      int index,
      FanoutRecord record,
      @Nullable Failure rejection,
      RecordFilter.@Nullable Verdict verdict) {
    if (rejection != null) {
      plan.addRejected(index, record, rejection, Progress.NOT_DECODED);
      return;
    }
    if (target.filter() != null && verdict != null) {
      if (verdict.failure() != null) {
        plan.addRejected(index, record, verdict.failure(), Progress.DECODED);
        return;
      }
      if (!verdict.matches(target.id())) {
        plan.addFiltered(index, record);
        return;
      }
    }
    FanoutRecord sent;
    try {
      sent = target.wants().test(record) ? record : null;
    } catch (RuntimeException | Error e) {
      LOG.debug("the provider of target '{}' failed", target.id(), e);
      plan.addRejected(
          index,
          record,
          Failure.rejected(
              "ProviderFailed",
              "the provider failed on this record with " + e.getClass().getName()),
          Progress.DECODED);
      return;
    }
    if (sent != null && target.transform() != null) {
      try {
        sent = target.transform().apply(record);
      } catch (RuntimeException | Error e) {
        LOG.debug("the transform of target '{}' failed", target.id(), e);
        plan.addRejected(
            index,
            record,
            Failure.rejected(
                TRANSFORM_FAILED, "the transform failed with " + e.getClass().getName()),
            Progress.DECODED);
        return;
      }
    }
    if (sent == null) {
      plan.addFiltered(index, record);
      return;
    }
    Failure unfit = target.batchTransform() == null ? unfit(target, sent) : null;
    if (unfit == null) {
      plan.add(index, record.part(), sent);
    } else {
      plan.addRejected(index, record.part(), sent, unfit);
    }
  }

  private static @Nullable Failure unfit(Wanted target, FanoutRecord record) {
    if (record.isTombstone()) {
      return target.tombstones()
          ? null
          : Failure.rejected("Tombstone", "this destination cannot express a record without data");
    }
    return target.collapser().check(record);
  }

  private @Nullable RecordFilter filterOf(
      Source source, DecodeOptions options, List<Wanted> group) {
    Map<String, String> patterns = new LinkedHashMap<>();
    for (Wanted target : group) {
      if (target.filter() != null) {
        patterns.put(target.id(), target.filter());
      }
    }
    if (patterns.isEmpty()) {
      return null;
    }
    FilterPlace place = new FilterPlace(source, options);
    CachedFilter cached = filters.get(place);
    if (cached == null || !cached.patterns().equals(patterns)) {
      cached =
          new CachedFilter(Map.copyOf(patterns), RecordFilter.of(source.type(), options, patterns));
      filters.put(place, cached);
    }
    return cached.filter();
  }
}
