package org.streamfanout.cli;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.TargetCounts;

/** Writes what became of everything as JSON. */
final class Report {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Report() {}

  /** Adds what is wrong with the file of an option; null is none. */
  static void addProblem(@Nullable Path report, List<String> problems) {
    if (report != null) {
      Path parent = report.toAbsolutePath().getParent();
      if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(report)) {
        problems.add("--report '" + report + "' is no file in a directory that exists");
      }
    }
  }

  /**
   * Writes a report if one is wanted.
   *
   * @throws UnusableException if it cannot be written
   */
  static void write(@Nullable Path file, Supplier<ObjectNode> report) {
    if (file == null) {
      return;
    }
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
    try {
      Files.write(file, MAPPER.writer(printer).writeValueAsBytes(report.get()));
    } catch (IOException e) {
      throw UnusableException.underWay(
          List.of("--report '" + file + "' cannot be written, after everything was sent: " + e));
    }
  }

  static ObjectNode ofRun(Totals totals) {
    ObjectNode root = MAPPER.createObjectNode();
    putTargets(root, totals.targets());
    ArrayNode batches = root.putArray("batches");
    for (Totals.BatchTotal each : totals.batches()) {
      ObjectNode batch = batches.addObject();
      batch.put("source", each.source().id());
      batch.put("shard", each.shard());
      putCheckpoint(batch.putObject("checkpoint"), each.checkpoint());
    }
    return root;
  }

  static ObjectNode ofReplay(ReplayCounts counts, long passedOver, Totals totals) {
    ObjectNode root = MAPPER.createObjectNode();
    putTargets(root, totals.targets());
    ObjectNode letters = root.putObject("letters");
    letters.put("read", counts.read);
    letters.put("wanted", counts.wanted());
    letters.put("accepted", counts.accepted);
    letters.put("filtered", counts.filtered);
    letters.put("left", counts.left());
    letters.put("otherTargets", counts.otherTargets);
    letters.put("notMatching", counts.notMatching);
    letters.put("replayedBefore", passedOver);
    letters.put("unseen", counts.unseen);
    ObjectNode failures = letters.putObject("wantedByFailure");
    counts.byFailure().forEach(failures::put);
    return root;
  }

  static ObjectNode ofWorker(WorkerNumbers numbers) {
    ObjectNode root = MAPPER.createObjectNode();
    putTargets(root, numbers.results());
    ArrayNode shards = root.putArray("shards");
    for (WorkerNumbers.Shard each : numbers.shards()) {
      ObjectNode shard = shards.addObject();
      shard.put("source", each.source().id());
      shard.put("shard", each.name());
      shard.put("settled", each.settled());
    }
    return root;
  }

  private static void putTargets(ObjectNode root, List<Totals.Target> all) {
    ArrayNode targets = root.putArray("targets");
    for (Totals.Target each : all) {
      ObjectNode target = targets.addObject();
      target.put("source", each.source().id());
      target.put("id", each.id());
      target.put("type", each.type());
      putCounts(target, each.counts());
      putFailure(target, each.firstFailure());
    }
  }

  private static void putCounts(ObjectNode target, TargetCounts counts) {
    target.put("records", counts.records());
    target.put("accepted", counts.accepted());
    target.put("filtered", counts.filtered());
    target.put("deadLettered", counts.deadLettered());
    target.put("dropped", counts.dropped());
    target.put("alreadySettled", counts.alreadySettled());
    target.put("released", counts.released());
    target.put("held", counts.held());
    target.put("calls", counts.calls());
    target.put("retries", counts.retries());
  }

  private static void putFailure(ObjectNode target, @Nullable Failure failure) {
    if (failure == null) {
      target.putNull("firstFailure");
    } else {
      target
          .putObject("firstFailure")
          .put("kind", failure.kind().name())
          .put("code", failure.code())
          .put("detail", failure.detail());
    }
  }

  private static void putCheckpoint(ObjectNode node, Checkpoint checkpoint) {
    node.put("settled", checkpoint.settled());
    node.put("total", checkpoint.total());
    putPosition(node, "lastSettled", checkpoint.lastSettled());
    putPosition(node, "firstUnsettled", checkpoint.firstUnsettled());
  }

  private static void putPosition(ObjectNode node, String name, @Nullable Position position) {
    if (position == null) {
      node.putNull(name);
    } else {
      node.putObject(name)
          .put("sequenceNumber", position.sequenceNumber())
          .put("subSequenceNumber", position.subSequenceNumber());
    }
  }
}
