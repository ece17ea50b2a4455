package org.streamfanout.provider.opensearch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.OwnHost;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * An index that a destination names. Immutable.
 *
 * @param base {@code http(s)://<host>[:<port>]}
 * @param name the index's or alias's name
 * @param service what AWS calls the service: {@code es}, or {@code aoss} for a serverless
 *     collection
 * @param aws the parts of AWS's own host; null for a host of the operator's
 */
record OpenSearchIndex(URI base, String name, String service, @Nullable OwnHost aws) {
  static final String SYNTAX =
      "<domain endpoint>#<index>, such as search-<name>-<id>.<region>.es.amazonaws.com#orders, or"
          + " http(s)://<host>[:<port>]#<index>";

  private static final Pattern TEXT =
      Pattern.compile("(?:(https?)://)?([^/#?@\\s]+)#([^/]+)(?:/[A-Za-z0-9_-]{1,255})?");

  /** Domains of the managed service, public or within a VPC. */
  private static final Pattern DOMAIN = Pattern.compile("(?:search|vpc)-[a-z0-9][a-z0-9-]{0,61}");

  /** The domain's name, and what AWS has added to it. */
  private static final Pattern DOMAIN_NAME =
      Pattern.compile("(?:search|vpc)-([a-z0-9-]+?)(?:-[a-z0-9]{20,})?");

  private static final Pattern COLLECTION = Pattern.compile("[a-z0-9]{8,40}");

  /**
   * As <a href="https://docs.opensearch.org/latest/api-reference/index-apis/create-index/">the
   * rules for index names</a> say (as known 2026-11), which hold for aliases, too.
   */
  private static final Pattern NAME =
      Pattern.compile("(?![-_+])[^\\p{C}\\p{Z}\\\\/*?\"<>|,#:]{1,255}");

  private static final int LONGEST_NAME = 255;

  /**
   * Reads a destination: an endpoint of AWS's own of any partition, or a host that the operator
   * allows, and an index. The doctype of older clusters is read and dropped: OpenSearch has none.
   *
   * @return the index, or nothing if the text is not one
   */
  static Optional<OpenSearchIndex> parse(String text, ProviderContext context) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches() || !isName(matcher.group(3))) {
      return Optional.empty();
    }
    String scheme = matcher.group(1);
    String host = matcher.group(2);
    String index = matcher.group(3);
    Optional<OpenSearchIndex> ofAws = "http".equals(scheme) ? Optional.empty() : aws(host, index);
    if (ofAws.isPresent()) {
      return ofAws;
    }
    boolean isPlain = "http".equals(scheme);
    return HostPort.parse(host, isPlain ? 80 : 443)
        .filter(context::allows)
        .map(
            allowed ->
                new OpenSearchIndex(
                    URI.create((isPlain ? "http://" : "https://") + allowed), index, "es", null));
  }

  /** Reads a destination on a host of AWS's own, which says what its permissions are on. */
  static Optional<OpenSearchIndex> aws(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches() && isName(matcher.group(3)) && !"http".equals(matcher.group(1))
        ? aws(matcher.group(2), matcher.group(3))
        : Optional.empty();
  }

  private static Optional<OpenSearchIndex> aws(String host, String index) {
    return AwsDestinations.ownHost(host, "es", DOMAIN)
        .map(aws -> new OpenSearchIndex(URI.create("https://" + host), index, "es", aws))
        .or(
            () ->
                AwsDestinations.ownHost(host, "aoss", COLLECTION)
                    .map(
                        aws ->
                            new OpenSearchIndex(
                                URI.create("https://" + host), index, "aoss", aws)));
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches()
        && name.equals(name.toLowerCase(Locale.ROOT))
        && !name.equals(".")
        && !name.equals("..")
        && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME;
  }

  /** Returns the region that the host names; null for a host of the operator's. */
  @Nullable String region() {
    return aws == null ? null : aws.region();
  }

  /** Returns the domain's name; null for anything else than a domain of the managed service. */
  @Nullable String domain() {
    if (aws == null || !service.equals("es")) {
      return null;
    }
    Matcher matcher = DOMAIN_NAME.matcher(aws.name());
    return matcher.matches() ? matcher.group(1) : aws.name();
  }
}
