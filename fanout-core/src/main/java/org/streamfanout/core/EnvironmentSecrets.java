package org.streamfanout.core;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Secrets from environment variables: that of {@code redis-main} is {@code
 * FANOUT_SECRET_REDIS_MAIN}. Immutable.
 */
public final class EnvironmentSecrets implements Function<String, @Nullable String> {
  /** What the names of the variables begin with. */
  public static final String PREFIX = "FANOUT_SECRET_";

  private final Map<String, String> environment;

  /** Takes the secrets of an environment, such as {@link System#getenv()}. */
  public EnvironmentSecrets(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Returns the secret of a name; null if its variable is not set. */
  @Override
  public @Nullable String apply(String name) {
    return environment.get(PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
