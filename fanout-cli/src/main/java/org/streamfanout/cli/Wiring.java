package org.streamfanout.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.EnvironmentSecrets;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.progress.dynamodb.DynamoDbProgressStore;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.TargetRegistry;

/**
 * An engine with its registry.
 *
 * @param engine the engine
 * @param registry where its targets come from
 * @param file the registry as it was at the start, if it is a file; null if it is a table
 * @param release lets the registry's connection go
 */
record Wiring(
    FanoutEngine engine,
    TargetRegistry registry,
    @Nullable JsonTargetRegistry file,
    Runnable release)
    implements AutoCloseable {

  /** A file of this machine costs little to read, and whoever edits it watches. */
  private static final Duration FILE_TTL = Duration.ofSeconds(5);

  private static final Duration FOREVER = Duration.ofDays(36_500);

  /** A new process's first request opens the connection, and a worker has time for it. */
  private static final Duration PROGRESS_TIMEOUT = Duration.ofSeconds(5);

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
    private final FanoutListener listener;
    private final Map<String, String> settings;
    private UnaryOperator<TargetRegistry> watch = UnaryOperator.identity();
    private boolean forgetsNothing;
    private @Nullable String progressTable;

    Builder(FanoutListener listener, Map<String, String> settings) {
      this.listener = listener;
      this.settings = settings;
    }

    /** Puts something between the targets and the engine. */
    Builder watchedBy(UnaryOperator<TargetRegistry> newWatch) {
      watch = newWatch;
      return this;
    }

    /** Says that no source will forget the records: they are not read from there. */
    Builder ofLetters() {
      forgetsNothing = true;
      return this;
    }

    /** Remembers in a table what targets have settled; null remembers nothing. */
    Builder progressIn(@Nullable String table) {
      progressTable = table;
      return this;
    }

    /** Takes the file as it is now. */
    Wiring withFile(Path path) {
      JsonTargetRegistry file = JsonTargetRegistry.read(path);
      return wiring(file, file, () -> {});
    }

    /** Reads the file again, every few seconds; it is a mistake if it cannot be read now. */
    Wiring withLiveFile(Path path) {
      JsonTargetRegistry file = JsonTargetRegistry.read(path);
      TargetRegistry live = source -> JsonTargetRegistry.read(path).targetsFor(source);
      return wiring(new CachingTargetRegistry(live, FILE_TTL, Clock.systemUTC()), file, () -> {});
    }

    Wiring withTable(String name) {
      TableRegistry table = TableRegistry.open(name, settings);
      return wiring(table.registry(), null, table.release());
    }

    private Wiring wiring(
        TargetRegistry registry, @Nullable JsonTargetRegistry file, Runnable release) {
      TargetRegistry watched = watch.apply(registry);
      FanoutEngine.Builder builder = FanoutEngine.builder().registry(watched).listener(listener);
      settings.forEach(builder::setting);
      if (forgetsNothing) {
        builder.retention(source -> FOREVER);
      }
      Runnable releaseAll = release;
      String table = progressTable;
      if (table != null) {
        TableClient tables = TableClient.open(table, settings);
        builder.progress(
            DynamoDbProgressStore.builder(tables.client(), table)
                .timeout(PROGRESS_TIMEOUT)
                .build());
        releaseAll =
            () -> {
              tables.release().run();
              release.run();
            };
      }
      builder.secrets(new EnvironmentSecrets(System.getenv())).discoverTracing();
      return new Wiring(builder.build(), watched, file, releaseAll);
    }
  }
}
