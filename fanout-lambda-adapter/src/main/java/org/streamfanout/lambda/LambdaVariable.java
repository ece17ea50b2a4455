package org.streamfanout.lambda;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.Source;

/** The environment variables that {@link LambdaEnvironment} understands. */
enum LambdaVariable {
  FANOUT_TABLE_NAME,
  FANOUT_PARTIAL_RESPONSES,
  FANOUT_DEADLINE_MARGIN,
  FANOUT_CACHE_TTL,
  FANOUT_INVALID_ROWS,
  FANOUT_ALLOW_NO_TARGETS,
  FANOUT_MAX_BYTES_IN_FLIGHT,
  FANOUT_RETENTION_HOURS,
  FANOUT_RETRY_MAX_ATTEMPTS,
  FANOUT_RETRY_ATTEMPT_TIMEOUT,
  FANOUT_RETRY_FIRST_PAUSE,
  FANOUT_RETRY_MAX_PAUSE,
  FANOUT_ALLOWED_HOSTS,
  FANOUT_ALLOW_LOCAL,
  FANOUT_ENDPOINT_URL,
  FANOUT_PRIME_SOURCES,
  FANOUT_PROGRESS,
  FANOUT_PROGRESS_TABLE,
  FANOUT_PROGRESS_TTL,
  FANOUT_PROGRESS_TIMEOUT,
  FANOUT_TRACE_JSON,
  FANOUT_METRICS,
  FANOUT_LOG_LEVEL;

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");
  private static final Pattern BETWEEN_SOURCES = Pattern.compile(",\\s*(?=arn:|kafka://)");
  private static final Pattern TABLE = Pattern.compile("[A-Za-z0-9_.-]{3,255}");

  static boolean isKnown(String name) {
    return Arrays.stream(values()).anyMatch(variable -> variable.name().equals(name));
  }

  static boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("is neither true nor false");
    };
  }

  static String choice(String text, List<String> choices) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (!choices.contains(lower)) {
      throw new IllegalArgumentException("is not one of " + String.join(", ", choices));
    }
    return lower;
  }

  static long number(String text, long greatest) {
    try {
      long number = Long.parseLong(text);
      if (number >= 1 && number <= greatest) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("is not a whole number from 1 to " + greatest, e);
    }
    throw new IllegalArgumentException("is not a whole number from 1 to " + greatest);
  }

  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is not a time such as 500ms, 10s or 2m");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }

  static Duration positiveDuration(String text) {
    Duration duration = duration(text);
    if (duration.isZero()) {
      throw new IllegalArgumentException("must be longer than nothing");
    }
    return duration;
  }

  static String tableName(String text) {
    if (!TABLE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "is not a table's name: 3 to 255 letters, digits, '_', '-' and '.'");
    }
    return text;
  }

  static String hosts(String text) {
    for (String host : text.split(",", -1)) {
      if (HostPort.parse(host.strip(), 1).isEmpty()) {
        throw new IllegalArgumentException(
            "is not a list of hosts such as queue.internal,10.0.0.7:9324");
      }
    }
    return text;
  }

  /** The servers in a {@code kafka://} id have commas between them, too. */
  static List<Source> sources(String text) {
    List<Source> sources = new ArrayList<>();
    for (String id : BETWEEN_SOURCES.split(text)) {
      try {
        sources.add(Source.of(id.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("is not a list of sources: " + e.getMessage(), e);
      }
    }
    return List.copyOf(sources);
  }

  static String url(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null) {
        return text;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL such as http://127.0.0.1:4566", e);
    }
    throw new IllegalArgumentException("is not a URL such as http://127.0.0.1:4566");
  }
}
