package org.streamfanout.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that works until it is stopped. */
final class WorkerOptions {
  private static final int HIGHEST_PORT = 65_535;

  @Option(
      names = "--stop-limit",
      paramLabel = "20s",
      converter = DurationConverter.class,
      description =
          "How long records in hand may still be delivered when asked to stop; 20s if not given.")
  private Duration stopLimit = Duration.ofSeconds(20);

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description =
          "Answers /health/live, /health/ready and /metrics there; 0 takes a free port. Off if not"
              + " given.")
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
    Report.addProblem(report, problems);
    return problems;
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
