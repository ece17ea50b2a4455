package org.streamfanout.testservers;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.elasticmq.rest.sqs.SQSRestServer;

/**
 * SQS, by ElasticMQ in this JVM: standard and FIFO queues, SQS' limits, and failures of single
 * entries. Account 000000000000. Thread-safe.
 */
public final class SqsServer implements AutoCloseable {
  static final String ACCOUNT = "000000000000";

  private final RunningServer server;
  private final URI endpoint;

  private SqsServer(RunningServer server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /** Starts a server without queues and waits until it answers. */
  public static SqsServer start() {
    if (ServerContainer.isWanted()) {
      AwsEmulator emulator = AwsEmulator.start();
      return new SqsServer(emulator, emulator.endpoint());
    }
    SQSRestServer server = SqsMain.start(0);
    InetSocketAddress address = server.waitUntilStarted().localAddress();
    return new SqsServer(server::stopAndWait, URI.create("http://127.0.0.1:" + address.getPort()));
  }

  /**
   * Starts a server without queues, as a process of this machine in any case, that {@link #faults}
   * can break. Its queues are gone after a kill.
   */
  public static SqsServer startBreakable() {
    int port = ServerProcess.freePorts(1, 0).get(0);
    ServerProcess server =
        JavaServer.start(SqsMain.class, SqsMain.LISTENING, List.of(Integer.toString(port)));
    return new SqsServer(server, server.endpoint());
  }

  /** Returns the URL for clients. */
  public URI endpoint() {
    return endpoint;
  }

  /** Returns what breaks a server of {@link #startBreakable}. */
  public ServerFaults faults() {
    return server.faults();
  }

  /** Stops the server; its queues are gone. */
  @Override
  public void close() {
    server.close();
  }
}
