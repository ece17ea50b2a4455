package org.streamfanout.provider.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetSender;

/** Posts one message a call. Thread-safe. */
final class HttpSender implements TargetSender {
  private final String targetId;
  private final URI url;
  private final String contentType;
  private final HttpAuth auth;
  private final @Nullable String secret;
  private final ProviderContext context;

  /**
   * Makes a sender.
   *
   * @param secret the name of the secret; null if the kind of authentication needs none
   */
  HttpSender(
      String targetId,
      URI url,
      String contentType,
      HttpAuth auth,
      @Nullable String secret,
      ProviderContext context) {
    this.targetId = targetId;
    this.url = url;
    this.contentType = contentType;
    this.auth = auth;
    this.secret = secret;
    this.context = context;
  }

  /**
   * One for all targets, made by the first call since it starts a thread. It follows no redirect,
   * and by default sends no POST twice: only a connection that was refused is tried again at once.
   */
  private HttpClient client() {
    return context.shared(
        HttpClient.class,
        "http",
        () ->
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build());
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    return List.of(send(batch.messages().get(0), deadline));
  }

  private Outcome send(Message message, Deadline deadline) {
    if (deadline.isExpired()) {
      return Outcome.failed(
          Failure.retryable("Timeout", "the deadline has passed; nothing was sent"));
    }
    Bytes body = message.body();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .setHeader("Content-Type", contentType)
            .setHeader("Idempotency-Key", message.id())
            .POST(BodyPublishers.ofByteArray(body.array(), body.offset(), body.length()));
    Failure unsigned = auth.sign(request, message, secretValue(), context.clock());
    if (unsigned != null) {
      return Outcome.failed(unsigned);
    }
    try {
      return HttpAnswers.outcome(
          new HttpExchange().run(client(), request.build(), deadline), context.clock());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Outcome.failed(HttpAnswers.interrupted());
    } catch (TimeoutException late) {
      return Outcome.failed(HttpAnswers.timeout());
    } catch (ExecutionException error) {
      return Outcome.failed(HttpAnswers.noAnswer(error));
    }
  }

  private @Nullable String secretValue() {
    return secret == null ? null : context.secret(secret);
  }

  @Override
  public long sizeInBytes(Message message) {
    return message.bodyLength();
  }

  /** Sends OPTIONS, which changes nothing; any answer means that somebody is there. */
  @Override
  public List<Finding> check(Deadline deadline) {
    if (secret != null && secretValue() == null) {
      return List.of(
          finding(
              Severity.ERROR,
              "its secret is not set; set " + ProviderContext.SECRET_PREFIX + secret));
    }
    HttpRequest request =
        HttpRequest.newBuilder(url).method("OPTIONS", BodyPublishers.noBody()).build();
    try {
      int status = new HttpExchange().run(client(), request, deadline).statusCode();
      return List.of(finding(Severity.OK, "answers (" + status + " to OPTIONS)"));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return List.of(finding(Severity.WARNING, "could not be checked: interrupted"));
    } catch (TimeoutException late) {
      return List.of(finding(Severity.WARNING, "could not be checked: no answer in time"));
    } catch (ExecutionException error) {
      return List.of(
          finding(Severity.WARNING, "could not be checked: " + HttpAnswers.noAnswer(error).code()));
    }
  }

  private Finding finding(Severity severity, String text) {
    return new Finding(
        severity, targetId, url.getScheme() + "://" + url.getAuthority() + " " + text);
  }
}
