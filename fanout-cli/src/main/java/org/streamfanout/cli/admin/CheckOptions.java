package org.streamfanout.cli.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.spi.ProviderContext;
import picocli.CommandLine.Option;

/** What rows are checked against: what the host that uses them will allow. */
final class CheckOptions {
  @Option(
      names = "--allowed-hosts",
      paramLabel = "HOST[:PORT],...",
      description = "Hosts beyond AWS's own that the function, or the worker, is allowed.")
  private @Nullable String allowedHosts;

  @Option(
      names = "--allow-local",
      description = "Takes targets that write to files and to the console.")
  private boolean allowLocal;

  TargetCheck check(AwsOptions aws) {
    return TargetCheck.with(settings(aws));
  }

  Map<String, String> settings(AwsOptions aws) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (aws.endpointUrl() != null) {
      settings.put(ProviderContext.ENDPOINT_URL, aws.endpointUrl());
    }
    if (allowedHosts != null) {
      settings.put(ProviderContext.ALLOWED_HOSTS, allowedHosts);
    }
    if (allowLocal) {
      settings.put(ProviderContext.ALLOW_LOCAL, "true");
    }
    return settings;
  }
}
