package org.streamfanout.testservers;

import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/** The process of a {@link SqsServer} that can be broken; ends with its standard input. */
final class SqsMain {
  /** What is printed before the port. */
  static final String LISTENING = "listening on port ";

  private SqsMain() {}

  /**
   * Starts a server without queues.
   *
   * @param arguments the port
   */
  public static void main(String[] arguments) throws Exception {
    SQSRestServer server = start(Integer.parseInt(arguments[0]));
    System.out.println(LISTENING + server.waitUntilStarted().localAddress().getPort());
    while (System.in.read() >= 0) {
      // The parent writes nothing; the end of the pipe says that it is gone.
    }
    server.stopAndWait();
  }

  /** Starts a server without queues in this JVM; 0 is any free port. */
  static SQSRestServer start(int port) {
    return SQSRestServerBuilder.withInterface("127.0.0.1")
        .withPort(port)
        .withAWSAccountId(SqsServer.ACCOUNT)
        .start();
  }
}
