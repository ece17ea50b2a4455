package org.streamfanout.provider.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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

/** Posts to HTTP endpoints that the operator allows. Thread-safe. */
public final class HttpTargetProvider implements TargetProvider {
  /**
   * One message a call, of 1 MiB. HTTP has no limit; this is what one of the most used servers
   * takes by default, <a
   * href="https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size">{@code
   * client_max_body_size}</a> (as known 2026-11). The option {@code maxBytes} sets another.
   */
  public static final Limits LIMITS = limits(1_048_576);

  private static final String CONTENT_TYPE = "contentType";
  private static final String AUTH = "auth";
  private static final String SECRET = "secret";
  private static final String MAX_BYTES = "maxBytes";
  private static final int LARGEST = 67_108_864;
  private static final Pattern SECRET_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Pattern THIS_MACHINE =
      Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[::1]");
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");
  private static final Pattern MEDIA_TYPE =
      Pattern.compile(
          "[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}(?:; ?[\\x21-\\x7e]+)*");

  /** Makes the provider. */
  public HttpTargetProvider() {}

  private static Limits limits(long bytes) {
    return Limits.of(1, bytes, bytes);
  }

  @Override
  public String type() {
    return "http";
  }

  @Override
  public Description describe() {
    return Description.builder("An HTTP endpoint that takes a POST for each message.")
        .destination(
            "https://<host>[:<port>]/<path>, or http://; always a host that the setting "
                + ProviderContext.ALLOWED_HOSTS
                + " lists")
        .example("https://receiver.example/orders")
        .ordering(
            "One message a call, so KEY, BATCH and SHARD keep the order at one call at a time for"
                + " each lane.")
        .duplicates(
            "A message that is sent twice has the same Idempotency-Key (and webhook-id), by which"
                + " the receiver can tell.")
        .limits(
            "HTTP has none; 1 MiB is what nginx takes by default,"
                + " https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size,"
                + " as known 2026-11, and the option maxBytes sets another. Not asked for; a 413"
                + " teaches a lower one.")
        .retried(
            "429, and 503 with Retry-After, slow the target down; Retry-After is kept to, up to 15"
                + " minutes. 408, 409, 423, 425, other 5xx, timeouts and lost connections are tried"
                + " again.")
        .rejected(
            "400 and 422, for the whole message: with records that break the receiver,"
                + " collapse=none keeps their neighbours out of it. Any other 4xx, a redirect"
                + " (never followed) and a secret that is not set stop the target.")
        .option(
            CONTENT_TYPE,
            "a media type",
            "application/json",
            "The Content-Type of each request; set it where bodies are no JSON.")
        .option(
            AUTH,
            "none, bearer, hmac",
            "none",
            "bearer sends the secret as Authorization: Bearer, over https:// only (or to this"
                + " machine). hmac signs as Standard Webhooks does"
                + " (webhook-id, webhook-timestamp, webhook-signature), with base64 after whsec_ or"
                + " the secret's own bytes as key; two secrets with a space between them both"
                + " sign.")
        .option(
            SECRET,
            "a name",
            "none",
            "Which secret bearer and hmac use: the setting "
                + ProviderContext.SECRET_PREFIX
                + "<name>, read at each call.")
        .option(
            MAX_BYTES,
            "1 to " + LARGEST,
            Long.toString(LIMITS.maxMessageBytes()),
            "How many bytes a body may have.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(maxBytes(target).map(HttpTargetProvider::limits).orElse(LIMITS))
        .collapses(EnumSet.allOf(Collapse.class), Collapse.JSON)
        .claimChecks(true)
        .build();
  }

  private static Optional<Long> maxBytes(TargetConfig target) {
    return Optional.ofNullable(target.options().get(MAX_BYTES))
        .filter(text -> NUMBER.matcher(text).matches())
        .map(Long::valueOf)
        .filter(bytes -> bytes <= LARGEST);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems = new ArrayList<>();
    Optional<URI> url = url(target);
    if (url.isEmpty()) {
      problems.add(problem(target));
    } else if (!HostPort.of(url.get()).filter(context::allows).isPresent()) {
      problems.add(
          "destination '"
              + target.destination()
              + "' is on a host that is not allowed; the operator allows it by the setting "
              + ProviderContext.ALLOWED_HOSTS);
    }
    String contentType = target.option(CONTENT_TYPE, "application/json");
    if (!MEDIA_TYPE.matcher(contentType).matches()) {
      problems.add(
          "option 'contentType' is '" + contentType + "'; write one such as application/json");
    }
    String named = target.option(AUTH, "none");
    Optional<HttpAuth> auth = HttpAuth.of(named);
    if (auth.isEmpty()) {
      problems.add("option 'auth' is '" + named + "'; write none, bearer or hmac");
    }
    if (auth.equals(Optional.of(HttpAuth.BEARER))
        && url.filter(HttpTargetProvider::isInTheOpen).isPresent()) {
      problems.add("option 'auth' is 'bearer', which http:// would show to everyone; use https://");
    }
    addSecretProblems(problems, auth.orElse(null), target.options().get(SECRET));
    if (target.options().containsKey(MAX_BYTES) && maxBytes(target).isEmpty()) {
      problems.add(
          "option 'maxBytes' is '"
              + target.options().get(MAX_BYTES)
              + "'; write a number from 1 to "
              + LARGEST);
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static boolean isInTheOpen(URI url) {
    return url.getScheme().equals("http") && !THIS_MACHINE.matcher(url.getHost()).matches();
  }

  /** Not quoted: whoever mistakes the option for the secret itself has written that. */
  private static void addSecretProblems(
      List<String> problems, @Nullable HttpAuth auth, @Nullable String secret) {
    if (secret != null && !SECRET_NAME.matcher(secret).matches()) {
      problems.add(
          "option 'secret' is no name of a secret; write up to 64 letters, digits, dots, hyphens"
              + " and underscores, and the secret itself into the setting "
              + ProviderContext.SECRET_PREFIX
              + "<name>");
    }
    if (auth == HttpAuth.NONE && secret != null) {
      problems.add("option 'secret' is of no use to auth=none; leave it out");
    } else if (auth != null && auth != HttpAuth.NONE && secret == null) {
      problems.add("option 'secret' is missing; write the name of the secret that auth uses");
    }
  }

  /** Strict: what a URL parser would have to repair is none. */
  private static Optional<URI> url(TargetConfig target) {
    try {
      URI url = new URI(target.destination());
      return Optional.of(url)
          .filter(each -> HostPort.of(each).isPresent() && each.getRawFragment() == null)
          .filter(each -> each.toASCIIString().equals(target.destination()));
    } catch (URISyntaxException notOne) {
      return Optional.empty();
    }
  }

  private static String problem(TargetConfig target) {
    return "destination '"
        + target.destination()
        + "' is not a URL to post to; write https://<host>[:<port>]/<path>, without a user";
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new HttpSender(
        target.id(),
        url(target).orElseThrow(() -> new InvalidTargetException(List.of(problem(target)))),
        target.option(CONTENT_TYPE, "application/json"),
        HttpAuth.of(target.option(AUTH, "none")).orElse(HttpAuth.NONE),
        target.options().get(SECRET),
        context);
  }
}
