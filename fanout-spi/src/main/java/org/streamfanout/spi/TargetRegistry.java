package org.streamfanout.spi;

/** Where targets come from. Thread-safe. */
@FunctionalInterface
public interface TargetRegistry {
  /**
   * Returns every target registered for a source, invalid and inactive ones included; {@linkplain
   * Targets#isEmpty() empty} if there are none. Called at the start of every call of the engine, so
   * one that does I/O belongs behind a cache.
   *
   * @throws RegistryException if the targets cannot be read
   */
  Targets targetsFor(Source source);
}
