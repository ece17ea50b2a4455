package org.streamfanout.examples;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** A destination of one's own: posts each message to a URL. Thread-safe. */
public final class WebhookTargetProvider implements TargetProvider {
  /** What this example sets itself; ask the owner of the URL. */
  static final Limits LIMITS = Limits.of(1, 1024 * 1024, 1024 * 1024);

  /** Made by {@link java.util.ServiceLoader}, or handed to the engine's builder. */
  public WebhookTargetProvider() {}

  @Override
  public String type() {
    return "webhook";
  }

  @Override
  public Description describe() {
    return Description.builder("Posts each message to a URL.")
        .destination("http:// or https:// URL on a host that the operator allows")
        .ordering("any; a message per call, so SHARD sends one at a time")
        .duplicates("the header Idempotency-Key is the message's id, equal in every attempt")
        .option("contentType", "a media type", "application/json", "the header Content-Type")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .collapses(EnumSet.allOf(Collapse.class), Collapse.JSON)
        .build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    URI url = url(target.destination());
    if (url == null) {
      throw new InvalidTargetException(
          List.of("destination '" + target.destination() + "' is no http or https URL"));
    }
    String host = url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    String allowed = context.setting(ProviderContext.ALLOWED_HOSTS);
    if (allowed == null || !Arrays.asList(allowed.split("\\s*,\\s*")).contains(host)) {
      throw new InvalidTargetException(
          List.of(
              "host '" + host + "' is not allowed; add it to " + ProviderContext.ALLOWED_HOSTS));
    }
  }

  private static @Nullable URI url(String destination) {
    try {
      URI url = URI.create(destination);
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      boolean usable = url.getHost() != null && url.getUserInfo() == null;
      return usable && (scheme.equals("http") || scheme.equals("https")) ? url : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    HttpClient client = context.shared(HttpClient.class, "webhook", HttpClient::newHttpClient);
    String contentType = target.option("contentType", "application/json");
    return new WebhookSender(client, URI.create(target.destination()), contentType);
  }
}
