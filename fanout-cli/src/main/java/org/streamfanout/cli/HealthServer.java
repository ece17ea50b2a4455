package org.streamfanout.cli;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.streamfanout.cli.status.StatusPage;
import org.streamfanout.cli.status.WebServer;
import org.streamfanout.cli.status.WebServer.Answer;

/**
 * Answers questions about a worker over HTTP: {@code /health/live}, {@code /health/ready}, {@code
 * /metrics}, and the status page. Thread-safe.
 */
final class HealthServer implements AutoCloseable {
  private final WebServer server;

  /** What the endpoint says. */
  interface Health {
    /** Returns why the worker does not do its work for good; empty while it does. */
    List<String> whyNotLive();

    /** Returns why it does not read, or where records would go; empty if it does and knows. */
    List<String> whyNotReady();

    /** Returns the page for Prometheus. */
    String metrics();

    /** Returns the status document, as JSON. */
    byte[] status();
  }

  private HealthServer(WebServer server) {
    this.server = server;
  }

  /**
   * Starts to answer.
   *
   * @param port 0 for one that is free
   * @throws IOException if nobody can listen there
   */
  static HealthServer start(String host, int port, Health health) throws IOException {
    StatusPage page = new StatusPage(host, () -> health.status());
    return new HealthServer(
        WebServer.start(
            host,
            port,
            "fanout-health",
            (path, askedBy) -> page.answer(path, askedBy).orElseGet(() -> answer(path, health))));
  }

  /** Returns where it listens. */
  URI url() {
    return server.url();
  }

  private static Answer answer(String path, Health health) {
    return switch (path) {
      case "/health/live" -> health("live", health::whyNotLive);
      case "/health/ready" -> health("ready", health::whyNotReady);
      case "/metrics" -> Answer.text(WebServer.OK, PrometheusText.CONTENT_TYPE, health.metrics());
      default ->
          Answer.text(
              WebServer.NOT_FOUND,
              WebServer.PLAIN,
              "there are /, /status.json, /health/live, /health/ready and /metrics\n");
    };
  }

  private static Answer health(String name, Supplier<List<String>> why) {
    List<String> reasons = why.get();
    return reasons.isEmpty()
        ? Answer.text(WebServer.OK, WebServer.PLAIN, name + "\n")
        : Answer.text(WebServer.UNAVAILABLE, WebServer.PLAIN, String.join("\n", reasons) + "\n");
  }

  @Override
  public void close() {
    server.close();
  }
}
