package org.streamfanout.cli.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that are stand-ins: what they answer, the tests say. */
class WorkersTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
  private static final String FINE =
      "{\"version\":1,\"at\":\"x\",\"workers\":[{\"settled\":7,\"trouble\":[]}],\"table\":null}";

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private String body = FINE;
  private int status = 200;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestURI() + " of " + exchange.getRequestHeaders().getFirst("Host"));
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Location", "/elsewhere");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static Workers workers(Duration patience, URI... urls) {
    return new Workers(List.of(urls), patience, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private ObjectNode ask() {
    try (Workers workers = workers(Duration.ofSeconds(60), url())) {
      return workers.ask().get(0);
    }
  }

  @Test
  void ask_worker_isItsPartWithItsUrl() {
    ObjectNode worker = ask();

    assertThat(worker.get("url").asText()).isEqualTo(url().toString());
    assertThat(worker.get("answered").asBoolean()).isTrue();
    assertThat(worker.get("settled").asInt()).isEqualTo(7);
    assertThat(asked).containsExactly("/status.json of " + url().getAuthority());
  }

  /** Workers answer to addresses, so that no other site's name can be made to mean them. */
  @Test
  void ask_workerByName_asksItByItsAddress() {
    int port = server.getAddress().getPort();
    try (Workers workers =
        workers(Duration.ofSeconds(60), URI.create("http://localhost:" + port))) {
      workers.ask();
    }

    assertThat(asked)
        .allMatch(each -> each.matches("/status.json of (127\\.0\\.0\\.1|\\[.*]):\\d+"));
  }

  @Test
  void ask_workerThatIsGone_saysSinceWhenAndNoOldNumbers() {
    try (Workers workers = workers(Duration.ofSeconds(60), url())) {
      assertThat(workers.ask().get(0).get("answered").asBoolean()).isTrue();
      server.stop(0);

      ObjectNode worker = workers.ask().get(0);

      assertThat(worker.get("answered").asBoolean()).isFalse();
      assertThat(worker.get("lastAnswer").asText()).isEqualTo(NOW.toString());
      assertThat(worker.get("problem").asText()).isNotEmpty();
      assertThat(worker.get("trouble").get(0).asText()).isEqualTo("NO_ANSWER");
      assertThat(worker.has("settled")).isFalse();
    }
  }

  @Test
  void ask_workerThatNeverAnswers_othersAreToldInTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
        Workers workers =
            workers(
                Duration.ofSeconds(2),
                URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                url())) {
      List<ObjectNode> parts = workers.ask();

      assertThat(parts.get(0).get("problem").asText()).isEqualTo("no answer within 2.0 s");
      assertThat(parts.get(0).get("lastAnswer").isNull()).isTrue();
      assertThat(parts.get(1).get("settled").asInt()).isEqualTo(7);
    }
  }

  @Test
  void ask_redirect_isNotFollowed() {
    status = 302;

    assertThat(ask().get("problem").asText()).isEqualTo("it answers 302");
    assertThat(asked).hasSize(1);
  }

  @Test
  void ask_workerWithoutThePage_saysSo() {
    status = 404;

    assertThat(ask().get("problem").asText()).isEqualTo("it answers 404; an older worker?");
  }

  @Test
  void ask_answerBeyondTheBound_isNone() {
    body = " ".repeat(Workers.MOST_BYTES) + FINE;

    assertThat(ask().get("problem").asText())
        .isEqualTo("it answers more than " + Workers.MOST_BYTES + " bytes");
  }

  @Test
  void ask_answerAtTheBound_isTaken() {
    body = " ".repeat(Workers.MOST_BYTES - FINE.length()) + FINE;

    assertThat(ask().get("settled").asInt()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "[]",
        "{\"version\":2,\"workers\":[{}]}",
        "{\"version\":1,\"workers\":[]}",
        "{\"version\":1,\"workers\":[{},{}]}",
        "{\"version\":1,\"workers\":[3]}",
        "{\"version\":1,\"workers\":{\"a\":{}}}"
      })
  void ask_answerOfSomebodyElse_isNone(String other) {
    body = other;

    assertThat(ask().get("answered").asBoolean()).isFalse();
    assertThat(ask().get("problem").asText()).isNotEmpty();
  }

  @Test
  void url_slashAtTheEnd_isTheSame() {
    assertThat(Workers.url("http://h:1/")).isEqualTo(URI.create("http://h:1"));
    assertThat(Workers.url("https://h/fanout/")).isEqualTo(URI.create("https://h/fanout"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"h:80", "ftp://h", "http://", "http://u:secret@h", "http://h?secret", "a b"})
  void url_whatIsNone_isRefusedWithoutItsSecret(String text) {
    assertThatThrownBy(() -> Workers.url(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no URL such as http://127.0.0.1:8080")
        .message()
        .doesNotContain("secret");
  }
}
