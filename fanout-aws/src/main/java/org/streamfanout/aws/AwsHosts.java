package org.streamfanout.aws;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * Which hosts a destination may name: AWS's own, and those that the operator allows. Texts are
 * matched whole and strictly, never repaired: what is not plainly a host is none.
 */
final class AwsHosts {
  private static final Pattern VPC_LABEL = Pattern.compile("vpce-[a-z0-9]+(?:-[a-z0-9]+){0,8}");

  private AwsHosts() {}

  /** The operator's settings. */
  @FunctionalInterface
  interface Settings {
    @Nullable String get(String name);
  }

  /** A host of AWS's own and the region that it serves. */
  record AwsHost(AwsPartition partition, String region) {}

  /**
   * Reads a host of a service: {@code <service>[-fips].<region>.<suffix>}, the dual-stack form of
   * it, the VPC endpoint's {@code vpce-<id>.<service>.<region>.vpce.<suffix>}.
   */
  static Optional<AwsHost> awsHost(String service, String host) {
    for (AwsPartition partition : AwsPartition.values()) {
      AwsHost found = awsHost(partition, service, host);
      if (found != null) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  private static @Nullable AwsHost awsHost(AwsPartition partition, String service, String host) {
    String rest = before(host, "." + partition.suffix());
    if (rest == null) {
      rest = before(host, "." + partition.dualStackSuffix());
    }
    if (rest == null) {
      return null;
    }
    String vpc = before(rest, ".vpce");
    String[] labels = (vpc != null ? vpc : rest).split("\\.", -1);
    if (vpc != null) {
      return labels.length == 3
              && VPC_LABEL.matcher(labels[0]).matches()
              && labels[1].equals(service)
              && partition.hasRegion(labels[2])
          ? new AwsHost(partition, labels[2])
          : null;
    }
    if (labels.length != 2 || !partition.hasRegion(labels[1])) {
      return null;
    }
    return labels[0].equals(service) || labels[0].equals(service + "-fips")
        ? new AwsHost(partition, labels[1])
        : null;
  }

  private static @Nullable String before(String text, String end) {
    return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : null;
  }

  /**
   * Returns whether the operator allows a host and port: by the list of {@link
   * ProviderContext#ALLOWED_HOSTS}, or as those of {@link ProviderContext#ENDPOINT_URL}.
   */
  static boolean isAllowed(String host, int port, Settings settings) {
    Optional<HostPort> asked = HostPort.parse(host, port);
    if (asked.isEmpty()) {
      return false;
    }
    URI endpoint = endpoint(settings);
    if (endpoint != null && HostPort.of(endpoint).equals(asked)) {
      return true;
    }
    String allowed = settings.get(ProviderContext.ALLOWED_HOSTS);
    return allowed != null && asked.get().isListedIn(allowed);
  }

  static int port(String scheme, int port) {
    if (port >= 0) {
      return port;
    }
    return scheme.equals("http") ? 80 : 443;
  }

  /** Returns the URL that the operator sends every client to; null if there is no usable one. */
  static @Nullable URI endpoint(Settings settings) {
    String setting = settings.get(ProviderContext.ENDPOINT_URL);
    if (setting == null || setting.isBlank()) {
      return null;
    }
    try {
      URI endpoint = new URI(setting.strip());
      String scheme = endpoint.getScheme();
      boolean isHttp = "http".equals(scheme) || "https".equals(scheme);
      boolean isPlain = endpoint.getRawUserInfo() == null && endpoint.getRawQuery() == null;
      return isHttp && isPlain && endpoint.getHost() != null ? endpoint : null;
    } catch (URISyntaxException notOne) {
      return null;
    }
  }

  /** Returns what is wrong with the operator's endpoint; null if it is usable or not set. */
  static @Nullable String endpointProblem(Settings settings) {
    String setting = settings.get(ProviderContext.ENDPOINT_URL);
    return setting == null || setting.isBlank() || endpoint(settings) != null
        ? null
        : "the setting "
            + ProviderContext.ENDPOINT_URL
            + " is not a URL that clients can use; write http(s)://<host>[:<port>]";
  }
}
