package org.streamfanout.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers questions about a worker over HTTP: {@code /health/live}, {@code /health/ready} and
 * {@code /metrics}. Thread-safe.
 */
final class HealthServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int BAD_METHOD = 405;
  private static final int UNAVAILABLE = 503;
  private static final String PLAIN = "text/plain; charset=utf-8";

  /** A client that never finishes its request, or never reads, must not keep the others out. */
  private static final Map<String, String> PATIENCE_SECONDS =
      Map.of("sun.net.httpserver.maxReqTime", "10", "sun.net.httpserver.maxRspTime", "10");

  private static final int THREADS = 4;

  private final HttpServer server;
  private final ExecutorService threads;

  /** What the endpoint says. */
  interface Health {
    /** Returns why the worker does not do its work for good; empty while it does. */
    List<String> whyNotLive();

    /** Returns why it does not read, or where records would go; empty if it does and knows. */
    List<String> whyNotReady();

    /** Returns the page for Prometheus. */
    String metrics();
  }

  private record Answer(int status, String type, String body) {}

  private HealthServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts to answer.
   *
   * @param port 0 for one that is free
   * @throws IOException if nobody can listen there
   */
  static HealthServer start(String host, int port, Health health) throws IOException {
    PATIENCE_SECONDS.forEach(
        (name, seconds) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, seconds);
          }
        });
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("host '" + host + "' is not known");
    }
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "fanout-health");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, health));
    server.start();
    return new HealthServer(server, threads);
  }

  /** Returns where it listens. */
  URI url() {
    InetSocketAddress address = server.getAddress();
    String host = address.getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  private static void answer(HttpExchange exchange, Health health) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      Answer answer =
          head || method.equals("GET")
              ? answer(exchange.getRequestURI().getPath(), health)
              : new Answer(BAD_METHOD, PLAIN, "only GET and HEAD are answered\n");
      byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type);
      if (answer.status == BAD_METHOD) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      }
      exchange.sendResponseHeaders(answer.status, head ? -1 : body.length);
      if (!head) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
    }
  }

  private static Answer answer(String path, Health health) {
    return switch (path) {
      case "/health/live" -> health("live", health::whyNotLive);
      case "/health/ready" -> health("ready", health::whyNotReady);
      case "/metrics" -> new Answer(OK, PrometheusText.CONTENT_TYPE, health.metrics());
      default ->
          new Answer(NOT_FOUND, PLAIN, "there are /health/live, /health/ready and /metrics\n");
    };
  }

  private static Answer health(String name, Supplier<List<String>> why) {
    List<String> reasons = why.get();
    return reasons.isEmpty()
        ? new Answer(OK, PLAIN, name + "\n")
        : new Answer(UNAVAILABLE, PLAIN, String.join("\n", reasons) + "\n");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
