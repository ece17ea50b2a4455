package org.streamfanout.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetRegistry;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options of every command that has an engine: its targets, and what they may reach. */
final class EngineOptions {
  /** Any partition's, such as us-gov-west-1, and two digits at the end. */
  private static final Pattern REGION = Pattern.compile("[a-z]{2,}(-[a-z]+)+-\\d{1,2}");

  /** A host without a port is well-formed, too. */
  private static final int ANY_PORT = 1;

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
      names = "--allow-local",
      description = "Lets rows of a table write to files and to the console.")
  private boolean allowLocal;

  @Option(
      names = "--trace-json",
      paramLabel = "MEMBER",
      description = "Member of a record's JSON that holds its trace context.")
  private @Nullable String traceJson;

  /** Returns everything that is wrong with the options. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    addUrlProblem("--endpoint-url", endpointUrl, problems);
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
    return problems;
  }

  static void addUrlProblem(String option, @Nullable String url, List<String> problems) {
    if (url != null && !isHttpUrl(url)) {
      problems.add(option + " '" + url + "' is no URL such as http://127.0.0.1:4566");
    }
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

  @Nullable String endpointUrl() {
    return endpointUrl;
  }

  @Nullable String region() {
    return region;
  }

  /** Returns an engine over the targets as they are now if they are a file, else as they change. */
  Wiring wire(FanoutListener listener) {
    Wiring.Builder builder = new Wiring.Builder(listener, settings());
    return targets.file != null ? builder.withFile(targets.file) : builder.withTable(table());
  }

  /**
   * Returns an engine for dead letters, over what is made of the targets, which are as for {@link
   * #wire}.
   */
  Wiring wireForLetters(FanoutListener listener, UnaryOperator<TargetRegistry> view) {
    Wiring.Builder builder = new Wiring.Builder(listener, settings()).watchedBy(view).ofLetters();
    return targets.file != null ? builder.withFile(targets.file) : builder.withTable(table());
  }

  /**
   * Returns an engine over the targets as they change.
   *
   * @param health hears of each time that they are looked up
   * @param progressTable remembers what targets have settled; null for nothing
   */
  Wiring wireLive(FanoutListener listener, TargetsHealth health, @Nullable String progressTable) {
    Wiring.Builder builder =
        new Wiring.Builder(listener, settings()).watchedBy(health::watch).progressIn(progressTable);
    return targets.file != null ? builder.withLiveFile(targets.file) : builder.withTable(table());
  }

  private String table() {
    return Objects.requireNonNull(targets.table);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (endpointUrl != null) {
      settings.put(ProviderContext.ENDPOINT_URL, endpointUrl);
    }
    if (region != null) {
      settings.put(ProviderContext.REGION, region);
    }
    if (allowedHosts != null) {
      settings.put(ProviderContext.ALLOWED_HOSTS, allowedHosts);
    }
    if (traceJson != null) {
      settings.put(ProviderContext.TRACE_JSON, traceJson);
    }
    if (targets.file != null || allowLocal) {
      settings.put(ProviderContext.ALLOW_LOCAL, "true");
    }
    return settings;
  }
}
