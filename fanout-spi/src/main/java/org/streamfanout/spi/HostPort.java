package org.streamfanout.spi;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port that a destination names. Read strictly and never repaired: what is not plainly
 * a host name of ASCII letters, digits, dots and hyphens, a dotted IPv4 address or an IPv6 address
 * in brackets, is none. No name is looked up. Whether a target may reach it is for {@link
 * ProviderContext#allows} to say.
 *
 * @param host in lower case; an IPv6 address with its brackets
 * @param port from 1 to 65,535
 */
public record HostPort(String host, int port) {
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\\[[0-9A-Fa-f:]{2,45}]");
  private static final Pattern TEXT = Pattern.compile("(" + HOST + ")(?::(\\d{1,5}))?");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:]{2,45}]");
  private static final int MAX_PORT = 65_535;

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if one of them is not what it should be
   */
  public HostPort {
    host = Objects.requireNonNull(host, "host").toLowerCase(Locale.ROOT);
    if (!isHost(host) || port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("'" + host + "', port " + port + ", is no host and port");
    }
  }

  private static boolean isHost(String host) {
    if (host.startsWith("[")) {
      return IPV6.matcher(host).matches();
    }
    String[] labels = host.split("\\.", -1);
    for (String label : labels) {
      if (!LABEL.matcher(label).matches()) {
        return false;
      }
    }
    // A last label that is a number makes resolvers read an address: in its plain form only.
    return host.length() <= 253
        && (!NUMBER.matcher(labels[labels.length - 1]).matches() || IPV4.matcher(host).matches());
  }

  /** Reads {@code host:port}; empty if it is anything else. */
  public static Optional<HostPort> parse(String text) {
    return parse(text, 0);
  }

  /**
   * Reads {@code host} or {@code host:port}; empty if it is anything else.
   *
   * @param defaultPort the port of a text without one; 0 if there must be one
   */
  public static Optional<HostPort> parse(String text, int defaultPort) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String port = matcher.group(2);
    return of(matcher.group(1), port == null ? defaultPort : Integer.parseInt(port));
  }

  /**
   * Reads where an {@code http} or {@code https} URL leads; empty if it is no such URL, names no
   * host, or carries a user.
   */
  public static Optional<HostPort> of(URI url) {
    boolean isHttp = "http".equals(url.getScheme());
    if ((!isHttp && !"https".equals(url.getScheme()))
        || url.getHost() == null
        || url.getRawUserInfo() != null) {
      return Optional.empty();
    }
    return of(url.getHost(), url.getPort() >= 0 ? url.getPort() : isHttp ? 80 : 443);
  }

  private static Optional<HostPort> of(String host, int port) {
    boolean isOne = isHost(host.toLowerCase(Locale.ROOT)) && port >= 1 && port <= MAX_PORT;
    return isOne ? Optional.of(new HostPort(host, port)) : Optional.empty();
  }

  /**
   * Returns whether a comma-separated list names this host and port, or this host without a port,
   * which stands for all of them. Entries that are neither match nothing.
   */
  public boolean isListedIn(String list) {
    for (String entry : list.split(",")) {
      if (parse(entry.strip(), port).filter(this::equals).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Returns {@code host:port}. */
  @Override
  public String toString() {
    return host + ":" + port;
  }
}
