package org.streamfanout.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/**
 * One URL for two real servers, since an engine knows one endpoint: what goes to a bucket goes to
 * S3, and meets faults; everything else to the other. Thread-safe.
 */
final class Switchboard implements AutoCloseable {
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "connection", "content-length", "expect", "upgrade", "transfer-encoding");

  private final URI s3;
  private final URI other;
  private final String bucket;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final RecordingEndpoint endpoint;

  /** What happens to one put. */
  interface Fault {
    /** Returns what is answered; null for a reset. */
    Response answer(Switchboard servers, Request request) throws Exception;

    /** Refuses a put as S3 does. */
    static Fault refuse(int status, String code) {
      return (servers, request) ->
          Response.of(
                  status,
                  "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>no</Message></Error>"
                      .formatted(code))
              .with("Content-Type", "application/xml");
    }

    /** Lets a put take effect, then ends the connection without an answer. */
    static Fault applyThenReset() {
      return (servers, request) -> {
        servers.forward(servers.s3, request);
        return null;
      };
    }
  }

  Switchboard(URI s3, String bucket, URI other) {
    this.s3 = s3;
    this.bucket = bucket;
    this.other = other;
    this.endpoint = RecordingEndpoint.start().answer(this::answer);
  }

  URI uri() {
    return endpoint.uri();
  }

  /** Sets what happens to the next puts. */
  void nextPuts(Fault... next) {
    faults.addAll(List.of(next));
  }

  /** Returns every put of an object. */
  List<Request> puts() {
    return endpoint.requests().stream().filter(this::isPut).toList();
  }

  private boolean isForS3(Request request) {
    return request.path().startsWith("/" + bucket);
  }

  private boolean isPut(Request request) {
    return isForS3(request) && request.method().equals("PUT");
  }

  private Response answer(Request request) throws Exception {
    Fault fault = isPut(request) ? faults.poll() : null;
    return fault != null
        ? fault.answer(this, request)
        : forward(isForS3(request) ? s3 : other, request);
  }

  private Response forward(URI server, Request request) throws IOException, InterruptedException {
    HttpRequest.Builder forwarded =
        HttpRequest.newBuilder(URI.create(server + request.path()))
            .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
    request.headers().entrySet().stream()
        .filter(header -> !OF_THE_CONNECTION.contains(header.getKey()))
        .forEach(header -> forwarded.setHeader(header.getKey(), header.getValue()));
    HttpResponse<byte[]> response =
        client.send(forwarded.build(), HttpResponse.BodyHandlers.ofByteArray());
    Map<String, String> headers = new LinkedHashMap<>();
    response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
    headers.keySet().removeIf(name -> OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT)));
    return new Response(response.statusCode(), headers, response.body());
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
