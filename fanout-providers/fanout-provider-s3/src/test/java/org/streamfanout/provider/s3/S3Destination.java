package org.streamfanout.provider.s3;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.ProxiedDestination;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/**
 * A bucket of a real server. Denials, throttling and the like, which that server does not know, are
 * answered in front of it in S3's words.
 */
final class S3Destination extends ProxiedDestination {
  private static final Set<String> NOT_FORWARDED =
      Set.of("host", "connection", "content-length", "expect", "transfer-encoding");

  private final RecordingEndpoint front;
  private final URI server;
  private final Bucket bucket;
  private final Map<String, String> options;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger calls = new AtomicInteger();
  private final Collection<String> written = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile @Nullable Response trouble;

  private S3Destination(RecordingEndpoint front, URI server, Map<String, String> options) {
    super(front.uri().getPort());
    this.front = front;
    this.server = server;
    this.bucket = new Bucket(server);
    this.options = options;
    front.answer(this::answer);
  }

  static S3Destination open(URI server, Map<String, String> options) {
    return new S3Destination(RecordingEndpoint.start(), server, options);
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(Records.KINESIS, "kit", "s3", "s3://" + bucket.name + "/in/put")
        .region("eu-west-1")
        .options(options)
        .build();
  }

  @Override
  public void configure(TestContext context) {
    context.set(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:" + port());
  }

  /** Reads the objects in the order in which they were written, line by line. */
  @Override
  public List<Bytes> arrived() throws Exception {
    List<Bytes> lines = new ArrayList<>();
    for (String key : List.copyOf(written)) {
      byte[] content = bucket.content(key);
      int from = 0;
      for (int at = 0; at < content.length; at++) {
        if (content[at] == '\n') {
          lines.add(Bytes.wrap(Arrays.copyOfRange(content, from, at)));
          from = at + 1;
        }
      }
    }
    return lines;
  }

  @Override
  protected int callsOfServer() {
    return calls.get();
  }

  @Override
  protected void answerWith(Trouble newTrouble) {
    trouble =
        switch (newTrouble) {
          case THROTTLED -> error(503, "SlowDown", "Please reduce your request rate.");
          case SERVER_ERROR -> error(500, "InternalError", "We encountered an internal error.");
          case EXPIRED_CREDENTIALS -> error(400, "ExpiredToken", "The provided token has expired.");
          case DENIED -> error(403, "AccessDenied", "Access Denied");
          case MISSING -> error(404, "NoSuchBucket", "The specified bucket does not exist");
          default -> throw new IllegalArgumentException("the network's trouble: " + newTrouble);
        };
  }

  static Response error(int status, String code, String message) {
    return Response.of(
            status,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>"
                + code
                + "</Code><Message>"
                + message
                + "</Message><RequestId>r-1</RequestId></Error>")
        .with("content-type", "application/xml");
  }

  @Override
  protected void answerWell() {
    trouble = null;
  }

  private Response answer(Request request) throws Exception {
    calls.addAndGet(request.method().equals("PUT") ? 1 : 0);
    Response instead = trouble;
    if (instead != null) {
      return instead;
    }
    HttpRequest.Builder forwarded =
        HttpRequest.newBuilder(server.resolve(request.path()))
            .method(request.method(), BodyPublishers.ofByteArray(request.body()));
    request
        .headers()
        .forEach(
            (name, value) -> {
              if (!NOT_FORWARDED.contains(name)) {
                forwarded.header(name, value);
              }
            });
    HttpResponse<byte[]> response = http.send(forwarded.build(), BodyHandlers.ofByteArray());
    if (response.statusCode() == 200 && request.method().equals("PUT")) {
      written.add(request.path().substring(bucket.name.length() + 2));
    }
    Map<String, String> headers = new LinkedHashMap<>();
    response
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (name.startsWith("x-amz") || name.equals("etag")) {
                headers.put(name, String.join(",", values));
              }
            });
    return new Response(response.statusCode(), headers, response.body());
  }

  @Override
  public void close() {
    super.close();
    front.close();
    bucket.close();
  }
}
