package org.streamfanout.admin.doctor;

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
import org.streamfanout.aws.AwsClients;
import org.streamfanout.spi.ProviderContext;

/**
 * What senders get that only look: AWS as the operator, where an engine's own would be the default
 * chain's. Thread-safe.
 */
final class SenderContext implements ProviderContext, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SenderContext.class);

  private final Map<String, String> settings;
  private final Function<String, @Nullable String> secrets;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Shared, Object> shared = new LinkedHashMap<>();

  private record Shared(Class<?> type, String name) {}

  SenderContext(
      Map<String, String> settings,
      Function<String, @Nullable String> secrets,
      AwsClients clients) {
    this.settings = Map.copyOf(settings);
    this.secrets = secrets;
    shared.put(new Shared(AwsClients.class, AwsClients.SHARED_NAME), clients);
  }

  @Override
  public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
    Shared key = new Shared(type, name);
    lock.lock();
    try {
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
    return Clock.systemUTC();
  }

  /** Closes what is shared, the youngest first. */
  @Override
  public void close() {
    List<Object> all;
    lock.lock();
    try {
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
