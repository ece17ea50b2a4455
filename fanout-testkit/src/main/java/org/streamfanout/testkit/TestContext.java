package org.streamfanout.testkit;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.ProviderContext;

/** A provider's surroundings without an engine. Thread-safe. */
public final class TestContext implements ProviderContext, AutoCloseable {
  private final Map<String, String> settings = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Object> shared = new LinkedHashMap<>();
  private final Clock clock;

  /** Makes surroundings with the system's clock and no settings. */
  public TestContext() {
    this(Clock.systemUTC());
  }

  /** Makes surroundings with a clock and no settings. */
  public TestContext(Clock clock) {
    this.clock = clock;
  }

  /** Sets an operator's setting. */
  public TestContext set(String name, String value) {
    settings.put(name, value);
    return this;
  }

  @Override
  public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
    lock.lock();
    try {
      return type.cast(
          shared.computeIfAbsent(type.getName() + " " + name, absent -> factory.get()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable String setting(String name) {
    return settings.get(name);
  }

  /** Returns the values of all secrets. */
  List<String> secrets() {
    return settings.entrySet().stream()
        .filter(setting -> setting.getKey().startsWith(SECRET_PREFIX))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  /**
   * Closes what is shared and can be closed, as an engine does.
   *
   * @throws IllegalStateException if something cannot be closed
   */
  @Override
  public void close() {
    lock.lock();
    try {
      for (Object each : shared.values()) {
        if (each instanceof AutoCloseable closeable) {
          close(closeable);
        }
      }
      shared.clear();
    } finally {
      lock.unlock();
    }
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception error) {
      throw new IllegalStateException("cannot close " + closeable, error);
    }
  }
}
