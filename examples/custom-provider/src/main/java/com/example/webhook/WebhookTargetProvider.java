package com.example.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** A destination of one's own: posts each message to a URL. Thread-safe. */
public final class WebhookTargetProvider implements TargetProvider {
  private static final Limits LIMITS = Limits.of(1, 1 << 20, 1 << 20);

  @Override
  public String type() {
    return "webhook";
  }

  @Override
  public Description describe() {
    return Description.builder("Posts each message to a URL.")
        .destination("an http or https URL on a host that the operator allows")
        .ordering("Any; a message a call, so SHARD sends one at a time.")
        .duplicates("Idempotency-Key is the message's id, equal in every attempt.")
        .limits("Set by this provider; ask the owner of the URL.")
        .retried("Time-outs, broken connections and statuses that are not named below.")
        .rejected("400, 415 and 422. The target stops at 401, 403, 404 and 410.")
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
    List<String> problems = new ArrayList<>();
    Optional<HostPort> host = url(target).flatMap(HostPort::of);
    if (host.isEmpty()) {
      problems.add("destination is no http or https URL");
    } else if (!context.allows(host.get())) {
      problems.add("add " + host.get() + " to the setting " + ProviderContext.ALLOWED_HOSTS);
    }
    if (!contentType(target).matches("[!-~]+/[!-~]+")) {
      problems.add("contentType is no media type");
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static String contentType(TargetConfig target) {
    return target.option("contentType", "application/json");
  }

  private static Optional<URI> url(TargetConfig target) {
    try {
      return Optional.of(new URI(target.destination()));
    } catch (URISyntaxException notOne) {
      return Optional.empty();
    }
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new WebhookSender(context, url(target).orElseThrow(), contentType(target));
  }
}
