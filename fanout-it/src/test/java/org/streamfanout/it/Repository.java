package org.streamfanout.it;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that the tests run in. */
final class Repository {
  /** Its top folder. */
  static final Path ROOT = root();

  private Repository() {}

  static Path file(String path) {
    return ROOT.resolve(path);
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("bom/pom.xml"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("the tests run outside of a checkout");
    }
    return folder;
  }
}
