package org.streamfanout.provider.iot;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.ServiceHost;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * An account's data endpoint. Immutable.
 *
 * @param url where requests go
 * @param host its place in AWS; null for a host of the operator's
 */
record IotEndpoint(URI url, @Nullable ServiceHost host) {
  private static final Pattern AWS =
      Pattern.compile("([a-z0-9]{1,32})([.-]ats)?\\.(iot(?:-fips)?\\..+)");
  private static final int HTTPS = 443;

  /** Reads a host: AWS's own, or one that the operator allows. */
  static Optional<IotEndpoint> parse(String text, ProviderContext context) {
    return aws(text)
        .or(
            () ->
                HostPort.parse(text, HTTPS)
                    .filter(context::allows)
                    .map(allowed -> new IotEndpoint(URI.create("https://" + allowed), null)));
  }

  /**
   * Reads a host of AWS's own. The old form, {@code <id>.iot...}, is read as today's, {@code
   * <id>-ats.iot...} ({@code <id>.ats.iot...} in China): it is the same account's endpoint, with a
   * certificate that today's Java trusts.
   */
  static Optional<IotEndpoint> aws(String text) {
    Matcher matcher = AWS.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean isOld = matcher.group(2) == null && matcher.group(3).startsWith("iot.");
    return AwsDestinations.serviceHost("iot", matcher.group(3))
        .map(
            host ->
                new IotEndpoint(
                    URI.create(
                        "https://"
                            + (isOld
                                ? matcher.group(1) + ats(host) + "." + matcher.group(3)
                                : text)),
                    host));
  }

  private static String ats(ServiceHost host) {
    return host.partition().equals("aws-cn") ? ".ats" : "-ats";
  }

  /** Returns the region; null for a host of the operator's. */
  @Nullable String region() {
    return host == null ? null : host.region();
  }
}
