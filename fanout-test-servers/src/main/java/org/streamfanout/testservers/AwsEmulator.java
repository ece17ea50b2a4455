package org.streamfanout.testservers;

import java.net.URI;
import java.util.Map;

/** An emulator of several of AWS's services, in a container. */
final class AwsEmulator implements RunningServer {
  private final ServerContainer container;
  private final URI endpoint;

  private AwsEmulator(ServerContainer container, URI endpoint) {
    this.container = container;
    this.endpoint = endpoint;
  }

  static AwsEmulator start() {
    int port = ServerProcess.freePorts(1, 0).get(0);
    ServerContainer container =
        ServerContainer.startHttp(
            ServerImage.AWS,
            Map.of("GATEWAY_LISTEN", "127.0.0.1:" + port),
            port,
            "/_localstack/health");
    return new AwsEmulator(container, URI.create("http://127.0.0.1:" + port));
  }

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    container.close();
  }
}
