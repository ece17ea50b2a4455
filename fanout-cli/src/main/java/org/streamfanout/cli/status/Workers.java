package org.streamfanout.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Workers that are asked how they do, each by its health port. No redirect is followed; how long an
 * answer takes and how large it is are bounded. Thread-safe.
 */
public final class Workers implements AutoCloseable {
  /** Some thousand targets. */
  static final int MOST_BYTES = 8 << 20;

  /** Long for a machine nearby that works; short for a page that somebody looks at. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final JsonMapper MAPPER = new JsonMapper();

  private final List<URI> urls;
  private final Duration patience;
  private final Clock clock;
  private final Map<URI, Instant> lastAnswers = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "fanout-status-client");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpClient http =
      HttpClient.newBuilder()
          .executor(threads)
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * Takes workers; asks none yet.
   *
   * @param urls where their health ports are
   */
  public Workers(List<URI> urls) {
    this(urls, PATIENCE, Clock.systemUTC());
  }

  Workers(List<URI> urls, Duration patience, Clock clock) {
    this.urls = List.copyOf(urls);
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * Returns the URL of a health port.
   *
   * @throws IllegalArgumentException if the text is none; the message says why
   */
  public static URI url(String text) {
    String problem = "'" + Shown.of(text) + "' is no URL such as http://127.0.0.1:8080";
    URI url;
    try {
      url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(problem, e);
    }
    boolean web =
        "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
    if (!web
        || url.getHost() == null
        || url.getRawUserInfo() != null
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw new IllegalArgumentException(problem);
    }
    return url;
  }

  /** Asks all of them, side by side, and returns a part of each, in their order. */
  public List<ObjectNode> ask() {
    long end = System.nanoTime() + patience.toNanos();
    List<Future<ObjectNode>> asked =
        urls.stream().map(url -> threads.submit(() -> read(send(url)))).toList();
    List<ObjectNode> parts = new ArrayList<>();
    for (int place = 0; place < urls.size(); place++) {
      parts.add(part(urls.get(place), asked.get(place), end));
    }
    return parts;
  }

  private ObjectNode part(URI url, Future<ObjectNode> asked, long end) {
    try {
      long left = Math.max(0, end - System.nanoTime());
      return answered(url, asked.get(left, TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      return silent(url, reason(e.getCause() == null ? e : e.getCause()));
    } catch (TimeoutException e) {
      return silent(url, tooLate());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return silent(url, "interrupted");
    } finally {
      asked.cancel(true);
    }
  }

  private HttpResponse<byte[]> send(URI url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(byAddress(URI.create(url + StatusPage.DOCUMENT)))
            .timeout(patience)
            .GET()
            .build();
    return http.send(request, info -> new BoundedBody(MOST_BYTES));
  }

  /** A worker answers to addresses, and to few names; a certificate, though, has a name. */
  private static URI byAddress(URI url) {
    if (!"http".equalsIgnoreCase(url.getScheme())) {
      return url;
    }
    try {
      String host = InetAddress.getByName(url.getHost()).getHostAddress();
      String literal = host.contains(":") ? "[" + host.replaceFirst("%.*", "") + "]" : host;
      String port = url.getPort() < 0 ? "" : ":" + url.getPort();
      return URI.create("http://" + literal + port + url.getRawPath());
    } catch (UnknownHostException e) {
      throw new UncheckedIOException("host '" + url.getHost() + "' is not known", e);
    }
  }

  private ObjectNode read(HttpResponse<byte[]> answer) {
    if (answer.statusCode() != WebServer.OK) {
      throw new IllegalStateException(
          "it answers "
              + answer.statusCode()
              + (answer.statusCode() == WebServer.NOT_FOUND ? "; an older worker?" : ""));
    }
    try {
      JsonNode document = MAPPER.readTree(answer.body());
      if (document.path("version").asInt() != StatusDocument.VERSION) {
        throw new IllegalStateException(
            "its document is no version " + StatusDocument.VERSION + "; use the worker's own page");
      }
      if (document.path("workers").size() == 1
          && document.path("workers").get(0) instanceof ObjectNode worker) {
        return worker;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what it answers is no JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("what it answers is not a worker's status");
  }

  private ObjectNode answered(URI url, ObjectNode worker) {
    lastAnswers.put(url, clock.instant());
    worker.put("url", url.toString());
    worker.put("answered", true);
    return worker;
  }

  private ObjectNode silent(URI url, String problem) {
    Instant last = lastAnswers.get(url);
    ObjectNode worker = StatusDocument.part();
    worker.put("url", url.toString());
    worker.put("answered", false);
    worker.put("problem", problem);
    worker.put("lastAnswer", last == null ? null : last.toString());
    StatusDocument.putTrouble(worker, List.of(Trouble.NO_ANSWER));
    return worker;
  }

  private String tooLate() {
    return "no answer within " + patience.toMillis() / 1e3 + " s";
  }

  private String reason(Throwable problem) {
    if (problem instanceof HttpTimeoutException) {
      return tooLate();
    }
    String text = problem.getMessage();
    return problem instanceof ConnectException
        ? "nobody listens there"
        : text == null ? problem.toString() : text;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
