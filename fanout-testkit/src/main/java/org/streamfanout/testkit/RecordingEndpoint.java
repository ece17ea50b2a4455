package org.streamfanout.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for a service that has no real server here: a local HTTP endpoint that keeps every
 * request and answers as the test says. Listens on 127.0.0.1 and a free port. Thread-safe.
 */
public final class RecordingEndpoint implements AutoCloseable {
  static {
    // Without it each answer waits some 40 ms for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<Request> requests = new ArrayList<>();
  private volatile Responder responder = request -> Response.of(500, "no answer was scripted");
  private volatile @Nullable Throwable brokenResponder;

  /**
   * A request as it came.
   *
   * @param method such as {@code POST}
   * @param path with the query, as written
   * @param headers by name in lower case; values as written, several joined by a comma
   * @param body the body's bytes
   */
  public record Request(String method, String path, Map<String, String> headers, byte[] body) {
    /** Returns a header's value, whatever the case of its name; null if there is none. */
    public @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** Returns the body as text in UTF-8. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /**
   * A scripted answer.
   *
   * @param status the HTTP status
   * @param headers beside those that HTTP needs
   * @param body the body's bytes
   */
  public record Response(int status, Map<String, String> headers, byte[] body) {
    /** Returns an answer without headers of its own. */
    public static Response of(int status, String body) {
      return new Response(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns this answer with one more header. */
    public Response with(String name, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(name, value);
      return new Response(status, more, body);
    }
  }

  /** Decides what a request is answered with; called by several threads at once. */
  @FunctionalInterface
  public interface Responder {
    /** Returns the answer; null to close the connection without one. */
    @Nullable Response answer(Request request) throws Exception;
  }

  private RecordingEndpoint() throws IOException {
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "recording-endpoint");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Starts an endpoint.
   *
   * @throws IllegalStateException if no port can be opened
   */
  public static RecordingEndpoint start() {
    try {
      return new RecordingEndpoint();
    } catch (IOException error) {
      throw new IllegalStateException("cannot listen on 127.0.0.1", error);
    }
  }

  /** Sets the answers from now on. */
  public RecordingEndpoint answer(Responder newResponder) {
    responder = Objects.requireNonNull(newResponder, "responder");
    return this;
  }

  /** Answers every request from now on in one way. */
  public RecordingEndpoint answer(Response response) {
    return answer(request -> response);
  }

  /** Returns {@code http://127.0.0.1:<port>}. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * Returns the requests so far, in the order in which they came.
   *
   * @throws IllegalStateException if a responder threw, which is the test's own mistake
   */
  public List<Request> requests() {
    lock.lock();
    try {
      Throwable broken = brokenResponder;
      if (broken != null) {
        throw new IllegalStateException("the test's responder threw", broken);
      }
      return List.copyOf(requests);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the last request. */
  public Request last() {
    List<Request> all = requests();
    if (all.isEmpty()) {
      throw new IllegalStateException("no request has come");
    }
    return all.get(all.size() - 1);
  }

  /** Waits until at least this many requests have come. */
  public void awaitRequests(int count) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (requests.size() < count) {
        arrived.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the requests so far. */
  public void clear() {
    lock.lock();
    try {
      requests.clear();
    } finally {
      lock.unlock();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new LinkedHashMap<>();
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) ->
                  headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
      Request request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              Map.copyOf(headers),
              exchange.getRequestBody().readAllBytes());
      keep(request);
      Response response = ask(request);
      if (response == null) {
        return;
      }
      response.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = response.body();
      exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private void keep(Request request) {
    lock.lock();
    try {
      requests.add(request);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Response ask(Request request) {
    try {
      return responder.answer(request);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      return null;
    } catch (Exception | AssertionError error) {
      brokenResponder = error;
      return Response.of(500, "the test's responder threw");
    }
  }

  /** Stops at once; requests under way are cut off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
