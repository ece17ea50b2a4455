package org.streamfanout.provider.http;

import java.util.List;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.StandInDestination;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/** A receiver of posts, as real as one gets: a local HTTP server behind a proxy. */
final class HttpReceiver extends StandInDestination {
  HttpReceiver() {
    super(HttpReceiver::take);
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

  private static Response take(Request request, List<Bytes> arrived) {
    arrived.add(Bytes.wrap(request.body()));
    return Response.of(200, "thanks");
  }

  @Override
  protected Response answerIn(Trouble trouble) {
    return switch (trouble) {
      case THROTTLED -> Response.of(429, "").with("Retry-After", "1");
      case SERVER_ERROR -> Response.of(500, "");
      case DENIED -> Response.of(403, "");
      case MISSING -> Response.of(404, "");
      default -> throw new IllegalArgumentException("no receiver says " + trouble);
    };
  }
}
