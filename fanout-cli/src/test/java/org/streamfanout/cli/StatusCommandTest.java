package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.cli.admin.StatusCommand;
import picocli.CommandLine;

/** {@code fanout status}, of a worker that is a stand-in. */
class StatusCommandTest {
  private static final String FINE =
      """
      {"version":1,"at":"2026-11-01T12:00:00Z","workers":[{
        "url":null,"answered":true,"at":"2026-11-01T12:00:00Z","since":"2026-11-01T08:58:00Z",
        "state":"READY","problems":[],"shards":2,"losses":null,"settled":12345,
        "ledgerDifference":0,"trouble":[],
        "sources":[{"id":"kafka://a:1/t","problem":null,"targetsStaleSince":null,"trouble":[],
          "targets":[{"id":"good","type":"sqs","destination":"q","row":"active","problems":[],
            "records":{"accepted":12345,"filtered":1,"deadLettered":2,"dropped":3,"held":0},
            "heldSince":null,"oldestHeld":null,"breaker":"CLOSED","breakerSince":null,
            "lastFailure":null,"trouble":[]}]}],
        "history":{"at":["2026-11-01T11:58:50Z","2026-11-01T11:59:00Z","2026-11-01T11:59:50Z"],
          "settled":[0,11145,12000]}}],"table":null}
      """;

  private HttpServer worker;
  private String body = FINE;

  @BeforeEach
  void start() throws IOException {
    worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    worker.createContext(
        "/status.json",
        exchange -> {
          try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    worker.start();
  }

  @AfterEach
  void stop() {
    worker.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + worker.getAddress().getPort();
  }

  private static String nobody() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + free.getLocalPort();
    }
  }

  @Test
  void status_workerThatIsFine_exitZeroAndItsNumbers() {
    Ran ran = Cli.run("status", "--worker", url());

    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    assertThat(ran.out())
        .contains(
            "worker " + url() + ": ready, up 3h2m, 2 shards, 12,345 settled, 20/s",
            "  kafka://a:1/t",
            "all is well")
        .containsPattern("good +sqs +q +active +closed +0 +12,345 +1 +2 +3\n")
        .doesNotContain("!");
    assertThat(ran.errors()).isEmpty();
  }

  @Test
  void status_targetThatHolds_exitOneAndSinceWhen() {
    body =
        FINE.replace("\"heldSince\":null", "\"heldSince\":\"2026-11-01T11:50:00Z\"")
            .replace("\"oldestHeld\":null", "\"oldestHeld\":\"2026-11-01T11:48:58Z\"")
            .replace("\"held\":0", "\"held\":1500")
            .replace(
                "\"CLOSED\",\"breakerSince\":null",
                "\"HALF_OPEN\",\"breakerSince\":\"2026-11-01T11:51:30Z\"")
            .replace(
                "\"lastFailure\":null,\"trouble\":[]",
                "\"lastFailure\":{\"kind\":\"RETRYABLE\",\"code\":\"Http503\",\"at\":\"2026-11-01T11:59:57Z\"},"
                    + "\"trouble\":[\"HELD\"]");

    Ran ran = Cli.run("status", "--worker", url());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .contains(
            "    ! good: holds 1,500 records for 10m0s; the oldest came into the source 11m2s ago",
            "    ! good: is down for 8m30s",
            "retryable/Http503 3s ago",
            "half-open",
            "look at the lines with !");
  }

  @Test
  void status_everyOtherTrouble_exitOneAndALineForEach() {
    body =
        FINE.replace("\"ledgerDifference\":0", "\"ledgerDifference\":4")
            .replace("\"losses\":null", "\"losses\":9")
            .replaceFirst("\"problems\":\\[]", "\"problems\":[\"the worker is odd\"]")
            .replaceFirst("\"trouble\":\\[]", "\"trouble\":[\"BOOKS_DIFFER\"]")
            .replace("\"problem\":null", "\"problem\":\"no rows\"")
            .replace("\"targetsStaleSince\":null", "\"targetsStaleSince\":\"2026-11-01T11:59:00Z\"")
            .replace(
                "\"row\":\"active\",\"problems\":[]",
                "\"row\":\"invalid\",\"problems\":[\"a\",\"b\"]");

    Ran ran = Cli.run("status", "--worker", url());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out().lines().map(String::strip).filter(line -> line.startsWith("!")))
        .containsExactly(
            "! the worker is odd",
            "! the books differ by 4 records: the engine is wrong; keep the log and report it",
            "! gone before they were read: 9",
            "! no rows",
            "! targets cannot be read again; those of 1m0s ago are used",
            "! good: a",
            "! good: b");
  }

  @Test
  void status_whatTheWorkerWrote_cannotSteerTheTerminal() {
    body = FINE.replace("\"id\":\"good\"", "\"id\":\"a\\u001b[2Jb\\u202ec\\n! d\"");

    Ran ran = Cli.run("status", "--worker", url());

    assertThat(ran.out()).contains("a?[2Jb?c?! d").doesNotContain("\u001b");
  }

  @Test
  void status_workerThatDoesNotAnswer_exitOneAndTheOthersAreTold() throws Exception {
    String nobody = nobody();

    Ran ran = Cli.run("status", "--worker", nobody, "--worker", url());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .contains("worker " + nobody + ": no answer\n  ! nobody listens there\n", "12,345 settled");
  }

  @Test
  void status_json_isTheDocument() throws Exception {
    String nobody = nobody();

    Ran ran = Cli.run("status", "--worker", url(), "--worker", nobody, "--output", "json");

    assertThat(ran.exitCode()).isEqualTo(1);
    JsonNode document = new JsonMapper().readTree(ran.out());
    assertThat(document.get("version").asInt()).isEqualTo(1);
    assertThat(document.get("fine").asBoolean()).isFalse();
    assertThat(document.get("workers").findValuesAsText("url")).containsExactly(url(), nobody);
    assertThat(document.get("workers").get(1).get("trouble").get(0).asText())
        .isEqualTo("NO_ANSWER");
    assertThat(document.get("table").isNull()).isTrue();
  }

  @Test
  void status_everythingWrong_exitTwoAndEachProblem() {
    Ran ran =
        Cli.run(
            "status",
            "--worker",
            "http://u:secret@h",
            "--worker",
            "h:80",
            "--port",
            "70000",
            "--table",
            "t",
            "--table-arn",
            "arn:aws:s3:::b");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors().lines())
        .containsExactly(
            "fanout: --worker 'http://h' is no URL such as http://127.0.0.1:8080",
            "fanout: --worker 'h:80' is no URL such as http://127.0.0.1:8080",
            "fanout: --port 70000 is no port",
            "fanout: --port and --bind have no effect without --serve",
            "fanout: --table and --table-arn both name the table; give one of them",
            "fanout: --table-arn 'arn:aws:s3:::b' is no ARN such as"
                + " arn:aws:dynamodb:eu-west-1:123456789012:table/...");
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void status_serveOnAPortThatIsTaken_exitTwo() {
    Ran ran =
        Cli.run(
            "status",
            "--worker",
            url(),
            "--serve",
            "--port",
            Integer.toString(worker.getAddress().getPort()));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("cannot be listened on");
  }

  @Test
  void status_serveWithOutput_exitTwo() {
    Ran ran = Cli.run("status", "--worker", url(), "--serve", "--output", "json");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("--output has no effect with --serve");
  }

  /** One for each option; whatever is asked is not there, so that an answer is exit code 1. */
  @ParameterizedTest
  @CsvSource({
    "--worker http://127.0.0.1:1",
    "--worker http://127.0.0.1:1 --worker http://127.0.0.1:1/",
    "--worker http://127.0.0.1:1 --output table",
    "--table t --region eu-west-1 --endpoint-url http://127.0.0.1:1",
    "--table-arn arn:aws:dynamodb:eu-west-1:123456789012:table/t --endpoint-url http://127.0.0.1:1",
    "--function f --region eu-west-1 --endpoint-url http://127.0.0.1:1 --no-verify-ssl",
    "--function-arn arn:aws:lambda:eu-west-1:123456789012:function:f --endpoint-url http://127.0.0.1:1",
    "--table t --region eu-west-1 --endpoint-url http://127.0.0.1:1 --allow-local --debug false",
    "--table t --region eu-west-1 --endpoint-url http://127.0.0.1:1 --allowed-hosts h:1",
  })
  void status_options_areUnderstood(String options) {
    CommandLine command =
        new CommandLine(
            new StatusCommand(
                new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())));

    assertThat(command.parseArgs(options.split(" ")).unmatched()).isEmpty();
  }

  @Test
  void pages_whatTheyLetOneType_isUnderstood() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/cli.md"))) {
      folder = folder.getParent();
    }
    List<String> lines =
        Files.readString(folder.resolve("docs/operations.md"))
            .lines()
            .filter(line -> line.matches("\\./fanout (status|kafka) .*"))
            .toList();

    assertThat(lines).hasSize(2);
    for (String line : lines) {
      CommandLine commands =
          Main.commandLine(
              InputStream.nullInputStream(),
              new PrintWriter(new StringWriter()),
              new PrintWriter(new StringWriter()));
      String[] arguments = line.substring("./fanout ".length()).split(" ");
      assertThat(commands.parseArgs(arguments).subcommand().unmatched()).isEmpty();
    }
  }

  @Test
  void status_serve_answersWithWhatTheWorkersSayNow() throws Exception {
    StringWriter errors = new StringWriter();
    Exchanger<Integer> ended = new Exchanger<>();
    CommandLine command =
        new CommandLine(
            new StatusCommand(new PrintWriter(new StringWriter()), new PrintWriter(errors, true)));
    Thread serving =
        new Thread(
            () -> {
              int code = command.execute("--serve", "--port", "0", "--worker", url());
              Thread.interrupted();
              try {
                ended.exchange(code);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    serving.setDaemon(true);
    serving.start();
    try {
      Pattern said = Pattern.compile("fanout: status page at (http://127\\.0\\.0\\.1:\\d+)/\n");
      Matcher found = said.matcher(errors.toString());
      while (!found.find()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        found = said.matcher(errors.toString());
        assertThat(serving.isAlive()).as(errors.toString()).isTrue();
      }
      String page = found.group(1);
      assertThat(ask(page + "/").body()).contains("status.js");
      assertThat(ask(page + "/metrics").statusCode()).isEqualTo(404);
      List<Integer> settled = new ArrayList<>();
      for (int turn = 0; turn < 2; turn++) {
        JsonNode document = new JsonMapper().readTree(ask(page + "/status.json").body());
        settled.add(document.get("workers").get(0).get("settled").asInt());
        body = FINE.replace("\"settled\":12345", "\"settled\":12346");
      }
      assertThat(settled).containsExactly(12_345, 12_346);
      worker.stop(0);
      JsonNode silent = new JsonMapper().readTree(ask(page + "/status.json").body());
      assertThat(silent.get("workers").get(0).get("answered").asBoolean()).isFalse();
      assertThat(silent.get("workers").get(0).get("lastAnswer").isTextual()).isTrue();
    } finally {
      serving.interrupt();
    }
    assertThat(ended.exchange(0, 60, TimeUnit.SECONDS)).isZero();
  }

  private static HttpResponse<String> ask(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
