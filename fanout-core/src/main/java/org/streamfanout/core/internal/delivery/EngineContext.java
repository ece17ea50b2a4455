package org.streamfanout.core.internal.delivery;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.ProviderContext;

/** What one engine gives to its providers, and closes when it is closed. Thread-safe. */
public final class EngineContext implements ProviderContext, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineContext.class);

  private final Map<String, String> settings;
  private final Function<String, @Nullable String> secrets;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Shared, Object> shared = new LinkedHashMap<>();
  private boolean closed;

  private record Shared(Class<?> type, String name) {}

  /** Makes a context of settings, of what knows a secret by its name, and of the wall clock. */
  public EngineContext(
      Map<String, String> settings, Function<String, @Nullable String> secrets, Clock clock) {
    this.settings = Map.copyOf(settings);
    this.secrets = secrets;
    this.clock = clock;
  }

  @Override
  public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
    Shared key = new Shared(type, name);
    lock.lock();
    try {
      if (closed) {
        // Nobody would close it.
        throw new IllegalStateException("the engine is closed; " + name + " is not made anew");
      }
      // Not computeIfAbsent: a factory may ask for something else that is shared.
      Object known = shared.get(key);
      if (known == null) {
        known = factory.get();
        shared.put(key, known);
      }
      return type.cast(known);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable String setting(String name) {
    return settings.get(name);
  }

  @Override
  public @Nullable String secret(String name) {
    String set = ProviderContext.super.secret(name);
    return set != null ? set : secrets.apply(name);
  }

  @Override
  public Clock clock() {
    return clock;
  }

  /** Closes what is shared, the youngest first. */
  @Override
  public void close() {
    List<Object> all;
    lock.lock();
    try {
      closed = true;
      all = new ArrayList<>(shared.values());
      shared.clear();
    } finally {
      lock.unlock();
    }
    for (int index = all.size() - 1; index >= 0; index--) {
      if (all.get(index) instanceof AutoCloseable closeable) {
        try {
          closeable.close();
        } catch (Exception e) {
          LOG.warn("closing {} failed", closeable.getClass().getName(), e);
        }
      }
    }
  }
}
