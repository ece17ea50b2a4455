package org.streamfanout.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.TargetConfig;

/**
 * Makes the directories that {@code file} rows of the operator's own targets file write into. The
 * provider makes none, so that a mistyped path in a table is an error and not a new directory.
 */
final class LocalDirectories {
  private LocalDirectories() {}

  static void make(JsonTargetRegistry file) {
    file.sources().stream()
        .flatMap(source -> file.targetsFor(source).valid().stream())
        .filter(target -> target.type().equals("file"))
        .forEach(LocalDirectories::make);
  }

  private static void make(TargetConfig target) {
    Path parent = Path.of(target.destination()).toAbsolutePath().getParent();
    try {
      if (parent != null) {
        Files.createDirectories(parent);
      }
    } catch (IOException e) {
      throw new FanoutException(
          "target '" + target.id() + "': directory '" + parent + "' cannot be made: " + e, e);
    }
  }
}
