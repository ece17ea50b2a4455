package org.streamfanout.core.registry;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.ProviderNotFoundException;

/**
 * The places of an engine for bodies that are too large for their target, by what the {@code
 * claimCheck} column begins with. Immutable and thread-safe.
 */
public final class PayloadStores {
  private final Map<String, PayloadStoreProvider> byScheme;

  private PayloadStores(Map<String, PayloadStoreProvider> byScheme) {
    this.byScheme = Collections.unmodifiableMap(byScheme);
  }

  /**
   * Returns the explicit providers and those that {@link ServiceLoader} finds. An explicit one wins
   * over a discovered one.
   *
   * @throws FanoutException if two explicit or two discovered providers share a scheme, or if one
   *     of them cannot be made
   */
  public static PayloadStores discover(Collection<? extends PayloadStoreProvider> explicit) {
    Map<String, PayloadStoreProvider> schemes = new TreeMap<>();
    try {
      ServiceLoader.load(PayloadStoreProvider.class).forEach(found -> add(schemes, found));
    } catch (ServiceConfigurationError e) {
      throw new FanoutException(
          "a provider named in META-INF/services/"
              + PayloadStoreProvider.class.getName()
              + " cannot be loaded ("
              + e.getMessage()
              + "); repair or remove its jar",
          e);
    }
    schemes.putAll(of(explicit).byScheme);
    return new PayloadStores(schemes);
  }

  /**
   * Returns exactly these providers.
   *
   * @throws FanoutException if two of them share a scheme
   */
  public static PayloadStores of(Collection<? extends PayloadStoreProvider> explicit) {
    Map<String, PayloadStoreProvider> schemes = new TreeMap<>();
    explicit.forEach(provider -> add(schemes, provider));
    return new PayloadStores(schemes);
  }

  private static void add(
      Map<String, PayloadStoreProvider> schemes, PayloadStoreProvider provider) {
    PayloadStoreProvider other = schemes.put(provider.scheme(), provider);
    if (other != null) {
      throw new FanoutException(
          "payloads of '"
              + provider.scheme()
              + ":' are claimed by "
              + other.getClass().getName()
              + " and by "
              + provider.getClass().getName()
              + "; remove one of them, or hand the one to use to the engine's builder");
    }
  }

  /**
   * Returns the provider of a {@code claimCheck} column.
   *
   * @throws ProviderNotFoundException if there is none; the text says which there are
   */
  public PayloadStoreProvider get(String claimCheck) {
    int colon = Objects.requireNonNull(claimCheck, "claimCheck").indexOf(':');
    return Optional.ofNullable(colon < 0 ? null : byScheme.get(claimCheck.substring(0, colon)))
        .orElseThrow(
            () ->
                new ProviderNotFoundException(
                    "column 'claimCheck' is '"
                        + claimCheck
                        + "', which nothing here can write to; "
                        + (byScheme.isEmpty()
                            ? "add org.streamfanout:fanout-provider-s3 to the class path and write"
                                + " s3://<bucket>[/<prefix>]"
                            : "write one that begins with " + byScheme.keySet())));
  }

  /** Returns the providers by scheme, in the schemes' order. */
  public Map<String, PayloadStoreProvider> byScheme() {
    return byScheme;
  }
}
