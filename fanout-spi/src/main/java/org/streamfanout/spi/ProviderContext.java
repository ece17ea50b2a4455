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

  /** The setting with the member of a record's JSON that holds its trace context. */
  String TRACE_JSON = "fanout.trace-json";

  /** What the name of a setting that holds a secret begins with; see {@link #secret}. */
  String SECRET_PREFIX = "fanout.secret.";

  /**
   * Returns the one instance of a type and name in this engine, made on first use. Closed with the
   * engine if it is {@link AutoCloseable}. The name keeps two hosts apart.
   */
  <T> T shared(Class<T> type, String name, Supplier<? extends T> factory);

  /** Returns the operator's setting of a name; null if it is not set. */
  @Nullable String setting(String name);

  /**
   * Returns whether the operator allows targets to reach a host and port: {@link #ALLOWED_HOSTS}
   * lists {@code host} (every port of it) and {@code host:port}.
   */
  default boolean allows(HostPort hostPort) {
    String allowed = setting(ALLOWED_HOSTS);
    return allowed != null && hostPort.isListedIn(allowed);
  }

  /**
   * Returns the secret of a name, such as a password, from the setting {@link #SECRET_PREFIX} plus
   * the name; null if it is not set. A target's row holds names only, so that whoever reads the
   * table reads no secret. Asked for at each use, so that a new one is taken up.
   */
  default @Nullable String secret(String name) {
    return setting(SECRET_PREFIX + name);
  }

  /** Returns the wall clock. */
  Clock clock();
}
