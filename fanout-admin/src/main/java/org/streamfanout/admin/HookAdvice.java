package org.streamfanout.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.lambda.model.DestinationConfig;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/** What an operator should know of a hook before records depend on it. */
final class HookAdvice {
  private final HookedFunction function;
  private final HookSource source;
  private final Map<String, Object> changes;
  private final @Nullable EventSourceMappingConfiguration there;
  private final HookPlan plan;

  /**
   * @param changes what becomes of the mapping
   * @param there the mapping as it is; null if there is none
   */
  HookAdvice(
      HookedFunction function,
      HookSource source,
      Map<String, Object> changes,
      @Nullable EventSourceMappingConfiguration there,
      HookPlan plan) {
    this.function = function;
    this.source = source;
    this.changes = changes;
    this.there = there;
    this.plan = plan;
  }

  /** Adds what is to be said to the plan. */
  void give(TargetsTable table, String tableName) {
    ofTimes();
    if (Boolean.TRUE.equals(value("BisectBatchOnFunctionError"))) {
      plan.warn(
          "--bisect makes more invocations and no fewer repetitions: bad records are told apart by"
              + " the function itself, target by target");
    }
    String used = function.variables().getOrDefault("FANOUT_TABLE_NAME", "").strip();
    String name = tableName.substring(tableName.lastIndexOf('/') + 1);
    if (!used.isEmpty() && !used.equals(name)) {
      plan.warn(
          "the function reads its targets from the table '"
              + used
              + "', not from '"
              + name
              + "', which was looked at");
    }
    List<StoredTarget> rows;
    try {
      rows = table.rows(source.source().id());
    } catch (AdminException e) {
      e.problems().forEach(plan::warn);
      return;
    }
    ofTargets(rows.stream().filter(StoredTarget::isActive).toList());
  }

  private void ofTimes() {
    Duration attempt = function.time("FANOUT_RETRY_ATTEMPT_TIMEOUT", Duration.ofSeconds(10));
    Duration margin = function.time("FANOUT_DEADLINE_MARGIN", Duration.ofSeconds(1));
    if (function.timeout().compareTo(attempt.plus(margin)) <= 0) {
      plan.warn(
          "the function's timeout of "
              + function.timeout().toSeconds()
              + " s leaves no room for an attempt of "
              + attempt.toMillis()
              + " ms and the margin of "
              + margin.toMillis()
              + " ms: a slow target is cut off in its first attempt; give the function more time,"
              + " or a shorter FANOUT_RETRY_ATTEMPT_TIMEOUT");
    }
  }

  private void ofTargets(List<StoredTarget> active) {
    if (active.isEmpty()) {
      plan.warn(
          "no active target is registered under "
              + source.source().id()
              + ": the function fails, and Lambda tries again, until there is one");
      return;
    }
    List<String> holding = active.stream().filter(HookAdvice::holds).map(StoredTarget::id).toList();
    if (holding.isEmpty()) {
      return;
    }
    String ids = holding.stream().sorted().collect(Collectors.joining(", "));
    plan.note(
        "onFailure is HOLD for "
            + ids
            + ": while one of these cannot take a record, the record's "
            + (source.isKafka() ? "partition" : "shard")
            + " waits with it, for all targets; "
            + howLong());
    List<String> finite = new ArrayList<>();
    finite(finite, "MaximumRetryAttempts", "--max-retries");
    finite(finite, "MaximumRecordAgeInSeconds", "--max-record-age");
    if (!finite.isEmpty()) {
      String kept = destination();
      plan.warn(
          String.join(" and ", finite)
              + (finite.size() == 1 ? " ends" : " end")
              + " what HOLD promises ("
              + ids
              + "): Lambda gives such records up"
              + (kept.isEmpty()
                  ? ", and they are LOST; give -1 for unlimited, or --on-failure"
                  : kept.contains(":s3:")
                      ? " and writes them to " + kept
                      : " and tells "
                          + kept
                          + " where they are in the stream, which has to be read before it forgets"
                          + " them"));
    }
  }

  static boolean holds(StoredTarget row) {
    String onFailure = row.text("onFailure");
    return (onFailure.isEmpty() || onFailure.equals("HOLD"))
        && !Boolean.TRUE.equals(row.columns().get("deadLetterOnly"));
  }

  /** Retention by the services' pages, as known 2026-11. */
  private String howLong() {
    if (source.source().type() == Source.Type.KINESIS) {
      return "a record is lost when the stream forgets it, after 24 hours unless its retention is"
          + " longer";
    }
    return source.source().type() == Source.Type.DYNAMODB
        ? "a record is lost when the table's stream forgets it, always after 24 hours"
        : "a record is lost when the topic's retention is over";
  }

  private void finite(List<String> finite, String member, String option) {
    if (value(member) instanceof Integer number && number >= 0) {
      finite.add(option + " " + number);
    }
  }

  private String destination() {
    return value("DestinationConfig") instanceof DestinationConfig config
            && config.onFailure() != null
            && config.onFailure().destination() != null
        ? config.onFailure().destination()
        : "";
  }

  private @Nullable Object value(String member) {
    Object changed = changes.get(member);
    return changed != null || there == null ? changed : MappingValues.of(there, member);
  }
}
