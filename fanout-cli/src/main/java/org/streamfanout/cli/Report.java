package org.streamfanout.cli;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.TargetCounts;

/** Writes a run's totals as JSON. */
final class Report {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Report() {}

  static void write(Totals totals, Path file) throws IOException {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
    Files.write(file, MAPPER.writer(printer).writeValueAsBytes(json(totals)));
  }

  static ObjectNode json(Totals totals) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode targets = root.putArray("targets");
    for (Totals.Target each : totals.targets()) {
      ObjectNode target = targets.addObject();
      target.put("source", each.source().id());
      target.put("id", each.id());
      target.put("type", each.type());
      putCounts(target, each.counts());
      putFailure(target, each.firstFailure());
    }
    ArrayNode batches = root.putArray("batches");
    for (Totals.BatchTotal each : totals.batches()) {
      ObjectNode batch = batches.addObject();
      batch.put("source", each.source().id());
      batch.put("shard", each.shard());
      putCheckpoint(batch.putObject("checkpoint"), each.checkpoint());
    }
    return root;
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
