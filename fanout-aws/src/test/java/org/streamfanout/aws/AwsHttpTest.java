package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;

/** On the wire, against a stand-in that records what comes. */
@Timeout(300)
class AwsHttpTest {
  private static final Deadline LATER = Deadline.after(Duration.ofMinutes(4));

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final AwsClients clients =
      AwsClients.builder()
          .credentials(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret")))
          .build();

  @AfterEach
  void close() {
    clients.close();
    endpoint.close();
  }

  private static AwsHttp.Answer post(AwsHttp http, Deadline deadline) {
    return http.send(
        SdkHttpMethod.POST, "/a%20b?c=d", Map.of("X-Own", "1"), Bytes.utf8("body"), deadline);
  }

  @Test
  void send_plain_goesOutAsItIs() {
    endpoint.answer(
        Response.of(418, "answer").with("Retry-After", "3").with("x-amzn-ErrorType", "Code"));

    AwsHttp.Answer answer = post(clients.http(URI.create(endpoint.uri() + "/")), LATER);

    assertThat(answer).isEqualTo(new AwsHttp.Answer(418, "3", "Code", Bytes.utf8("answer")));
    assertThat(endpoint.last().method()).isEqualTo("POST");
    assertThat(endpoint.last().path()).isEqualTo("/a%20b?c=d");
    assertThat(endpoint.last().text()).isEqualTo("body");
    assertThat(endpoint.last().header("content-length")).isEqualTo("4");
    assertThat(endpoint.last().header("x-own")).isEqualTo("1");
    assertThat(endpoint.last().header("authorization")).isNull();
  }

  @Test
  void send_signed_coversHeadersAndBody() {
    endpoint.answer(Response.of(200, ""));
    AwsAccess access = new AwsAccess("eu-west-1", null, null, null, null);

    AwsHttp.Answer answer = post(clients.http(endpoint.uri(), "es", access), LATER);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Bytes.EMPTY);
    assertThat(endpoint.last().text()).isEqualTo("body");
    assertThat(endpoint.last().header("authorization"))
        .startsWith("AWS4-HMAC-SHA256 Credential=AKIA/")
        .contains("/eu-west-1/es/aws4_request")
        .containsPattern("SignedHeaders=[a-z0-9;-]*host;.*x-own");
    assertThat(endpoint.last().header("x-amz-content-sha256"))
        .isEqualTo("230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5");
  }

  @Test
  void send_redirect_isNotFollowed() {
    endpoint.answer(Response.of(307, "").with("Location", endpoint.uri() + "/elsewhere"));

    assertThat(post(clients.http(endpoint.uri()), LATER).status()).isEqualTo(307);
    assertThat(endpoint.requests()).hasSize(1);
  }

  @Test
  void send_deadlineInThePast_sendsNothing() {
    Throwable error =
        catchThrowable(() -> post(clients.http(endpoint.uri()), Deadline.after(Duration.ZERO)));

    assertThat(AwsFailures.classify(error).code()).isEqualTo("Timeout");
    assertThat(endpoint.requests()).isEmpty();
  }

  @Test
  void send_noAnswer_endsAtTheDeadline() {
    Gate gate = new Gate();
    endpoint.answer(
        request -> {
          gate.pass();
          return null;
        });

    Throwable error =
        catchThrowable(
            () -> post(clients.http(endpoint.uri()), Deadline.after(Duration.ofMillis(200))));

    assertThat(AwsFailures.classify(error))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "Timeout");
    gate.open();
  }

  @Test
  void send_noAnswer_endsAtAnInterrupt() throws Exception {
    Gate gate = new Gate();
    endpoint.answer(
        request -> {
          gate.pass();
          return null;
        });
    FutureTask<Throwable> send =
        new FutureTask<>(() -> catchThrowable(() -> post(clients.http(endpoint.uri()), LATER)));
    Thread thread = new Thread(send, "interrupted");
    thread.start();
    gate.awaitArrived(1, Duration.ofSeconds(60));

    thread.interrupt();

    assertThat(AwsFailures.classify(send.get(60, TimeUnit.SECONDS)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "Interrupted");
    gate.open();
  }

  @Test
  void send_connectionThatEnds_isNoAnswer() {
    endpoint.answer(request -> null);

    Throwable error = catchThrowable(() -> post(clients.http(endpoint.uri()), LATER));

    assertThat(AwsFailures.classify(error))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "NoAnswer");
    assertThat(endpoint.requests()).hasSize(1);
  }

  @Test
  void isExpiredCredentials_ofWhatAwsSays_isSo() {
    String text = "{\"message\":\"The security token included in the request is expired\"}";

    assertThat(new AwsHttp.Answer(403, null, null, Bytes.utf8(text)).isExpiredCredentials())
        .isTrue();
    assertThat(
            new AwsHttp.Answer(400, null, "ExpiredTokenException", Bytes.EMPTY)
                .isExpiredCredentials())
        .isTrue();
    assertThat(new AwsHttp.Answer(200, null, null, Bytes.utf8(text)).isExpiredCredentials())
        .isFalse();
    assertThat(new AwsHttp.Answer(403, null, null, Bytes.utf8("no")).isExpiredCredentials())
        .isFalse();
  }

  @Test
  void endpointOr_operatorsEndpoint_wins() {
    URI own = URI.create("https://search-x.eu-west-1.es.amazonaws.com");

    assertThat(clients.endpointOr(own)).isEqualTo(own);
    try (AwsClients others = AwsClients.builder().endpoint(endpoint.uri()).build()) {
      assertThat(others.endpointOr(own)).isEqualTo(endpoint.uri());
    }
  }

  @Test
  void encoded_pathPart_keepsOnlyWhatNeedsNoEscape() {
    assertThat(AwsHttp.encoded("aZ0-._~")).isEqualTo("aZ0-._~");
    assertThat(AwsHttp.encoded("a/b?c#d%\u20ac ")).isEqualTo("a%2Fb%3Fc%23d%25%E2%82%AC%20");
  }
}
