package org.streamfanout.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.cli.status.Shown;
import org.streamfanout.cli.status.StatusDocument;
import org.streamfanout.cli.status.Trouble;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.Targets;

/**
 * Makes a worker's part of the status document, of numbers that others keep. Neither anything of a
 * record is in it nor a secret of a row. Not thread-safe.
 */
final class WorkerStatus {
  /** From which part of its source's retention on what is held is told as running out. */
  private static final double RETENTION_USED = 0.5;

  private final WorkerNumbers numbers;
  private final History.View history;
  private final Map<Source, Rows> rows;

  /**
   * The process.
   *
   * @param since when it started
   * @param state what it is at, as one word
   * @param problems why it is not ready; empty while it is
   * @param status what its worker is at; null before it runs
   */
  record Process(
      Instant since, State state, List<String> problems, Worker.@Nullable Status status) {
    /** Copies the list. */
    Process {
      problems = List.copyOf(problems);
    }
  }

  /** What a worker is at. */
  enum State {
    STARTING,
    READY,
    NOT_READY,
    STOPPING,
    ENDED
  }

  /**
   * What is known of a source's rows.
   *
   * @param targets as they were read last; null if that never went well
   * @param invalid the problems of its active rows, by id
   * @param problem why targets are not known; null if they are
   */
  record Rows(
      @Nullable Targets targets, Map<String, List<String>> invalid, @Nullable String problem) {
    /** Copies the map. */
    Rows {
      invalid = Map.copyOf(invalid);
    }
  }

  private WorkerStatus(WorkerNumbers numbers, History.View history, Map<Source, Rows> rows) {
    this.numbers = numbers;
    this.history = history;
    this.rows = rows;
  }

  /** Returns the part. */
  static ObjectNode of(
      Process process, WorkerNumbers numbers, History.View history, Map<Source, Rows> rows) {
    return new WorkerStatus(numbers, history, rows).worker(process);
  }

  private ObjectNode worker(Process process) {
    Set<Trouble> trouble = EnumSet.noneOf(Trouble.class);
    ObjectNode worker = StatusDocument.part();
    worker.putNull("url");
    worker.put("answered", true);
    worker.put("at", numbers.at().toString());
    worker.put("since", process.since.toString());
    worker.put("version", Main.class.getPackage().getImplementationVersion());
    worker.put("state", process.state.name());
    ArrayNode problems = worker.putArray("problems");
    process.problems.forEach(each -> problems.add(Shown.of(each)));
    if (process.state == State.NOT_READY || process.state == State.ENDED) {
      trouble.add(Trouble.NOT_READY);
    }
    putReading(worker, process.status, trouble);
    worker.put("settled", numbers.settled());
    worker.put("ledgerDifference", numbers.difference());
    if (numbers.difference() != 0) {
      trouble.add(Trouble.BOOKS_DIFFER);
    }
    StatusDocument.putTrouble(worker, trouble);
    ArrayNode all = worker.putArray("sources");
    sources().forEach(source -> all.add(source(source)));
    worker.set("history", history.ofAll());
    return worker;
  }

  private static void putReading(
      ObjectNode worker, Worker.@Nullable Status status, Set<Trouble> trouble) {
    Long losses = status == null ? null : status.losses();
    ShardStatus inHand = status == null ? ShardStatus.EMPTY : status.inHand();
    worker.put("shards", status == null ? 0 : status.shards());
    worker.put("losses", losses);
    if (losses != null && losses > 0) {
      trouble.add(Trouble.RECORDS_LOST);
    }
    worker
        .putObject("inHand")
        .put("records", inHand.records())
        .put("bytes", inHand.bytes())
        .put("since", text(inHand.since()));
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** Those whose rows were looked up, and those that something is counted of. */
  private List<Source> sources() {
    Set<Source> all = new HashSet<>(rows.keySet());
    numbers.targets().forEach(each -> all.add(each.source()));
    numbers.shards().forEach(each -> all.add(each.source()));
    return all.stream().sorted(Comparator.comparing(Source::id)).toList();
  }

  private ObjectNode source(Source source) {
    Set<Trouble> trouble = EnumSet.noneOf(Trouble.class);
    Rows known = rows.get(source);
    ObjectNode node = StatusDocument.part();
    node.put("id", source.id());
    node.put("type", source.type().name().toLowerCase(Locale.ROOT));
    String problem = known == null ? null : known.problem;
    node.put("problem", problem == null ? null : Shown.of(problem));
    if (problem != null) {
      trouble.add(Trouble.TARGETS_UNKNOWN);
    }
    Instant stale = numbers.staleSince().get(source);
    node.put("targetsStaleSince", text(stale));
    if (stale != null) {
      trouble.add(Trouble.TARGETS_STALE);
    }
    Duration retention = numbers.retention().get(source);
    node.put("retentionSeconds", retention == null ? null : retention.toSeconds());
    ArrayNode shards = node.putArray("shards");
    for (WorkerNumbers.Shard each : numbers.shards()) {
      if (each.source().equals(source)) {
        shards.addObject().put("name", each.name()).put("settled", each.settled());
      }
    }
    StatusDocument.putTrouble(node, trouble);
    ArrayNode targets = node.putArray("targets");
    targetsOf(source, known).values().forEach(targets::add);
    return node;
  }

  private Map<String, ObjectNode> targetsOf(Source source, @Nullable Rows known) {
    Map<String, ObjectNode> all = new TreeMap<>();
    Targets targets = known == null ? null : known.targets;
    Map<String, TargetConfig> valid =
        targets == null
            ? Map.of()
            : targets.valid().stream()
                .collect(Collectors.toMap(TargetConfig::id, Function.identity()));
    Map<String, List<String>> invalid = known == null ? Map.of() : known.invalid;
    for (WorkerNumbers.Target each : numbers.targets()) {
      if (each.source().equals(source)) {
        all.put(each.id(), target(source, each.id(), each, known, valid.get(each.id())));
      }
    }
    valid.forEach(
        (id, row) -> all.computeIfAbsent(id, key -> target(source, id, null, known, row)));
    invalid
        .keySet()
        .forEach(id -> all.computeIfAbsent(id, key -> target(source, id, null, known, null)));
    if (targets != null) {
      targets
          .inactive()
          .forEach(id -> all.computeIfAbsent(id, key -> target(source, id, null, known, null)));
    }
    return all;
  }

  private ObjectNode target(
      Source source,
      String id,
      WorkerNumbers.@Nullable Target counted,
      @Nullable Rows known,
      @Nullable TargetConfig row) {
    Set<Trouble> trouble = EnumSet.noneOf(Trouble.class);
    List<String> problems = known == null ? List.of() : known.invalid.getOrDefault(id, List.of());
    ObjectNode node = StatusDocument.part();
    node.put("id", id);
    String type = row != null ? row.type() : counted == null ? null : counted.type();
    node.put("type", type == null || type.isEmpty() ? null : type);
    node.put("destination", row == null ? null : Shown.of(row.destination()));
    node.put("row", place(id, known, row, problems));
    ArrayNode allProblems = node.putArray("problems");
    problems.forEach(each -> allProblems.add(Shown.of(each)));
    if (!problems.isEmpty()) {
      trouble.add(Trouble.INVALID);
    }
    node.put("deadLetterOnly", row != null && row.deadLetterOnly());
    node.put("deadLetter", row == null ? null : row.deadLetter());
    node.put("onFailure", row == null ? null : row.onFailure().name());
    node.put("maxInFlight", row == null ? null : row.maxInFlight());
    putNumbers(node, counted, trouble, numbers.retention().get(source));
    StatusDocument.putTrouble(node, trouble);
    node.set("history", history.of(source, id));
    return node;
  }

  /** Says what the registry has of a target. */
  private static String place(
      String id, @Nullable Rows known, @Nullable TargetConfig row, List<String> problems) {
    Targets targets = known == null ? null : known.targets;
    if (targets == null) {
      return "unknown";
    }
    if (!problems.isEmpty()) {
      return "invalid";
    }
    return row != null ? "active" : targets.inactive().contains(id) ? "inactive" : "removed";
  }

  private void putNumbers(
      ObjectNode node,
      WorkerNumbers.@Nullable Target counted,
      Set<Trouble> trouble,
      @Nullable Duration retention) {
    TargetCounts counts = counted == null ? TargetCounts.ZERO : counted.counts();
    node.putObject("records")
        .put("accepted", counts.accepted())
        .put("filtered", counts.filtered())
        .put("deadLettered", counts.deadLettered())
        .put("dropped", counts.dropped())
        .put("alreadySettled", counts.alreadySettled())
        .put("released", counts.released())
        .put("held", counts.held());
    Ledger.Held held = counted == null ? null : counted.held();
    node.put("heldSince", held == null ? null : held.since().toString());
    node.put("oldestHeld", held == null ? null : held.oldest().toString());
    if (held != null) {
      trouble.add(Trouble.HELD);
      if (retention != null
          && held.age(numbers.at()).toMillis() > RETENTION_USED * retention.toMillis()) {
        trouble.add(Trouble.RETENTION);
      }
    }
    WorkerNumbers.Breaker breaker =
        counted == null ? WorkerNumbers.Breaker.CLOSED : counted.breaker();
    node.put("breaker", breaker.state().name());
    node.put("breakerSince", text(breaker.since()));
    if (breaker.state() != CircuitState.CLOSED) {
      trouble.add(Trouble.BREAKER_OPEN);
    }
    ObjectNode calls = node.putObject("calls");
    if (counted != null) {
      new TreeMap<>(counted.attempts()).forEach(calls::put);
    }
    node.put("retriedMessages", counts.retries());
    node.put("callLimit", counted == null ? null : counted.callLimit());
    node.set("firstFailure", failure(counted == null ? null : counted.firstFailure(), null));
    WorkerNumbers.Failed last = counted == null ? null : counted.lastFailure();
    node.set("lastFailure", last == null ? null : failure(last.failure(), last.at()));
  }

  /** Without its detail, which may quote what a service said. */
  private static @Nullable ObjectNode failure(@Nullable Failure failure, @Nullable Instant at) {
    if (failure == null) {
      return null;
    }
    ObjectNode node = StatusDocument.part();
    node.put("kind", failure.kind().name());
    node.put("code", failure.code());
    if (at != null) {
      node.put("at", at.toString());
    }
    return node;
  }
}
