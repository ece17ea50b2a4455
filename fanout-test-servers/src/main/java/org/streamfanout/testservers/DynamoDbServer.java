package org.streamfanout.testservers;

import java.net.InetSocketAddress;
import java.net.URI;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.exceptions.DynamoDBLocalServiceException;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB with its streams, by DynamoDB Local in this JVM and in memory; one set of tables for all
 * credentials and regions. Thread-safe.
 */
public final class DynamoDbServer implements AutoCloseable {
  private final RunningServer server;
  private final URI endpoint;

  private DynamoDbServer(RunningServer server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server without tables and waits until it answers.
   *
   * @throws IllegalStateException if it does not start
   */
  public static DynamoDbServer start() {
    if (ServerContainer.isWanted()) {
      AwsEmulator emulator = AwsEmulator.start();
      return new DynamoDbServer(emulator, emulator.endpoint());
    }
    // DynamoDB Local's own server listens on every interface and reports its use to AWS; its
    // handler alone, in a server of ours, does neither.
    Server server = new Server(new InetSocketAddress("127.0.0.1", 0));
    try {
      LocalDynamoDBServerHandler handler =
          new LocalDynamoDBServerHandler(
              new LocalDynamoDBRequestHandler(0, true, null, true, false), null);
      server.setHandler(new DynamoDBProxyServer(0, handler).setUpHandler(handler));
      server.start();
      int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
      return new DynamoDbServer(
          () -> stop(server, handler), URI.create("http://127.0.0.1:" + port));
    } catch (DynamoDBLocalServiceException e) {
      throw new IllegalStateException("DynamoDB Local cannot be set up", e);
    } catch (Exception e) { // as Jetty declares it
      throw new IllegalStateException("DynamoDB Local did not start", e);
    }
  }

  /** Returns the URL for clients. */
  public URI endpoint() {
    return endpoint;
  }

  /** Stops the server; its tables are gone. */
  @Override
  public void close() {
    server.close();
  }

  private static void stop(Server server, LocalDynamoDBServerHandler handler) {
    try {
      server.stop();
      handler.close();
    } catch (Exception e) { // as Jetty declares it
      throw new IllegalStateException("DynamoDB Local did not stop", e);
    }
  }
}
