package com.example.webhook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetSender;

/** Posts one message a call. Thread-safe. */
record WebhookSender(ProviderContext context, URI url, String contentType) implements TargetSender {
  @Override
  public List<Outcome> send(Batch batch, Deadline deadline)
      throws IOException, InterruptedException {
    Message message = batch.messages().get(0);
    Bytes body = message.body();
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(deadline.remaining().plus(Duration.ofMillis(1)))
            .header("Content-Type", contentType)
            .header("Idempotency-Key", message.id())
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(body.array(), body.offset(), body.length()))
            .build();
    HttpClient client = context.shared(HttpClient.class, "webhook", HttpClient::newHttpClient);
    HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
    return List.of(outcome(answer.statusCode()));
  }

  private static Outcome outcome(int status) {
    if (status >= 200 && status < 300) {
      return Outcome.accepted();
    }
    String code = "Http" + status;
    return Outcome.failed(
        switch (status) {
          case 429, 503 -> Failure.throttled(code, "the receiver asks for a pause");
          case 401, 403, 404, 410 -> Failure.fatal(code, "the receiver takes nothing from us");
          case 413 -> Failure.tooLarge(code, "the receiver takes smaller messages only");
          case 400, 415, 422 -> Failure.rejected(code, "the receiver rejects this message");
          default -> Failure.retryable(code, "the receiver is in trouble");
        });
  }

  @Override
  public long sizeInBytes(Message message) {
    return message.bodyLength();
  }
}
