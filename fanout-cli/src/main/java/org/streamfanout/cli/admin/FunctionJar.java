package org.streamfanout.cli.admin;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminException;

/** Finds the function's jar beside the command's. */
final class FunctionJar {
  private static final String PATTERN = "fanout-lambda-function-*-all.jar";

  private FunctionJar() {}

  /**
   * Returns the jar beside the command, or where the build of the command's sources leaves it.
   *
   * @throws AdminException if there is none, or more than one
   */
  static Path find() {
    return beside(command());
  }

  static Path beside(@Nullable Path command) {
    List<Path> found = new ArrayList<>();
    if (command != null && command.getParent() != null) {
      Path folder = command.getParent();
      found.addAll(in(folder));
      Path sources = folder.resolve("../../fanout-lambda-function/target").normalize();
      found.addAll(in(sources));
    }
    if (found.size() != 1) {
      throw new AdminException(
          (found.isEmpty()
                  ? "the function's jar is not beside the command"
                  : "there is more than one jar of the function: " + found)
              + "; give --jar FILE (in the sources, mvn -pl fanout-lambda-function -am package -DskipTests makes"
              + " fanout-lambda-function/target/"
              + PATTERN.replace("*", "<version>")
              + ")");
    }
    return found.get(0);
  }

  private static @Nullable Path command() {
    try {
      var source = FunctionJar.class.getProtectionDomain().getCodeSource();
      return source == null ? null : Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      return null;
    }
  }

  static List<Path> in(Path folder) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, PATTERN)) {
        jars.forEach(found::add);
      } catch (IOException e) {
        throw new AdminException("the folder '" + folder + "' cannot be read: " + e.getMessage());
      }
    }
    return found;
  }
}
