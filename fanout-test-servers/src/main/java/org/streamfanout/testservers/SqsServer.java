package org.streamfanout.testservers;

import java.net.InetSocketAddress;
import java.net.URI;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/**
 * SQS, by ElasticMQ in this JVM: standard and FIFO queues, SQS' limits, and failures of single
 * entries. Account 000000000000. Thread-safe.
 */
public final class SqsServer implements AutoCloseable {
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
    SQSRestServer server =
        SQSRestServerBuilder.withInterface("127.0.0.1")
            .withDynamicPort()
            .withAWSAccountId("000000000000")
            .start();
    InetSocketAddress address = server.waitUntilStarted().localAddress();
    return new SqsServer(server::stopAndWait, URI.create("http://127.0.0.1:" + address.getPort()));
  }

  /** Returns the URL for clients. */
  public URI endpoint() {
    return endpoint;
  }

  /** Stops the server; its queues are gone. */
  @Override
  public void close() {
    server.close();
  }
}
