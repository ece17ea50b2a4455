package org.streamfanout.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.ShardOptions;
import picocli.CommandLine.Option;

/** Options of every command that works until it is stopped. */
final class WorkerOptions {
  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern TABLE = Pattern.compile("[A-Za-z0-9_.-]{3,255}");

  @Option(
      names = "--stop-limit",
      paramLabel = "20s",
      converter = DurationConverter.class,
      description =
          "How long records in hand may still be delivered when asked to stop; 20s if not given.")
  private Duration stopLimit = Duration.ofSeconds(20);

  @Option(
      names = "--max-held-records",
      paramLabel = "N",
      description =
          "How many records of a shard may be read past the checkpoint while a target holds some of"
              + " them, so that the others go on; 20000 if not given, 0 lets all wait.")
  private @Nullable Integer maxHeldRecords;

  @Option(
      names = "--max-held-bytes",
      paramLabel = "N",
      description = "How many bytes these may have; 33554432 (32 MiB) if not given.")
  private @Nullable Long maxHeldBytes;

  @Option(
      names = "--progress-table",
      paramLabel = "NAME",
      description =
          "DynamoDB table that remembers what targets have settled while something is held, so that"
              + " a worker that dies repeats less.")
  private @Nullable String progressTable;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description =
          "Answers /health/live, /health/ready and /metrics there, and / with the status page; 0"
              + " takes a free port. Off if not given.")
  private @Nullable Integer healthPort;

  @Option(
      names = "--health-host",
      paramLabel = "HOST",
      description = "The address to answer on; 127.0.0.1 if not given, 0.0.0.0 for all.")
  private @Nullable String healthHost;

  @Option(
      names = "--status-interval",
      paramLabel = "60s",
      converter = DurationConverter.class,
      description =
          "Writes a line about the work to standard error so often. If not given, there is one"
              + " line that changes on a terminal, and none elsewhere.")
  private @Nullable Duration statusInterval;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Writes the result as JSON at the end.")
  private @Nullable Path report;

  /** Returns everything that is wrong with the options. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (healthPort != null && (healthPort < 0 || healthPort > HIGHEST_PORT)) {
      problems.add("--health-port " + healthPort + " is no port");
    }
    if (healthHost != null && healthPort == null) {
      problems.add("--health-host has no effect without --health-port");
    }
    if (maxHeldRecords != null && maxHeldRecords < 0) {
      problems.add("--max-held-records " + maxHeldRecords + " is below 0");
    }
    if (maxHeldBytes != null && maxHeldBytes < 0) {
      problems.add("--max-held-bytes " + maxHeldBytes + " is below 0");
    }
    if (progressTable != null && !TABLE.matcher(progressTable).matches()) {
      problems.add(
          "--progress-table '"
              + progressTable
              + "' is no table's name: 3 to 255 letters, digits, '_', '-' and '.'");
    }
    Report.addProblem(report, problems);
    return problems;
  }

  /** Returns options of shards with the bounds of running ahead that were given. */
  ShardOptions ahead(ShardOptions options) {
    return options.withMaxHeld(
        maxHeldRecords == null ? options.maxHeldRecords() : maxHeldRecords,
        maxHeldBytes == null ? options.maxHeldBytes() : maxHeldBytes);
  }

  @Nullable String progressTable() {
    return progressTable;
  }

  Duration stopLimit() {
    return stopLimit;
  }

  @Nullable Integer healthPort() {
    return healthPort;
  }

  String healthHost() {
    return healthHost == null ? "127.0.0.1" : healthHost;
  }

  @Nullable Duration statusInterval() {
    return statusInterval;
  }

  @Nullable Path report() {
    return report;
  }
}
