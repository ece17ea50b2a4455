package org.streamfanout.testservers;

import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.http.HttpServerTransport;

/** The process of {@link OpenSearchServer}; ends with its standard input. */
final class OpenSearchMain {
  /** What is printed before the port. */
  static final String LISTENING = "listening on port ";

  private OpenSearchMain() {}

  /**
   * Starts a node in the working directory.
   *
   * @param arguments the port; 0 for any
   */
  public static void main(String[] arguments) throws Exception {
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild(
        (number, settings) ->
            settings
                .put("network.host", "127.0.0.1")
                .put("http.port", arguments[0])
                .put("transport.port", "0"));
    runner.build(OpenSearchRunner.newConfigs().basePath("node").clusterName("fanout").numOfNode(1));
    HttpServerTransport http = runner.node().injector().getInstance(HttpServerTransport.class);
    System.out.println(LISTENING + http.boundAddress().publishAddress().getPort());
    while (System.in.read() >= 0) {
      // The parent writes nothing; the end of the pipe says that it is gone.
    }
    runner.close();
  }
}
