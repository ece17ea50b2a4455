package org.streamfanout.provider.memcached;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/**
 * What a row says: which nodes, how to reach them, and how keys are made.
 *
 * @param seeds the nodes; with discovery, the one that says which there are
 * @param expirySeconds how long values are kept; 0 for as long as there is room
 * @param encodesKeys whether keys that memcached does not take are encoded, not rejected
 */
record MemcachedSettings(
    List<HostPort> seeds,
    boolean discovery,
    boolean tls,
    int expirySeconds,
    MemcachedKeys keys,
    boolean encodesKeys) {

  static final String SYNTAX = "<host>:<port>, or several of them with commas between them";

  private static final int MAX_SEEDS = 200;

  /** Ten years: what is longer is a slip of the keyboard. */
  private static final int MAX_EXPIRY = 10 * 366 * 24 * 60 * 60;

  MemcachedSettings {
    seeds = List.copyOf(seeds);
  }

  /**
   * Reads a row.
   *
   * @throws InvalidTargetException with every problem
   */
  static MemcachedSettings of(TargetConfig target, ProviderContext context) {
    return new Reader(target, context).read();
  }

  /**
   * Returns whether a node that discovery found may be reached: one of the same cluster at AWS, or
   * what the operator allows.
   */
  boolean covers(HostPort node, ProviderContext context) {
    if (seeds.contains(node) || context.allows(node)) {
      return true;
    }
    Optional<CacheHost> found = CacheHost.of(node.host());
    return found.isPresent()
        && seeds.stream()
            .anyMatch(
                seed ->
                    CacheHost.of(seed.host()).filter(found.get()::isOfSameClusterAs).isPresent());
  }

  private static final class Reader {
    private final TargetConfig target;
    private final ProviderContext context;
    private final List<String> problems = new ArrayList<>();

    Reader(TargetConfig target, ProviderContext context) {
      this.target = target;
      this.context = context;
    }

    MemcachedSettings read() {
      List<HostPort> seeds = seeds();
      boolean discovery =
          choice(
              "discovery",
              "auto",
              "static",
              seeds.stream()
                  .anyMatch(
                      seed ->
                          CacheHost.of(seed.host())
                              .filter(CacheHost::isConfiguration)
                              .isPresent()));
      if (discovery && seeds.size() > 1) {
        problems.add(
            "destination names several nodes; name the configuration endpoint alone, or set option"
                + " 'discovery' to static");
      }
      boolean tls =
          choice(
              "tls",
              "true",
              "false",
              seeds.stream()
                  .anyMatch(
                      seed -> CacheHost.of(seed.host()).filter(CacheHost::hasTls).isPresent()));
      MemcachedSettings settings =
          new MemcachedSettings(
              seeds, discovery, tls, expiry(), keys(), choice("keys", "encode", "reject", true));
      if (!problems.isEmpty()) {
        throw new InvalidTargetException(problems);
      }
      return settings;
    }

    private List<HostPort> seeds() {
      List<HostPort> seeds = new ArrayList<>();
      for (String part : target.destination().split(",", MAX_SEEDS + 1)) {
        Optional<HostPort> seed = HostPort.parse(part.strip());
        if (seed.isEmpty()) {
          problems.add(
              "destination '" + target.destination() + "' is no memcached server; write " + SYNTAX);
          return List.of();
        }
        if (CacheHost.of(seed.get().host()).isEmpty() && !context.allows(seed.get())) {
          problems.add(
              "host '"
                  + seed.get()
                  + "' of the destination is not ElastiCache's; allow it by the setting "
                  + ProviderContext.ALLOWED_HOSTS);
        }
        seeds.add(seed.get());
      }
      return seeds;
    }

    private boolean choice(String option, String yes, String no, boolean standard) {
      String value = target.option(option, standard ? yes : no);
      if (!value.equals(yes) && !value.equals(no)) {
        problems.add("option '" + option + "' is '" + value + "'; write " + yes + " or " + no);
      }
      return value.equals(yes);
    }

    private int expiry() {
      String value = target.option("expiry", "0");
      if (!value.matches("\\d{1,9}") || Integer.parseInt(value) > MAX_EXPIRY) {
        problems.add("option 'expiry' is '" + value + "'; write seconds from 0 to " + MAX_EXPIRY);
        return 0;
      }
      return Integer.parseInt(value);
    }

    private MemcachedKeys keys() {
      try {
        return MemcachedKeys.parse(target.option("key", MemcachedKeys.PLACEHOLDER));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
        return MemcachedKeys.parse(MemcachedKeys.PLACEHOLDER);
      }
    }
  }
}
