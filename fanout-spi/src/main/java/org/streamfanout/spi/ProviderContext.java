package org.streamfanout.spi;

import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an engine gives to its providers. Thread-safe. */
public interface ProviderContext {
  /** The setting that lists hosts, comma-separated, that targets may reach beyond AWS's own. */
  String ALLOWED_HOSTS = "fanout.allowed-hosts";

  /** The setting that sends every AWS client to one URL: an emulator's, or a private endpoint's. */
  String ENDPOINT_URL = "fanout.endpoint-url";

  /** The setting, {@code true} or {@code false}, that allows {@code file} and {@code console}. */
  String ALLOW_LOCAL = "fanout.allow-local";

  /** The setting with the region of clients whose target names none. */
  String REGION = "fanout.region";

  /**
   * Returns the one instance of a type and name in this engine, made on first use. Closed with the
   * engine if it is {@link AutoCloseable}. The name keeps two hosts apart.
   */
  <T> T shared(Class<T> type, String name, Supplier<? extends T> factory);

  /** Returns the operator's setting of a name; null if it is not set. */
  @Nullable String setting(String name);

  /** Returns the wall clock. */
  Clock clock();
}
