package org.streamfanout.provider.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.ProxiedDestination;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/** A receiver of posts, as real as one gets: a local HTTP server behind a proxy. */
final class HttpReceiver extends ProxiedDestination {
  private final RecordingEndpoint endpoint;
  private final List<Bytes> arrived = new CopyOnWriteArrayList<>();

  private HttpReceiver(RecordingEndpoint endpoint) {
    super(endpoint.uri().getPort());
    this.endpoint = endpoint;
    answerWell();
  }

  static HttpReceiver start() {
    return new HttpReceiver(RecordingEndpoint.start());
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(Records.KINESIS, "t", "http", "http://127.0.0.1:" + port() + "/in")
        .build();
  }

  @Override
  public void configure(TestContext context) {
    context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1:" + port());
  }

  @Override
  public List<Bytes> arrived() {
    return List.copyOf(arrived);
  }

  @Override
  protected int callsOfServer() {
    return endpoint.requests().size();
  }

  @Override
  protected void answerWell() {
    endpoint.answer(
        request -> {
          arrived.add(Bytes.wrap(request.body()));
          return Response.of(200, "thanks");
        });
  }

  @Override
  protected void answerWith(Trouble trouble) {
    endpoint.answer(
        switch (trouble) {
          case THROTTLED -> Response.of(429, "").with("Retry-After", "1");
          case SERVER_ERROR -> Response.of(500, "");
          case DENIED -> Response.of(403, "");
          case MISSING -> Response.of(404, "");
          default -> throw new IllegalArgumentException("no receiver says " + trouble);
        });
  }

  @Override
  public void close() {
    super.close();
    endpoint.close();
  }
}
