package org.streamfanout.testservers;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Kinesis Data Streams, by kinesis-local (kinesis-mock) as a process. Account 000000000000. Neither
 * throttles nor enforces the number of records in a call. Thread-safe.
 */
public final class KinesisServer implements AutoCloseable {
  private final RunningServer server;
  private final URI endpoint;
  private final URI tlsEndpoint;

  private KinesisServer(RunningServer server, URI endpoint, URI tlsEndpoint) {
    this.server = server;
    this.endpoint = endpoint;
    this.tlsEndpoint = tlsEndpoint;
  }

  /**
   * Starts a server without streams and waits until it listens.
   *
   * @throws IllegalStateException if it is not installed or does not start
   */
  public static KinesisServer start() {
    if (ServerContainer.isWanted()) {
      AwsEmulator emulator = AwsEmulator.start();
      URI endpoint = emulator.endpoint();
      return new KinesisServer(
          emulator, endpoint, URI.create("https://127.0.0.1:" + endpoint.getPort()));
    }
    return startHere(List.of());
  }

  /**
   * Starts a server without streams, as a process of this machine in any case, that {@link #faults}
   * can break. Its streams are gone after a kill.
   */
  public static KinesisServer startBreakable() {
    return startHere(ServerProcess.freePorts(2, 0));
  }

  private static KinesisServer startHere(List<Integer> ports) {
    ServerProcess server =
        NodeServer.start(
            "kinesis-local/main.js",
            Map.of(
                "KINESIS_MOCK_PLAIN_PORT", NodeServer.ASKED_PORT,
                "KINESIS_MOCK_TLS_PORT", NodeServer.SECOND_PORT,
                "LOG_LEVEL", "ERROR"),
            ports);
    return new KinesisServer(
        server, server.endpoint(), URI.create("https://127.0.0.1:" + server.said(1)));
  }

  /** Returns the URL for clients, without TLS. */
  public URI endpoint() {
    return endpoint;
  }

  /** Returns the URL for clients with TLS, by a certificate of the server's own. */
  public URI tlsEndpoint() {
    return tlsEndpoint;
  }

  /** Returns what breaks a server of {@link #startBreakable}. */
  public ServerFaults faults() {
    return server.faults();
  }

  /** Stops the server; its streams are gone. */
  @Override
  public void close() {
    server.close();
  }
}
