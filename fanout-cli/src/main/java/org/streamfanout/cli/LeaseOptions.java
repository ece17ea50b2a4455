package org.streamfanout.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands whose workers share a stream by leases in a DynamoDB table. */
final class LeaseOptions {
  /** What the names of a table and of a consumer of a stream have in common. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{3,128}");

  @Option(
      names = "--application",
      paramLabel = "NAME",
      description =
          "Names the table of leases and checkpoints; workers of one name share the shards."
              + " fanout- and the stream's name if not given.")
  private @Nullable String application;

  @Option(
      names = "--worker-id",
      paramLabel = "ID",
      description = "Names this worker in its leases; random if not given.")
  private @Nullable String workerId;

  @Option(
      names = "--stream-endpoint-url",
      paramLabel = "URL",
      description = "Where the stream is read; as --endpoint-url says if not given.")
  private @Nullable String streamEndpointUrl;

  @Option(
      names = "--lease-endpoint-url",
      paramLabel = "URL",
      description = "Where the table of leases is; as --endpoint-url says if not given.")
  private @Nullable String leaseEndpointUrl;

  /** Returns everything that is wrong with the options. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (application != null && !NAME.matcher(application).matches()) {
      problems.add(
          "--application '"
              + application
              + "' is no name of 3 to 128 letters, digits, and any of _ . -");
    }
    EngineOptions.addUrlProblem("--stream-endpoint-url", streamEndpointUrl, problems);
    EngineOptions.addUrlProblem("--lease-endpoint-url", leaseEndpointUrl, problems);
    return problems;
  }

  @Nullable String application() {
    return application;
  }

  /** Returns the application's name for a worker of one stream. */
  String application(String streamName) {
    return application == null ? "fanout-" + streamName : application;
  }

  @Nullable String workerId() {
    return workerId;
  }

  /** Returns the clients that these options, and those of the engine, ask for. */
  LeaseClients clients(EngineOptions engineOptions) {
    String common = engineOptions.endpointUrl();
    return LeaseClients.open(
        engineOptions.region(),
        streamEndpointUrl == null ? common : streamEndpointUrl,
        leaseEndpointUrl == null ? common : leaseEndpointUrl);
  }
}
