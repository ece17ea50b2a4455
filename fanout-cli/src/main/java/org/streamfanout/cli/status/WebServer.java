package org.streamfanout.cli.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers GET and HEAD over HTTP, and nothing else. Thread-safe. */
public final class WebServer implements AutoCloseable {
  /** The status of an answer. */
  public static final int OK = 200;

  /** There is no such page. */
  public static final int NOT_FOUND = 404;

  /** The page is not for whoever asks by that name. */
  public static final int MISDIRECTED = 421;

  /** What is asked for is not well. */
  public static final int UNAVAILABLE = 503;

  /** The type of plain text. */
  public static final String PLAIN = "text/plain; charset=utf-8";

  private static final int BAD_METHOD = 405;
  private static final int BROKEN = 500;
  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

  /** A client that never finishes its request, or never reads, must not keep the others out. */
  private static final Map<String, String> PATIENCE_SECONDS =
      Map.of("sun.net.httpserver.maxReqTime", "10", "sun.net.httpserver.maxRspTime", "10");

  private static final int THREADS = 4;

  /** Whatever is answered is shown as what it is, by itself, and is not kept. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Cache-Control", "no-store",
          "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                  + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "Referrer-Policy", "no-referrer",
          "X-Content-Type-Options", "nosniff");

  private final HttpServer server;
  private final ExecutorService threads;

  /** What is asked. */
  public interface Site {
    /**
     * Answers; several threads ask at once.
     *
     * @param path the path of the URL, decoded
     * @param host the name by which the server was asked, with or without a port; null if none was
     *     given
     */
    Answer answer(String path, @Nullable String host);
  }

  /**
   * An answer.
   *
   * @param status HTTP's number
   * @param type the type of the content
   * @param body the content, which nobody changes
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, and compared by nobody
  public record Answer(int status, String type, byte[] body) {
    /** Makes an answer of text. */
    public static Answer text(int status, String type, String text) {
      return new Answer(status, type, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private WebServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts to answer.
   *
   * @param port 0 for one that is free
   * @param name what its threads are called
   * @throws IOException if nobody can listen there
   */
  public static WebServer start(String host, int port, String name, Site site) throws IOException {
    PATIENCE_SECONDS.forEach(
        (property, seconds) -> {
          if (System.getProperty(property) == null) {
            System.setProperty(property, seconds);
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
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, site));
    server.start();
    return new WebServer(server, threads);
  }

  /** Returns where it listens. */
  public URI url() {
    InetSocketAddress address = server.getAddress();
    String host = address.getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  private static void answer(HttpExchange exchange, Site site) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      Answer answer =
          head || method.equals("GET")
              ? ask(exchange, site)
              : Answer.text(BAD_METHOD, PLAIN, "only GET and HEAD are answered\n");
      HEADERS.forEach(exchange.getResponseHeaders()::set);
      exchange.getResponseHeaders().set("Content-Type", answer.type);
      if (answer.status == BAD_METHOD) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      }
      exchange.sendResponseHeaders(answer.status, head ? -1 : answer.body.length);
      if (!head) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(answer.body);
        }
      }
    }
  }

  private static Answer ask(HttpExchange exchange, Site site) {
    try {
      return site.answer(
          exchange.getRequestURI().getPath(), exchange.getRequestHeaders().getFirst("Host"));
    } catch (RuntimeException e) {
      LOG.warn("an answer could not be made", e);
      return Answer.text(BROKEN, PLAIN, "no answer could be made; the log says why\n");
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
