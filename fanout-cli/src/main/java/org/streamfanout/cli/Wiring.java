package org.streamfanout.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.EnvironmentSecrets;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.TargetRegistry;

/**
 * An engine with its registry.
 *
 * @param engine the engine
 * @param registry where its targets come from
 * @param file the registry, if it is a file; null if it is a table
 * @param release lets the registry's connection go
 */
record Wiring(
    FanoutEngine engine,
    TargetRegistry registry,
    @Nullable JsonTargetRegistry file,
    Runnable release)
    implements AutoCloseable {

  @Override
  public void close() {
    try {
      engine.close();
    } finally {
      release.run();
    }
  }

  /** Builds the engine; not thread-safe. */
  static final class Builder {
    private final Totals totals;
    private final Map<String, String> settings = new LinkedHashMap<>();

    Builder(Totals totals) {
      this.totals = totals;
    }

    void setting(String name, String value) {
      settings.put(name, value);
    }

    Wiring withFile(Path path) {
      JsonTargetRegistry file = JsonTargetRegistry.read(path);
      return new Wiring(engine(file), file, file, () -> {});
    }

    Wiring withTable(String name) {
      TableRegistry table = TableRegistry.open(name, settings);
      return new Wiring(engine(table.registry()), table.registry(), null, table.release());
    }

    private FanoutEngine engine(TargetRegistry registry) {
      FanoutEngine.Builder builder = FanoutEngine.builder().registry(registry).listener(totals);
      settings.forEach(builder::setting);
      builder.secrets(new EnvironmentSecrets(System.getenv()));
      return builder.build();
    }
  }
}
