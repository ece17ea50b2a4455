package org.streamfanout.core.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.ProviderNotFoundException;
import org.streamfanout.spi.TargetProvider;

/**
 * The providers of an engine, by the values of the {@code type} column that select them. Immutable
 * and thread-safe.
 */
public final class Providers {
  /** Types whose artifact is not named after them. */
  private static final Map<String, String> ARTIFACTS =
      Map.of("console", "local", "file", "local", "es", "opensearch");

  private final Map<String, TargetProvider> byName;
  private final Map<String, TargetProvider> byType;

  private Providers(Map<String, TargetProvider> byName) {
    this.byName = Collections.unmodifiableMap(byName);
    Map<String, TargetProvider> types = new TreeMap<>();
    byName.forEach(
        (name, provider) -> {
          if (name.equals(provider.type())) {
            types.put(name, provider);
          }
        });
    this.byType = Collections.unmodifiableMap(types);
  }

  /**
   * Returns the explicit providers and those that {@link ServiceLoader} finds. An explicit one wins
   * over a discovered one, name by name.
   *
   * @throws FanoutException if two explicit or two discovered providers share a type or an alias,
   *     or if one of them cannot be made
   */
  public static Providers discover(Collection<? extends TargetProvider> explicit) {
    List<TargetProvider> found = new ArrayList<>();
    try {
      ServiceLoader.load(TargetProvider.class).forEach(found::add);
    } catch (ServiceConfigurationError e) {
      throw new FanoutException(
          "a provider named in META-INF/services/"
              + TargetProvider.class.getName()
              + " cannot be loaded ("
              + e.getMessage()
              + "); repair or remove its jar",
          e);
    }
    return of(explicit, found);
  }

  /**
   * Returns exactly these providers.
   *
   * @throws FanoutException if two of them share a type or an alias
   */
  public static Providers of(Collection<? extends TargetProvider> explicit) {
    return of(explicit, List.of());
  }

  static Providers of(
      Collection<? extends TargetProvider> explicit, Collection<? extends TargetProvider> found) {
    Map<String, TargetProvider> names = named(found);
    names.putAll(named(explicit));
    return new Providers(names);
  }

  private static Map<String, TargetProvider> named(Collection<? extends TargetProvider> providers) {
    Map<String, TargetProvider> names = new TreeMap<>();
    for (TargetProvider provider : providers) {
      for (String name : namesOf(provider)) {
        TargetProvider other = names.put(name, provider);
        if (other != null) {
          throw new FanoutException(
              "type '"
                  + name
                  + "' is claimed by "
                  + other.getClass().getName()
                  + " and by "
                  + provider.getClass().getName()
                  + "; remove one of them, or hand the one to use to the engine's builder");
        }
      }
    }
    return names;
  }

  private static Set<String> namesOf(TargetProvider provider) {
    Set<String> names = new TreeSet<>(provider.aliases());
    names.add(provider.type());
    return names;
  }

  /** Returns the provider of a type or an alias, or nothing if there is none. */
  public Optional<TargetProvider> find(String type) {
    return Optional.ofNullable(byName.get(Objects.requireNonNull(type, "type")));
  }

  /**
   * Returns the provider of a type or an alias.
   *
   * @throws ProviderNotFoundException if there is none; the text names the artifact to add
   */
  public TargetProvider get(String type) {
    TargetProvider provider = byName.get(Objects.requireNonNull(type, "type"));
    if (provider == null) {
      throw new ProviderNotFoundException(missing(type));
    }
    return provider;
  }

  private String missing(String type) {
    String similar = similar(type);
    return "no provider of type '"
        + type
        + "'; "
        + (similar == null
            ? "add org.streamfanout:fanout-provider-"
                + ARTIFACTS.getOrDefault(type, type)
                + " to the class path, or use one of "
            : "did you mean '" + similar + "'? There are ")
        + byName.keySet();
  }

  private @Nullable String similar(String type) {
    return byName.keySet().stream()
        .filter(name -> name.equalsIgnoreCase(type.strip()))
        .findFirst()
        .orElse(null);
  }

  /** Returns the providers by type, aliases left out, in the types' order. */
  public Map<String, TargetProvider> byType() {
    return byType;
  }

  /** Returns the providers by type and alias, in the names' order. */
  public Map<String, TargetProvider> byName() {
    return byName;
  }
}
