package org.streamfanout.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.FanoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout run}: delivers captured Lambda events. */
@Command(
    name = "run",
    description = "Delivers the records of Lambda events to the targets of their sources.",
    mixinStandardHelpOptions = true,
    footer = "%nExit codes: 0 all settled, 1 something held, 2 bad usage or configuration.")
final class RunCommand implements Callable<Integer> {
  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter errors;

  @Option(
      names = "--event",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Lambda event JSON, one or several, in order; - is standard input.")
  private List<String> events = List.of();

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(
      names = "--timeout",
      paramLabel = "60s",
      converter = DurationConverter.class,
      description = "Each event's deadline; 60s if not given.")
  private Duration timeout = Duration.ofSeconds(60);

  @Option(names = "--report", paramLabel = "FILE", description = "Writes the result as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--partial",
      description = "Prints the batchItemFailures that a Lambda would return, a line per event.")
  private boolean partial;

  RunCommand(InputStream in, PrintWriter out, PrintWriter errors) {
    this.in = in;
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<EventInput> inputs = events.stream().map(EventInput::new).toList();
    List<String> problems = usageProblems(inputs);
    Totals totals = new Totals();
    try (Wiring wiring = engineOptions.wire(totals)) {
      Preflight preflight = new Preflight(wiring.engine(), wiring.registry());
      JsonTargetRegistry file = wiring.file();
      if (file != null) {
        preflight.checkFile(file);
      }
      preflight.checkEvents(inputs);
      preflight.takeWarnings().forEach(this::warn);
      problems.addAll(preflight.problems());
      if (!problems.isEmpty()) {
        throw UnusableException.beforeSending(problems);
      }
      if (file != null) {
        LocalDirectories.make(file);
      }
      return run(inputs, wiring.engine(), preflight, totals);
    } catch (FanoutException e) {
      problems.add(String.valueOf(e.getMessage()));
      throw UnusableException.beforeSending(problems);
    }
  }

  private List<String> usageProblems(List<EventInput> inputs) {
    List<String> problems = new ArrayList<>();
    if (inputs.stream().filter(EventInput::isStandardInput).count() > 1) {
      problems.add("--event - is given more than once; standard input can be read once");
    }
    problems.addAll(engineOptions.problems());
    Report.addProblem(report, problems);
    return problems;
  }

  private int run(List<EventInput> inputs, FanoutEngine engine, Preflight preflight, Totals totals)
      throws InterruptedException {
    Progress progress = Progress.onTerminal(errors);
    UnusableException stopped = null;
    List<String> answers = new ArrayList<>();
    try (EventRun run = new EventRun(engine, totals, timeout)) {
      for (EventInput input : inputs) {
        input.forEach(
            in,
            event -> {
              preflight.checkEvent(event);
              for (String warning : preflight.takeWarnings()) {
                progress.clear();
                warn(warning);
              }
              if (!preflight.problems().isEmpty()) {
                throw UnusableException.underWay(preflight.problems());
              }
              progress.started(event);
              answers.add(run.process(event.batches()));
            });
      }
    } catch (UnusableException e) {
      stopped = e;
    }
    progress.clear();
    ResultTable.print(totals.targets(), out);
    if (partial) {
      answers.forEach(out::println);
    }
    out.flush();
    Report.write(report, () -> Report.ofRun(totals));
    if (stopped != null) {
      throw stopped;
    }
    return totals.isSettled() ? Main.SETTLED : Main.HELD;
  }

  private void warn(String warning) {
    errors.println("fanout: warning: " + warning);
  }
}
