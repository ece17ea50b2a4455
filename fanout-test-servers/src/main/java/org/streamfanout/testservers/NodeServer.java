package org.streamfanout.testservers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Starts servers that run on Node.js. A script that is loaded before them lets them listen on
 * 127.0.0.1 only, says which port that is, and ends them with this JVM.
 */
final class NodeServer {
  /** The port that servers are told to listen on; they get a free one in its place. */
  static final String ASKED_PORT = "1";

  /** Another port that servers may be told to listen on, if they have a second one. */
  static final String SECOND_PORT = "2";

  private NodeServer() {}

  /**
   * Starts a script of an npm package and waits until it listens.
   *
   * @param script its path under {@code node_modules}
   * @param environment has {@link #ASKED_PORT} for the port that clients are to use, and may have
   *     {@link #SECOND_PORT}
   * @throws IllegalStateException if the package is not installed or the server does not start
   */
  static ServerProcess start(String script, Map<String, String> environment) {
    return start(script, environment, List.of());
  }

  /**
   * Starts a script that gets certain ports, so that it has them again when it is restarted.
   *
   * @param ports in place of {@link #ASKED_PORT} and of {@link #SECOND_PORT}; none for free ones
   */
  static ServerProcess start(String script, Map<String, String> environment, List<Integer> ports) {
    Path main = tools().resolve("node_modules").resolve(script);
    if (!Files.isRegularFile(main)) {
      throw new IllegalStateException(main + " is missing; run scripts/verify, which installs it");
    }
    Path folder = ServerProcess.newFolder();
    List<String> command =
        List.of("node", "--require", preload(folder).toString(), main.toString());
    List<Pattern> listening =
        Stream.of(ASKED_PORT, SECOND_PORT)
            .filter(environment::containsValue)
            .map(port -> Pattern.compile("^listening " + port + " (\\d+)$"))
            .toList();
    Map<String, String> all = new HashMap<>(environment);
    for (int index = 0; index < ports.size(); index++) {
      all.put("FANOUT_PORT_" + (index + 1), Integer.toString(ports.get(index)));
    }
    return ServerProcess.start(folder, listening, command, all);
  }

  /** Returns the folder with what scripts/verify installed. */
  private static Path tools() {
    String root = System.getProperty("fanout.root");
    Path folder = Path.of(root != null ? root : "").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve(".mvn"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException(
          "set the system property fanout.root to the folder of the checkout");
    }
    return folder.resolve(".fanout-tools");
  }

  private static Path preload(Path folder) {
    Path copy = folder.resolve("preload.cjs");
    try (InputStream in = NodeServer.class.getResourceAsStream("preload.cjs")) {
      Files.write(copy, Objects.requireNonNull(in).readAllBytes());
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(copy + " could not be written", e);
    }
  }
}
