package org.streamfanout.lambda.function;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for Lambda's Runtime API
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, as known 2026-11): hands out
 * invocations one at a time and takes the answers.
 */
final class RuntimeApi implements AutoCloseable {
  private static final String PATH = "/2018-06-01/runtime/";

  /**
   * What the function answered: to an invocation, that it is ready for a snapshot, could not start,
   * or ended.
   */
  record Answer(Kind kind, String body) {
    enum Kind {
      RESPONSE,
      SNAPSHOT,
      ERROR,
      INIT_ERROR,
      ENDED
    }
  }

  private record Invocation(byte[] event, Duration timeout) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Invocation> invocations = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final CountDownLatch restored = new CountDownLatch(1);

  RuntimeApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext(PATH, this::handle);
    server.start();
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Sends an event and waits for the answer. */
  Answer invoke(byte[] event, Duration timeout) throws InterruptedException {
    invocations.add(new Invocation(event, timeout));
    return awaitAnswer();
  }

  /** Waits until a function that is started for a snapshot asks to be restored. */
  Answer awaitSnapshot() throws InterruptedException {
    return awaitAnswer();
  }

  /** Lets the function go on as if it were a copy of its snapshot. */
  void restore() {
    restored.countDown();
  }

  /** Tells whoever waits that the function's process has ended. */
  void ended(String how) {
    answers.add(new Answer(Answer.Kind.ENDED, how));
  }

  Answer awaitAnswer() throws InterruptedException {
    Answer answer = answers.poll(90, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("the function did not answer");
    }
    return answer;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (path.equals(PATH + "invocation/next")) {
        next(exchange);
        return;
      }
      String text = new String(body, StandardCharsets.UTF_8);
      if (path.equals(PATH + "restore/next")) {
        restoreNext(exchange);
        return;
      }
      if (path.equals(PATH + "init/error") || path.equals(PATH + "restore/error")) {
        accepted(exchange);
        answers.add(new Answer(Answer.Kind.INIT_ERROR, text));
      } else if (path.endsWith("/response")) {
        accepted(exchange);
        answers.add(new Answer(Answer.Kind.RESPONSE, text));
      } else if (path.endsWith("/error")) {
        accepted(exchange);
        answers.add(new Answer(Answer.Kind.ERROR, text));
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private void next(HttpExchange exchange) throws IOException {
    Invocation invocation;
    try {
      invocation = invocations.take();
    } catch (InterruptedException e) {
      // The test is over; the function is stopped as well.
      Thread.currentThread().interrupt();
      return;
    }
    var headers = exchange.getResponseHeaders();
    headers.add("Lambda-Runtime-Aws-Request-Id", UUID.randomUUID().toString());
    headers.add(
        "Lambda-Runtime-Deadline-Ms",
        Long.toString(Instant.now().plus(invocation.timeout).toEpochMilli()));
    headers.add(
        "Lambda-Runtime-Invoked-Function-Arn",
        "arn:aws:lambda:eu-west-1:123456789012:function:fanout");
    headers.add("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0");
    headers.add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, invocation.event.length);
    exchange.getResponseBody().write(invocation.event);
  }

  private void restoreNext(HttpExchange exchange) throws IOException {
    answers.add(new Answer(Answer.Kind.SNAPSHOT, ""));
    try {
      restored.await();
    } catch (InterruptedException e) {
      // The test is over; the function is stopped as well.
      Thread.currentThread().interrupt();
      return;
    }
    exchange.sendResponseHeaders(200, 0);
  }

  private static void accepted(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(202, -1);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
