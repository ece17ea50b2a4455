package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthServerTest {
  private List<String> whyNotLive = List.of();
  private List<String> whyNotReady = List.of();
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
    assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
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
}
