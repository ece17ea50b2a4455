package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthServerTest {
  private List<String> whyNotLive = List.of();
  private List<String> whyNotReady = List.of();
  private Supplier<byte[]> document = () -> "{}".getBytes(StandardCharsets.UTF_8);
  private HealthServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        HealthServer.start(
            "127.0.0.1",
            0,
            new HealthServer.Health() {
              @Override
              public List<String> whyNotLive() {
                return whyNotLive;
              }

              @Override
              public List<String> whyNotReady() {
                return whyNotReady;
              }

              @Override
              public String metrics() {
                return "fanout_ready 1\n";
              }

              @Override
              public byte[] status() {
                return document.get();
              }
            });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(60))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void ready_noReasonNotToBe_is200() throws Exception {
    HttpResponse<String> answer = ask("GET", "/health/ready");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ready\n");
  }

  @Test
  void ready_reasons_are503WithEach() throws Exception {
    whyNotReady = List.of("stopping", "no targets");

    HttpResponse<String> answer = ask("GET", "/health/ready");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("stopping\nno targets\n");
    assertThat(ask("GET", "/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void live_workerThatDied_is503() throws Exception {
    whyNotLive = List.of("the worker has ended by itself");

    assertThat(ask("GET", "/health/live").statusCode()).isEqualTo(503);
  }

  @Test
  void metrics_typeOfThePage_isPrometheus() throws Exception {
    HttpResponse<String> answer = ask("GET", "/metrics");

    assertThat(answer.body()).isEqualTo("fanout_ready 1\n");
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void head_anyPage_hasNoBody() throws Exception {
    HttpResponse<String> answer = ask("HEAD", "/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void anyOtherPath_is404() throws Exception {
    assertThat(ask("GET", "/metrics/x").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/health").statusCode()).isEqualTo(404);
  }

  @Test
  void anyOtherMethod_is405() throws Exception {
    HttpResponse<String> answer = ask("POST", "/health/live");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void start_portThatIsTaken_fails() {
    assertThatThrownBy(() -> HealthServer.start("127.0.0.1", server.url().getPort(), null))
        .isInstanceOf(IOException.class);
  }

  @Test
  void start_hostThatIsNone_fails() {
    assertThatThrownBy(() -> HealthServer.start("no such host", 0, null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such host");
  }

  @Test
  void page_itsParts_areOfTheirTypesAndShowNothingOfOthers() throws Exception {
    HttpResponse<String> page = ask("GET", "/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("<title>Fanout: status</title>");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy ->
                assertThat(policy)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe"));
    assertThat(ask("GET", "/status.css").headers().firstValue("Content-Type"))
        .contains("text/css; charset=utf-8");
    assertThat(ask("GET", "/status.js").headers().firstValue("Content-Type"))
        .contains("text/javascript; charset=utf-8");
  }

  @Test
  void page_document_isJsonThatNobodyKeeps() throws Exception {
    HttpResponse<String> document = ask("GET", "/status.json");

    assertThat(document.body()).isEqualTo("{}");
    assertThat(document.headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    assertThat(document.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(document.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(ask("POST", "/status.json").statusCode()).isEqualTo(405);
    assertThat(ask("PUT", "/").statusCode()).isEqualTo(405);
  }

  private String firstLine(String path, String host) throws IOException {
    try (Socket socket = new Socket(server.url().getHost(), server.url().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .findFirst()
          .orElse("nothing");
    }
  }

  /** Another site's name may be made to mean this machine, in the browser of whoever visits it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil",
        ""
      })
  void page_askedByTheNameOfAnother_isNotForThem(String host) throws Exception {
    assertThat(firstLine("/status.json", host)).startsWith("HTTP/1.1 421 ");
    assertThat(firstLine("/", host)).startsWith("HTTP/1.1 421 ");
    assertThat(firstLine("/health/live", host)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "LOCALHOST:1", "10.1.2.3:8080", "[::1]:8080"})
  void page_askedByAnAddress_isAnswered(String host) throws Exception {
    assertThat(firstLine("/status.json", host)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void page_documentThatCannotBeMade_is500AndTheNextIsAnswered() throws Exception {
    document =
        () -> {
          throw new IllegalStateException("made by the test");
        };

    assertThat(ask("GET", "/status.json").statusCode()).isEqualTo(500);
    assertThat(ask("GET", "/status.json").body()).doesNotContain("made by the test");
    assertThat(ask("GET", "/health/live").statusCode()).isEqualTo(200);
  }
}
