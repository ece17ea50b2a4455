package org.streamfanout.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.cli.status.StatusDocument;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.Targets;

/**
 * Runs a worker as a command: checks everything first, answers for its health, says how it does,
 * and stops it when asked to. Not thread-safe.
 */
final class WorkerHost {
  static final String FOOTER =
      "%nThe first SIGTERM or SIGINT stops gracefully, the next one at once."
          + "%nExit codes: 0 stopped as asked, 1 ended otherwise, 2 bad usage or configuration.";

  /** Stopped as asked. */
  static final int STOPPED = 0;

  /** Ended by itself, or later than asked. */
  static final int BROKEN = 1;

  private final EngineOptions engineOptions;
  private final WorkerOptions options;
  private final PrintWriter out;
  private final PrintWriter errors;
  private final WorkerMetrics metrics = new WorkerMetrics(Clock.systemUTC());
  private final History history = new History();
  private final Instant since = Clock.systemUTC().instant();
  private final TargetsHealth targets = new TargetsHealth();
  private volatile @Nullable WorkerRun running;

  WorkerHost(
      EngineOptions engineOptions, WorkerOptions options, PrintWriter out, PrintWriter errors) {
    this.engineOptions = engineOptions;
    this.options = options;
    this.out = out;
    this.errors = errors;
  }

  /**
   * Runs to the end.
   *
   * @param usageProblems what is wrong with the command's own options
   * @param planner connects to the stream; called only if the options are right
   * @return the exit code
   * @throws UnusableException if it cannot be started
   */
  int run(List<String> usageProblems, Function<FanoutEngine, WorkerPlan> planner)
      throws InterruptedException {
    List<String> problems = new ArrayList<>(usageProblems);
    problems.addAll(engineOptions.problems());
    problems.addAll(options.problems());
    try (Wiring wiring = engineOptions.wireLive(metrics, targets, options.progressTable())) {
      Preflight preflight = new Preflight(wiring.engine(), wiring.registry());
      JsonTargetRegistry file = wiring.file();
      if (file != null) {
        preflight.checkFile(file);
      }
      try (WorkerPlan plan = problems.isEmpty() ? plan(planner, wiring.engine(), problems) : null) {
        if (plan != null) {
          plan.sources().forEach(preflight::checkSource);
        }
        preflight.takeWarnings().forEach(this::warn);
        problems.addAll(preflight.problems());
        try (HealthServer health = problems.isEmpty() ? startHealth(wiring, problems) : null) {
          if (!problems.isEmpty() || plan == null) {
            throw UnusableException.beforeSending(problems);
          }
          if (file != null) {
            LocalDirectories.make(file);
          }
          if (health != null) {
            errors.println("fanout: health and metrics at " + health.url());
          }
          return run(plan.worker());
        }
      }
    } catch (FanoutException e) {
      problems.add(String.valueOf(e.getMessage()));
      throw UnusableException.beforeSending(problems);
    }
  }

  private static @Nullable WorkerPlan plan(
      Function<FanoutEngine, WorkerPlan> planner, FanoutEngine engine, List<String> problems) {
    try {
      return planner.apply(engine);
    } catch (UnusableException e) {
      problems.addAll(e.problems());
    } catch (FanoutException | IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    return null;
  }

  private @Nullable HealthServer startHealth(Wiring wiring, List<String> problems) {
    Integer port = options.healthPort();
    if (port == null) {
      return null;
    }
    try {
      return HealthServer.start(options.healthHost(), port, new WorkerHealth(wiring));
    } catch (IOException e) {
      problems.add(
          "--health-port "
              + port
              + " of --health-host '"
              + options.healthHost()
              + "' cannot be listened on: "
              + e.getMessage());
      return null;
    }
  }

  private int run(Worker worker) throws InterruptedException {
    WorkerRun run = new WorkerRun(worker);
    StopSignals signals = StopSignals.listen(run::askToStop);
    try {
      run.start();
      running = run;
      return run(run);
    } finally {
      signals.close();
    }
  }

  private int run(WorkerRun run) throws InterruptedException {
    StatusLine status = StatusLine.of(errors, Terminal.hasErrors(), options.statusInterval());
    Periods periods = new Periods(System::nanoTime);
    periods.every(status.interval(), () -> status.show(metrics.numbers(), run.status().shards()));
    if (options.healthPort() != null) {
      history.add(metrics.numbers());
      periods.every(History.EVERY, () -> history.add(metrics.numbers()));
    }
    while (!run.await(periods.untilNext())) {
      periods.run();
    }
    status.clear();
    Duration limit = options.stopLimit();
    if (!run.hasEnded()) {
      errors.println("fanout: stopping, within " + limit.toMillis() / 1e3 + " s");
    }
    WorkerRun.End end = run.end(limit);
    WorkerNumbers numbers = metrics.numbers();
    ResultTable.print(numbers.results(), out);
    out.flush();
    sayEnd(run, end, numbers);
    Report.write(options.report(), () -> Report.ofWorker(numbers));
    return end == WorkerRun.End.STOPPED ? STOPPED : BROKEN;
  }

  private void sayEnd(WorkerRun run, WorkerRun.End end, WorkerNumbers numbers) {
    switch (end) {
      case STOPPED -> errors.println("fanout: stopped");
      case LATE ->
          errors.println(
              "fanout: not all was handed over within the limit; another worker goes on where this"
                  + " one has said it was, so some records may come twice");
      case DIED -> {
        Throwable reason = run.reason();
        errors.println(
            "fanout: the worker has ended by itself" + (reason == null ? "" : ": " + reason));
      }
    }
    for (WorkerNumbers.Target each : numbers.holding()) {
      errors.printf(
          Locale.ROOT,
          "fanout: %,d records of %s are held for target '%s'; not committed, so the next worker"
              + " delivers them%n",
          each.counts().held(),
          each.source().id(),
          each.id());
    }
    errors.flush();
  }

  private void warn(String warning) {
    errors.println("fanout: warning: " + warning);
  }

  /** What is known of the worker while it runs. */
  private final class WorkerHealth implements HealthServer.Health {
    private final Wiring wiring;

    WorkerHealth(Wiring wiring) {
      this.wiring = wiring;
    }

    @Override
    public List<String> whyNotLive() {
      WorkerRun run = running;
      return run != null && run.hasEnded() && !run.isStopping()
          ? List.of("the worker has ended by itself")
          : List.of();
    }

    @Override
    public List<String> whyNotReady() {
      WorkerRun run = running;
      if (run == null) {
        return List.of("the worker has not started yet");
      }
      List<String> reasons = new ArrayList<>(targets.problems());
      if (run.isStopping()) {
        reasons.add("the worker is stopping");
      } else if (run.hasEnded()) {
        reasons.add("the worker has ended by itself");
      } else {
        reasons.addAll(run.status().problems());
      }
      return reasons;
    }

    @Override
    public String metrics() {
      WorkerRun run = running;
      return PrometheusText.of(
          metrics.numbers(), run == null ? null : run.status(), whyNotReady().isEmpty());
    }

    @Override
    public byte[] status() {
      WorkerRun run = running;
      targets.lookAgain(wiring.registry());
      WorkerNumbers numbers = metrics.numbers();
      Map<Source, WorkerStatus.Rows> rows = new HashMap<>();
      targets.known().forEach((source, known) -> rows.put(source, rows(known)));
      WorkerStatus.Process process =
          new WorkerStatus.Process(
              since, state(run), whyNotReady(), run == null ? null : run.status());
      ObjectNode worker = WorkerStatus.of(process, numbers, history.view(), rows);
      return StatusDocument.bytes(StatusDocument.of(numbers.at(), List.of(worker), null));
    }

    private WorkerStatus.State state(@Nullable WorkerRun run) {
      if (run == null) {
        return WorkerStatus.State.STARTING;
      }
      if (run.isStopping()) {
        return WorkerStatus.State.STOPPING;
      }
      if (run.hasEnded()) {
        return WorkerStatus.State.ENDED;
      }
      return whyNotReady().isEmpty() ? WorkerStatus.State.READY : WorkerStatus.State.NOT_READY;
    }

    private WorkerStatus.Rows rows(TargetsHealth.Known known) {
      Map<String, List<String>> invalid = new HashMap<>();
      Targets rows = known.targets();
      if (rows != null) {
        wiring.engine().validate(rows).forEach(each -> invalid.put(each.id(), each.problems()));
      }
      return new WorkerStatus.Rows(rows, invalid, known.problem());
    }
  }
}
