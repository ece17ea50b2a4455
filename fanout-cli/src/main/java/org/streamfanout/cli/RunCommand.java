package org.streamfanout.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fanout run}: delivers captured Lambda events. */
@Command(
    name = "run",
    description = "Delivers the records of Lambda events to the targets of their sources.",
    mixinStandardHelpOptions = true,
    footer = "%nExit codes: 0 all settled, 1 something held, 2 bad usage or configuration.")
final class RunCommand implements Callable<Integer> {
  /** Any partition's, such as us-gov-west-1, and two digits at the end. */
  private static final Pattern REGION = Pattern.compile("[a-z]{2,}(-[a-z]+)+-\\d{1,2}");

  /** A host without a port is well-formed, too. */
  private static final int ANY_PORT = 1;

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

  @ArgGroup(multiplicity = "1")
  private TargetsOption targets = new TargetsOption();

  /** Where the targets come from. */
  static final class TargetsOption {
    @Option(
        names = "--targets",
        paramLabel = "FILE",
        description = "JSON array of rows with the targets table's columns.")
    private @Nullable Path file;

    @Option(names = "--table", paramLabel = "NAME", description = "DynamoDB targets table.")
    private @Nullable String table;
  }

  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description = "Sends every AWS client there, and allows destinations on its host and port.")
  private @Nullable String endpointUrl;

  @Option(
      names = "--region",
      paramLabel = "R",
      description = "Region of clients whose target names none.")
  private @Nullable String region;

  @Option(
      names = "--allowed-hosts",
      paramLabel = "HOST[:PORT],...",
      description = "Hosts that targets may reach beyond AWS's own.")
  private @Nullable String allowedHosts;

  @Option(
      names = "--timeout",
      paramLabel = "60s",
      converter = DurationConverter.class,
      description = "Each event's deadline; 60s if not given.")
  private Duration timeout = Duration.ofSeconds(60);

  @Option(
      names = "--allow-local",
      description = "Lets rows of a table write to files and to the console.")
  private boolean allowLocal;

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
    try (Wiring wiring = wire(totals)) {
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

  private Wiring wire(Totals totals) {
    Wiring.Builder builder = new Wiring.Builder(totals);
    if (endpointUrl != null) {
      builder.setting(ProviderContext.ENDPOINT_URL, endpointUrl);
    }
    if (region != null) {
      builder.setting(ProviderContext.REGION, region);
    }
    if (allowedHosts != null) {
      builder.setting(ProviderContext.ALLOWED_HOSTS, allowedHosts);
    }
    if (targets.file != null || allowLocal) {
      builder.setting(ProviderContext.ALLOW_LOCAL, "true");
    }
    return targets.file != null
        ? builder.withFile(targets.file)
        : builder.withTable(Objects.requireNonNull(targets.table));
  }

  private List<String> usageProblems(List<EventInput> inputs) {
    List<String> problems = new ArrayList<>();
    if (inputs.stream().filter(EventInput::isStandardInput).count() > 1) {
      problems.add("--event - is given more than once; standard input can be read once");
    }
    if (endpointUrl != null && !isHttpUrl(endpointUrl)) {
      problems.add("--endpoint-url '" + endpointUrl + "' is no URL such as http://127.0.0.1:4566");
    }
    if (allowedHosts != null) {
      for (String host : allowedHosts.split(",")) {
        if (HostPort.parse(host.strip(), ANY_PORT).isEmpty()) {
          problems.add("--allowed-hosts '" + host + "' is no host such as redis.internal:6379");
        }
      }
    }
    if (region != null && !REGION.matcher(region).matches()) {
      problems.add("--region '" + region + "' is no region such as eu-west-1");
    }
    if (report != null) {
      Path parent = report.toAbsolutePath().getParent();
      if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(report)) {
        problems.add("--report '" + report + "' is no file in a directory that exists");
      }
    }
    return problems;
  }

  private static boolean isHttpUrl(String text) {
    try {
      URI url = URI.create(text);
      return ("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()))
          && url.getHost() != null
          && url.getUserInfo() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
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
              preflight.takeWarnings().forEach(this::warn);
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
    progress.finished();
    ResultTable.print(totals, out);
    if (partial) {
      answers.forEach(out::println);
    }
    out.flush();
    writeReport(totals);
    if (stopped != null) {
      throw stopped;
    }
    return totals.isSettled() ? Main.SETTLED : Main.HELD;
  }

  private void writeReport(Totals totals) {
    if (report == null) {
      return;
    }
    try {
      Report.write(totals, report);
    } catch (IOException e) {
      throw UnusableException.underWay(
          List.of("--report '" + report + "' cannot be written, after everything was sent: " + e));
    }
  }

  private void warn(String warning) {
    errors.println("fanout: warning: " + warning);
  }
}
