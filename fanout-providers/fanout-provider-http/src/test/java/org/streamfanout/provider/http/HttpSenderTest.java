package org.streamfanout.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a local receiver. */
@Timeout(300)
class HttpSenderTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_614_265_330);

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context = new TestContext(Clock.fixed(NOW, ZoneOffset.UTC));

  HttpSenderTest() {
    context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
    endpoint.answer(Response.of(204, ""));
  }

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(String url, Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "http", url).options(options).build();
    HttpTargetProvider provider = new HttpTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private TargetSender open(Map<String, String> options) {
    return open(endpoint.uri() + "/hooks/in?a=b", options);
  }

  private static Outcome send(TargetSender sender, String id, String body) throws Exception {
    Message message = Message.builder(id, List.of(Records.kinesis(1, "k", body))).build();
    List<Outcome> outcomes =
        sender.send(
            new Batch(Records.KINESIS, Records.SHARD, List.of(message)),
            Deadline.after(Duration.ofSeconds(120)));
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  private static Outcome send(TargetSender sender) throws Exception {
    return send(sender, "message-1", "{}");
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  @Test
  void send_message_isOnePostOfItsBody() throws Exception {
    assertThat(send(open(Map.of()), "message-1", "{\"a\":\"\u00e9\"}"))
        .isEqualTo(Outcome.accepted());

    assertThat(endpoint.requests()).hasSize(1);
    assertThat(endpoint.last().method()).isEqualTo("POST");
    assertThat(endpoint.last().path()).isEqualTo("/hooks/in?a=b");
    assertThat(endpoint.last().text()).isEqualTo("{\"a\":\"\u00e9\"}");
    assertThat(endpoint.last().header("content-type")).isEqualTo("application/json");
    assertThat(endpoint.last().header("idempotency-key")).isEqualTo("message-1");
    assertThat(endpoint.last().headers())
        .doesNotContainKeys("authorization", "webhook-id", "expect", "upgrade");
  }

  @Test
  void send_withAContentType_saysIt() throws Exception {
    send(open(Map.of("contentType", "text/plain; charset=utf-8")));

    assertThat(endpoint.last().header("content-type")).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void send_withABearerToken_readsItAtEachCall() throws Exception {
    TargetSender sender = open(Map.of("auth", "bearer", "secret", "hook"));
    context.set("fanout.secret.hook", "first");
    send(sender);
    assertThat(endpoint.last().header("authorization")).isEqualTo("Bearer first");

    context.set("fanout.secret.hook", "second");
    send(sender);
    assertThat(endpoint.last().header("authorization")).isEqualTo("Bearer second");
  }

  /** The example of the reference libraries of Standard Webhooks. */
  @Test
  void send_withHmac_signsAsStandardWebhooksDoes() throws Exception {
    context.set("fanout.secret.hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    send(
        open(Map.of("auth", "hmac", "secret", "hook")),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "{\"test\": 2432232314}");

    assertThat(endpoint.last().header("webhook-id")).isEqualTo("msg_p5jXN8AQM9LWM0D4loKWxJek");
    assertThat(endpoint.last().header("webhook-timestamp")).isEqualTo("1614265330");
    assertThat(endpoint.last().header("webhook-signature"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void send_withTwoSecrets_signsWithEach() throws Exception {
    TargetSender sender = open(Map.of("auth", "hmac", "secret", "hook"));
    context.set("fanout.secret.hook", "old");
    send(sender);
    String old = endpoint.last().header("webhook-signature");
    context.set("fanout.secret.hook", "new");
    send(sender);
    String replaced = endpoint.last().header("webhook-signature");

    context.set("fanout.secret.hook", "new old");
    send(sender);

    assertThat(endpoint.last().header("webhook-signature")).isEqualTo(replaced + " " + old);
  }

  @ParameterizedTest
  @CsvSource({
    "bearer, , NoSecret",
    "hmac, , NoSecret",
    "hmac, ' ', NoSecret",
    "bearer, 'ses\u00e4me', BadSecret",
    "bearer, 'se same', BadSecret",
    "hmac, whsec_!sesame, BadSecret",
    "hmac, whsec_, BadSecret"
  })
  void send_withoutAUsableSecret_isFatalAndUnsent(String auth, String secret, String code)
      throws Exception {
    if (secret != null) {
      context.set("fanout.secret.hook", secret);
    }

    Failure failure = failure(send(open(Map.of("auth", auth, "secret", "hook"))));

    assertThat(failure.kind()).isEqualTo(Kind.FATAL);
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.detail()).doesNotContain("same", "s\u00e4me");
    assertThat(endpoint.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "200, ACCEPTED",
    "202, ACCEPTED",
    "299, ACCEPTED",
    "301, FATAL",
    "304, FATAL",
    "400, REJECTED",
    "401, FATAL",
    "403, FATAL",
    "404, FATAL",
    "405, FATAL",
    "408, RETRYABLE",
    "409, RETRYABLE",
    "410, FATAL",
    "413, TOO_LARGE",
    "415, FATAL",
    "418, FATAL",
    "422, REJECTED",
    "423, RETRYABLE",
    "425, RETRYABLE",
    "429, THROTTLED",
    "500, RETRYABLE",
    "501, RETRYABLE",
    "503, RETRYABLE",
    "504, RETRYABLE",
    "599, RETRYABLE"
  })
  void send_status_meansWhatItIs(int status, String meaning) throws Exception {
    endpoint.answer(Response.of(status, status == 304 ? "" : "sesame"));

    Outcome outcome = send(open(Map.of()));

    if (meaning.equals("ACCEPTED")) {
      assertThat(outcome).isEqualTo(Outcome.accepted());
    } else {
      assertThat(failure(outcome).kind()).isEqualTo(Kind.valueOf(meaning));
      assertThat(failure(outcome).code()).isEqualTo("Http" + status);
      assertThat(failure(outcome).detail()).doesNotContain("sesame");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429 | 7 | 7",
        "503 | 7 | 7",
        "500 | 7 | 7",
        "429 | 999999 | 900",
        "429 | Thu, 25 Feb 2021 15:02:40 GMT | 30",
        "429 | Thu, 25 Feb 2021 14:00:00 GMT | 0",
        "429 | soon |",
        "429 | -5 |",
        "413 | 7 |"
      })
  void send_retryAfter_isKeptTo(int status, String value, Long seconds) throws Exception {
    endpoint.answer(Response.of(status, "").with("Retry-After", value));

    assertThat(failure(send(open(Map.of()))).retryAfter())
        .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
  }

  @Test
  void send_unavailableWithRetryAfter_isThrottled() throws Exception {
    endpoint.answer(Response.of(503, "").with("Retry-After", "1"));

    assertThat(failure(send(open(Map.of()))).kind()).isEqualTo(Kind.THROTTLED);
  }

  @Test
  void send_redirect_isNotFollowed() throws Exception {
    try (RecordingEndpoint elsewhere = RecordingEndpoint.start()) {
      elsewhere.answer(Response.of(200, ""));
      for (int status : new int[] {301, 302, 303, 307, 308}) {
        endpoint.answer(Response.of(status, "").with("Location", elsewhere.uri() + "/in"));

        assertThat(failure(send(open(Map.of()))).kind()).isEqualTo(Kind.FATAL);
      }
      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  @Test
  void send_askedToLogIn_isNotSentAgain() throws Exception {
    endpoint.answer(Response.of(401, "").with("WWW-Authenticate", "Basic realm=\"x\""));

    assertThat(failure(send(open(Map.of()))).kind()).isEqualTo(Kind.FATAL);
    assertThat(endpoint.requests()).hasSize(1);
  }

  @Test
  void send_connectionThatClosesUnanswered_isNotSentAgain() throws Exception {
    TargetSender sender = open(Map.of());
    send(sender);
    endpoint.clear();
    endpoint.answer(request -> null);

    assertThat(failure(send(sender)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "NoAnswer");
    assertThat(endpoint.requests()).hasSize(1);
  }

  @Test
  void send_largeAnswer_isThrownAway() throws Exception {
    endpoint.answer(Response.of(200, "x".repeat(5_000_000)));
    TargetSender sender = open(Map.of());

    assertThat(send(sender)).isEqualTo(Outcome.accepted());
    assertThat(send(sender)).isEqualTo(Outcome.accepted());
  }

  @Test
  void send_answerWithoutEnd_countsFromItsHead() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      FutureTask<Void> serving =
          new FutureTask<>(
              () -> {
                answerWithoutEnd(server, done);
                return null;
              });
      Thread thread = new Thread(serving, "endless");
      thread.setDaemon(true);
      thread.start();

      Outcome outcome = send(open("http://127.0.0.1:" + server.getLocalPort() + "/", Map.of()));

      assertThat(outcome).isEqualTo(Outcome.accepted());
      done.countDown();
      serving.get();
    }
  }

  /** More than is read of an answer, and then nothing. */
  private static void answerWithoutEnd(ServerSocket server, CountDownLatch done)
      throws IOException, InterruptedException {
    try (Socket socket = server.accept()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[100_000]);
      out.flush();
      done.await();
    }
  }

  @Test
  void check_saysWhetherSomebodyAnswers() {
    TargetSender sender = open(Map.of());
    Deadline deadline = Deadline.after(Duration.ofSeconds(120));
    endpoint.answer(Response.of(405, ""));
    assertThat(sender.check(deadline))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.OK));
    assertThat(endpoint.last().method()).isEqualTo("OPTIONS");
    assertThat(endpoint.last().body()).isEmpty();

    endpoint.close();
    assertThat(sender.check(deadline))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
              assertThat(finding.text()).doesNotContain("hooks/in").contains("Unreachable");
            });
  }

  @Test
  void check_missingSecret_isAnError() {
    assertThat(
            open(Map.of("auth", "hmac", "secret", "hook"))
                .check(Deadline.after(Duration.ofSeconds(120))))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.text()).contains("fanout.secret.hook");
            });
    assertThat(endpoint.requests()).isEmpty();
  }
}
