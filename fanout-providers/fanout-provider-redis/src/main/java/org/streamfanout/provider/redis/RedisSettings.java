package org.streamfanout.provider.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/**
 * What a row says: where to connect, how, and what to write.
 *
 * @param seeds the hosts that the destination names
 * @param user the ACL user; null for the default one
 * @param passwordSecret the name of the secret with the password; null for none
 */
record RedisSettings(
    List<HostPort> seeds,
    Mode mode,
    boolean tls,
    int database,
    @Nullable String user,
    @Nullable String passwordSecret,
    RedisWrite write) {

  static final String SYNTAX =
      "<host>:<port>, redis://<host>:<port> or rediss://<host>:<port>, or several <host>:<port>"
          + " with commas between them";

  /** How the servers belong together. */
  enum Mode {
    /** One server, or one name that leads to the primary. */
    SINGLE,
    /** A Redis cluster. */
    CLUSTER,
    /** A primary with replicas, each named. */
    REPLICAS;

    String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int DEFAULT_PORT = 6379;
  private static final int MAX_SEEDS = 50;
  private static final long MAX_DATABASE = 65_535;

  /** Ten years: what is longer is a slip of the keyboard. */
  private static final long MAX_EXPIRY = 10L * 366 * 24 * 60 * 60;

  private static final long MAX_LENGTH = 1_000_000_000_000L;

  RedisSettings {
    seeds = List.copyOf(seeds);
  }

  /**
   * Reads a row.
   *
   * @throws InvalidTargetException with every problem
   */
  static RedisSettings of(TargetConfig target, ProviderContext context) {
    return new Reader(target, context).read();
  }

  /** Returns what a row's option {@code command} says; {@code SET} if it is none of the known. */
  static RedisWrite.Kind kind(TargetConfig target) {
    return choice(
            RedisWrite.Kind.values(), kind -> kind.option().equals(target.option("command", "set")))
        .orElse(RedisWrite.Kind.SET);
  }

  private static <E> Optional<E> choice(E[] values, Predicate<E> isMeant) {
    return Arrays.stream(values).filter(isMeant).findFirst();
  }

  private static final class Reader {
    private final TargetConfig target;
    private final ProviderContext context;
    private final List<String> problems = new ArrayList<>();

    Reader(TargetConfig target, ProviderContext context) {
      this.target = target;
      this.context = context;
    }

    RedisSettings read() {
      List<HostPort> seeds = seeds();
      Mode mode = mode(seeds);
      if (mode == Mode.SINGLE && seeds.size() > 1) {
        problems.add(
            "destination names several hosts; name one, or set option 'mode' to cluster or"
                + " replicas");
      }
      int database = (int) number("database", 0, MAX_DATABASE);
      if (mode == Mode.CLUSTER && database != 0) {
        problems.add("option 'database' is " + database + "; a cluster has database 0 only");
      }
      RedisSettings settings =
          new RedisSettings(seeds, mode, tls(seeds), database, text("user"), password(), write());
      if (!problems.isEmpty()) {
        throw new InvalidTargetException(problems);
      }
      return settings;
    }

    private String hosts() {
      String destination = target.destination();
      for (String scheme : List.of("redis://", "rediss://")) {
        if (destination.startsWith(scheme)) {
          return destination.substring(scheme.length());
        }
      }
      return destination;
    }

    private boolean isUrl() {
      return !hosts().equals(target.destination());
    }

    private List<HostPort> seeds() {
      List<HostPort> seeds = new ArrayList<>();
      for (String part : hosts().split(",", MAX_SEEDS + 1)) {
        Optional<HostPort> seed = HostPort.parse(part.strip(), isUrl() ? DEFAULT_PORT : 0);
        if (seed.isEmpty()) {
          problems.add(
              "destination '" + target.destination() + "' is no Redis server; write " + SYNTAX);
          return List.of();
        }
        if (!RedisHosts.isValidSeed(seed.get(), context)) {
          problems.add(
              "host '"
                  + seed.get()
                  + "' of the destination is neither ElastiCache's nor MemoryDB's; allow it by"
                  + " the setting "
                  + ProviderContext.ALLOWED_HOSTS);
        }
        seeds.add(seed.get());
      }
      return seeds;
    }

    private Mode mode(List<HostPort> seeds) {
      String standard =
          seeds.stream()
                  .anyMatch(
                      seed -> CacheHost.of(seed.host()).filter(CacheHost::isCluster).isPresent())
              ? Mode.CLUSTER.option()
              : Mode.SINGLE.option();
      String asked = target.option("mode", standard);
      return choice(Mode.values(), mode -> mode.option().equals(asked))
          .orElseGet(() -> unknown("mode", asked, "single, cluster or replicas", Mode.SINGLE));
    }

    private <E> E unknown(String option, String value, String choices, E standard) {
      problems.add("option '" + option + "' is '" + value + "'; write " + choices);
      return standard;
    }

    private boolean tls(List<HostPort> seeds) {
      boolean isSecureUrl = target.destination().startsWith("rediss://");
      boolean standard =
          isUrl()
              ? isSecureUrl
              : seeds.stream()
                  .anyMatch(
                      seed -> CacheHost.of(seed.host()).filter(CacheHost::hasTls).isPresent());
      String asked = target.option("tls", Boolean.toString(standard));
      if (!asked.equals("true") && !asked.equals("false")) {
        return unknown("tls", asked, "true or false", standard);
      }
      boolean tls = asked.equals("true");
      if (isUrl() && tls != isSecureUrl) {
        problems.add(
            "option 'tls' is '"
                + asked
                + "', which the destination's scheme contradicts; leave"
                + " one of them out");
      }
      return tls;
    }

    private @Nullable String text(String option) {
      String value = target.options().get(option);
      if (value != null && value.isBlank()) {
        problems.add("option '" + option + "' is empty; leave it out");
      }
      return value;
    }

    private @Nullable String password() {
      String secret = text("password");
      if (secret == null) {
        if (target.options().containsKey("user")) {
          problems.add("option 'user' goes with option 'password', which is missing");
        }
      } else if (context.secret(secret) == null) {
        problems.add(
            "option 'password' names the secret '"
                + secret
                + "', which is not set; set "
                + ProviderContext.SECRET_PREFIX
                + secret);
      }
      return secret;
    }

    private RedisWrite write() {
      String asked = target.option("command", RedisWrite.Kind.SET.option());
      RedisWrite.Kind kind =
          choice(RedisWrite.Kind.values(), each -> each.option().equals(asked))
              .orElseGet(
                  () ->
                      unknown(
                          "command", asked, "set, stream, list or publish", RedisWrite.Kind.SET));
      return new RedisWrite(
          kind,
          key(kind),
          numberOf(kind == RedisWrite.Kind.SET, "expiry", MAX_EXPIRY, "set"),
          numberOf(kind == RedisWrite.Kind.STREAM, "maxlen", MAX_LENGTH, "stream"));
    }

    private KeyTemplate key(RedisWrite.Kind kind) {
      KeyTemplate template = KeyTemplate.parse(KeyTemplate.PLACEHOLDER);
      try {
        template = KeyTemplate.parse(target.option("key", KeyTemplate.PLACEHOLDER));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      if (kind == RedisWrite.Kind.SET && !template.hasKey()) {
        problems.add(
            "option 'key' has no "
                + KeyTemplate.PLACEHOLDER
                + ", so that every record would overwrite the one before; put it in");
      }
      return template;
    }

    private long numberOf(boolean isItsCommand, String option, long max, String command) {
      if (!target.options().containsKey(option)) {
        return 0;
      }
      if (!isItsCommand) {
        problems.add("option '" + option + "' goes with command=" + command + " only");
      }
      return number(option, 1, max);
    }

    private long number(String option, long min, long max) {
      String value = target.options().get(option);
      if (value == null) {
        return 0;
      }
      OptionalLong number = parse(value);
      if (number.isEmpty() || number.getAsLong() < min || number.getAsLong() > max) {
        problems.add(
            "option '"
                + option
                + "' is '"
                + value
                + "'; write a number from "
                + min
                + " to "
                + max);
        return 0;
      }
      return number.getAsLong();
    }

    private static OptionalLong parse(String text) {
      return text.matches("\\d{1,18}")
          ? OptionalLong.of(Long.parseLong(text))
          : OptionalLong.empty();
    }
  }
}
