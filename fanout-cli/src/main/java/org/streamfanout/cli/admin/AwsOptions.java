package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import picocli.CommandLine.Option;

/** Where calls of AWS go, and as whom. */
final class AwsOptions {
  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "The region; by default that of an ARN given, or the profile's.")
  private @Nullable String region;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "A profile of AWS's shared configuration.")
  private @Nullable String profile;

  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description = "Sends every call there, and allows destinations on its host and port.")
  private @Nullable String endpointUrl;

  @Option(
      names = "--no-verify-ssl",
      description = "Takes any certificate of a server; for tests, never for AWS.")
  private boolean anyCertificate;

  @Option(
      names = "--debug",
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      description = "Prints a line for each call of AWS, without its content.")
  private boolean debug;

  @Nullable String endpointUrl() {
    return endpointUrl;
  }

  /** Returns clients; the region of ARNs given, in this order, counts if no option names one. */
  AdminClients open(List<String> regionsOfArns, PrintWriter errors) {
    return AdminClients.builder()
        .region(region != null ? region : regionsOfArns.stream().findFirst().orElse(null))
        .profile(profile)
        .endpoint(endpoint())
        .verifyCertificates(!anyCertificate)
        .trace(debug ? line -> errors.println("fanout: " + line) : null)
        .build();
  }

  private @Nullable URI endpoint() {
    if (endpointUrl == null) {
      return null;
    }
    try {
      URI url = URI.create(endpointUrl);
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // said below, with the text
    }
    throw new AdminException(
        "--endpoint-url '" + endpointUrl + "' is no URL such as http://127.0.0.1:4566");
  }
}
