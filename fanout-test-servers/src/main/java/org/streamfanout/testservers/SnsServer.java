package org.streamfanout.testservers;

import java.net.URI;
import java.util.Map;

/**
 * SNS, and the SQS that its topics deliver to, by fauxqs as a process. Account 000000000000.
 * Thread-safe.
 */
public final class SnsServer implements AutoCloseable {
  private final RunningServer server;
  private final URI endpoint;

  private SnsServer(RunningServer server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server without topics and waits until it listens.
   *
   * @throws IllegalStateException if it is not installed or does not start
   */
  public static SnsServer start() {
    if (ServerContainer.isWanted()) {
      AwsEmulator emulator = AwsEmulator.start();
      return new SnsServer(emulator, emulator.endpoint());
    }
    ServerProcess server =
        NodeServer.start(
            "fauxqs/dist/cli.js",
            Map.of("FAUXQS_PORT", NodeServer.ASKED_PORT, "FAUXQS_LOGGER", "false"));
    return new SnsServer(server, server.endpoint());
  }

  /** Returns the URL for clients of SNS and of SQS. */
  public URI endpoint() {
    return endpoint;
  }

  /** Stops the server; its topics are gone. */
  @Override
  public void close() {
    server.close();
  }
}
