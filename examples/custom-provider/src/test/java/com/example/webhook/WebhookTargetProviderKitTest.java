package com.example.webhook;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.StandInDestination;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/** The provider kit against a receiver in this JVM. */
class WebhookTargetProviderKitTest extends TargetProviderKit {
  @Override
  protected TargetProvider provider() {
    return new WebhookTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Receiver();
  }

  /** A call is one message, which is taken or not. */
  @Override
  protected boolean failsEntries() {
    return false;
  }

  /** All but credentials that expire: it uses none. */
  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.complementOf(EnumSet.of(Trouble.EXPIRED_CREDENTIALS));
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            row("http://receiver.example/", "text/plain"), List.of("receiver.example:80")),
        new InvalidTarget(row("http://ada@127.0.0.1/", "text/plain"), List.of("URL")),
        new InvalidTarget(row("ftp://127.0.0.1/", "text"), List.of("URL", "contentType")));
  }

  private static TargetConfig row(String destination, String contentType) {
    return TargetConfig.builder(Records.KINESIS, "hook", "webhook", destination)
        .options(Map.of("contentType", contentType))
        .build();
  }

  private static final class Receiver extends StandInDestination {
    Receiver() {
      super(Receiver::take);
    }

    private static Response take(Request request, List<Bytes> arrived) {
      arrived.add(Bytes.wrap(request.body()));
      return Response.of(204, "");
    }

    @Override
    protected Response answerIn(Trouble trouble) {
      int status =
          switch (trouble) {
            case THROTTLED -> 429;
            case DENIED -> 403;
            case MISSING -> 404;
            default -> 500;
          };
      return Response.of(status, "");
    }

    @Override
    public TargetConfig target() {
      return row("http://127.0.0.1:" + port() + "/hook", "application/json");
    }

    @Override
    public void configure(TestContext context) {
      context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
    }
  }
}
