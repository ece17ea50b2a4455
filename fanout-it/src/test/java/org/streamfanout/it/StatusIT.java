package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.ChildProcess.Ran;
import org.streamfanout.testservers.KafkaServer;

/**
 * The status page and {@code ./fanout status}: the real jar, a real broker, a real browser, and a
 * shop that is down.
 */
@Timeout(900)
class StatusIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int RECORDS = 200;

  /** Whoever writes rows may write this, too. */
  private static final String SHOP = "shop <img src=x onerror=console.error(1)>";

  private static final Path PICTURES = Repository.file("fanout-it/target/status");

  private static KafkaServer broker;

  @TempDir private Path directory;
  private volatile int answer = 503;
  private HttpServer shop;
  private String source;

  @BeforeAll
  static void startBroker() {
    broker = KafkaServer.start();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void startShop() throws IOException {
    shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    shop.createContext("/", this::sell);
    shop.start();
    broker.createTopic("orders", 2, Map.of());
    source = "kafka://" + broker.bootstrapServers() + "/orders";
  }

  @AfterEach
  void stopShop() {
    shop.stop(0);
  }

  private void sell(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(answer, -1);
    }
  }

  private String shopHost() {
    return "127.0.0.1:" + shop.getAddress().getPort();
  }

  private String row(String id, String type, String destination, boolean active) {
    return """
        {"sourceArn": "%s", "id": "%s", "type": "%s", "destination": "%s", "active": %s}"""
        .formatted(source, id, type, destination, active);
  }

  private void targets(String... rows) throws IOException {
    // In one step, as an editor does: a worker may be reading.
    Path next = directory.resolve("next.json");
    Files.writeString(next, "[" + String.join(",", rows) + "]");
    Files.move(
        next,
        directory.resolve("targets.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void produce() throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      List<Future<?>> sends = new ArrayList<>();
      for (int number = 0; number < RECORDS; number++) {
        sends.add(
            producer.send(new ProducerRecord<>("orders", "k" + number, "{\"n\":" + number + "}")));
      }
      for (Future<?> send : sends) {
        send.get();
      }
    }
  }

  private static JsonNode document(WorkerProcess worker) {
    try {
      return MAPPER.readTree(worker.get("/status.json").body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode target(JsonNode document, String id) {
    for (JsonNode each : document.at("/workers/0/sources/0/targets")) {
      if (each.get("id").asText().equals(id)) {
        return each;
      }
    }
    return MAPPER.missingNode();
  }

  private static int accepted(JsonNode document, String id) {
    return target(document, id).at("/records/accepted").asInt();
  }

  /** Both partitions' first calls are over, and the breaker is not closed. */
  private static boolean isDown(JsonNode target) {
    return target.path("trouble").toString().equals("[\"HELD\",\"BREAKER_OPEN\"]")
        && target.at("/records/held").asInt() == RECORDS;
  }

  private static JsonNode awaitDocument(
      WorkerProcess worker, String what, Predicate<JsonNode> wanted) {
    JsonNode[] last = new JsonNode[1];
    try {
      worker.await(
          what,
          () -> {
            last[0] = document(worker);
            return wanted.test(last[0]);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\nthe last document:\n" + last[0], e);
    }
    return last[0];
  }

  private static Duration heldFor(JsonNode document) {
    return Duration.between(
        Instant.parse(target(document, SHOP).get("oldestHeld").asText()),
        Instant.parse(document.at("/workers/0/at").asText()));
  }

  private Ran status(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("status"));
    arguments.addAll(List.of(more));
    return ChildProcess.fanout(directory, arguments.toArray(String[]::new));
  }

  private static String url(WorkerProcess worker) throws Exception {
    return worker.get("/health/live").uri().resolve("/").toString();
  }

  @Test
  void worker_aTargetGoesDownAndComesBack_isSeenEverywhere() throws Exception {
    String good = row("good", "file", "out/good.jsonl", true);
    String off = row("off", "file", "out/off.jsonl", false);
    String broken = row(SHOP, "http", "http://" + shopHost() + "/hook-canary", true);
    targets(good, broken, off);
    produce();
    try (WorkerProcess worker =
            WorkerProcess.start(
                directory,
                List.of(
                    "kafka",
                    "--bootstrap-servers",
                    broker.bootstrapServers(),
                    "--topic",
                    "orders",
                    "--group",
                    "status",
                    "--targets",
                    "targets.json",
                    "--allowed-hosts",
                    shopHost()));
        Browser browser = Browser.start(Files.createDirectory(directory.resolve("profile")))) {
      JsonNode down =
          awaitDocument(
              worker,
              "the shop to be down",
              document ->
                  isDown(target(document, SHOP))
                      && accepted(document, "good") == RECORDS
                      // a call tells of its targets first, then of its shard
                      && document.at("/workers/0/sources/0/shards").size() == 2);
      assertThat(down.get("fine").asBoolean()).isFalse();
      assertThat(down.toString()).doesNotContain("canary");
      assertThat(target(down, SHOP).at("/records/held").asInt()).isEqualTo(RECORDS);
      assertThat(target(down, SHOP).get("destination").asText())
          .isEqualTo("http://" + shopHost() + "/...");
      assertThat(target(down, SHOP).at("/lastFailure/kind").asText()).isEqualTo("RETRYABLE");
      assertThat(target(down, "good").get("trouble")).isEmpty();
      assertThat(target(down, "off").get("row").asText()).isEqualTo("inactive");
      assertThat(down.at("/workers/0/ledgerDifference").asInt()).isZero();
      awaitDocument(
          worker, "its age to grow", document -> heldFor(document).compareTo(heldFor(down)) > 0);

      seeThePage(browser, url(worker));
      Ran told = status("--worker", url(worker));
      assertThat(told.exitCode()).as(told.errors()).isEqualTo(1);
      assertThat(told.out()).contains("! " + SHOP + ": holds 200 records for ").contains("is down");

      targets(good, broken, off, row("bird", "pigeon", "north", true));
      awaitDocument(
          worker,
          "the row that cannot be used",
          document -> target(document, "bird").path("row").asText().equals("invalid"));
      browser.await("document.querySelector('main').innerText.includes(\"'pigeon'\")");

      seeSeveral(browser, url(worker));

      targets(good, broken, off);
      answer = 200;
      JsonNode well =
          awaitDocument(
              worker,
              "the shop to be back",
              document ->
                  document.get("fine").asBoolean()
                      && accepted(document, SHOP) == RECORDS
                      && document.at("/workers/0/settled").asInt() == RECORDS);
      assertThat(target(well, SHOP).at("/records/held").asInt()).isZero();
      assertThat(target(well, SHOP).at("/records/accepted").asInt()).isEqualTo(RECORDS);
      assertThat(target(well, SHOP).get("breaker").asText()).isEqualTo("CLOSED");
      browser.open(url(worker));
      browser.await("document.title === 'Fanout: all is well'");
      browser.screenshot(PICTURES.resolve("well.png"));
      assertThat(browser.texts(".attention")).isEmpty();
      Ran fine = status("--worker", url(worker), "--output", "json");
      assertThat(fine.exitCode()).as(fine.out() + fine.errors()).isZero();
      assertThat(MAPPER.readTree(fine.out()).at("/workers/0/settled").asInt()).isEqualTo(RECORDS);
      assertThat(browser.errors()).isEmpty();

      worker.terminate();
      assertThat(worker.awaitEnd().exitCode()).isZero();
      browser.await("!document.getElementById('stale').hidden");
      assertThat(browser.texts("#stale").get(0)).contains("No answer since ");
      assertThat(browser.texts("#verdict")).containsExactly("not known");
      assertThat(browser.eval("document.querySelector('main').className").asText())
          .isEqualTo("old");
      browser.screenshot(PICTURES.resolve("gone.png"));
    }
  }

  /** Looks at the worker's own page, wide and narrow, light and dark. */
  private void seeThePage(Browser browser, String url) throws Exception {
    browser.resize(1280, 900);
    browser.dark(false);
    browser.open(url);
    // The second sample comes after 10 seconds, and with it the rate.
    browser.await("document.querySelectorAll('figure .trace').length === 2");
    for (int width : new int[] {1280, 390}) {
      browser.resize(width, 900);
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .as("nothing sticks out at %s", width)
          .isLessThanOrEqualTo(width);
      assertThat(browser.texts("#verdict")).containsExactly("1 thing to look at");
      assertThat(browser.texts(".attention li").get(0))
          .startsWith(SHOP + " holds 200 records since ");
      assertThat(browser.texts("tbody th span.name").stream().limit(3))
          .containsExactly(SHOP, "good", "off");
      assertThat(browser.texts("tr.trouble").get(0))
          .contains("down", "breaker open since ", "200", "held since ", "the oldest came ");
      assertThat(browser.texts("main").get(0)).contains("inactive", "2 shards read", "ready");
      assertThat(browser.texts("figcaption strong"))
          .containsExactly("Records settled", "Records held");
      assertThat(
              browser
                  .eval("document.querySelector('figure.held svg').getAttribute('aria-label')")
                  .asText())
          .startsWith("Records held, the last ")
          .endsWith(": now 200, at most 200");
      for (boolean dark : new boolean[] {false, true}) {
        browser.dark(dark);
        browser.screenshot(PICTURES.resolve("down-" + width + (dark ? "-dark" : "") + ".png"));
      }
      assertThat(browser.eval("getComputedStyle(document.body).backgroundColor").asText())
          .isEqualTo("rgb(15, 19, 24)");
      browser.dark(false);
    }
    assertThat(browser.eval("document.images.length").asInt()).isZero();
    assertThat(browser.eval("document.querySelectorAll('thead th[scope=col]').length").asInt())
        .isGreaterThanOrEqualTo(7);
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.requests())
        .isNotEmpty()
        .allSatisfy(
            each ->
                assertThat(each)
                    .satisfiesAnyOf(
                        it -> assertThat(it).startsWith(url),
                        it -> assertThat(it).startsWith("data:,")));
  }

  /** Looks at the page of {@code status --serve}: this worker, and one that is not there. */
  private void seeSeveral(Browser browser, String worker) throws Exception {
    String nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "http://127.0.0.1:" + free.getLocalPort();
    }
    try (WorkerProcess serving =
        WorkerProcess.startPlain(
            directory,
            List.of("status", "--serve", "--port", "0", "--worker", worker, "--worker", nobody))) {
      Pattern page = Pattern.compile("^fanout: status page at (\\S+)$", Pattern.MULTILINE);
      Matcher[] said = new Matcher[1];
      serving.await(
          "the page",
          () -> {
            said[0] = page.matcher(serving.errors());
            return said[0].find();
          });
      browser.resize(1280, 900);
      browser.open(URI.create(said[0].group(1)).toString());
      browser.await("document.querySelectorAll('section.worker').length === 2");
      assertThat(browser.texts("section.worker h2"))
          .containsExactly("Worker " + worker.replaceFirst("/$", ""), "Worker " + nobody);
      assertThat(browser.texts("section.worker").get(1))
          .contains("no answer", "nobody listens there");
      assertThat(browser.texts(".attention li").get(0)).isEqualTo(nobody + " does not answer");
      browser.screenshot(PICTURES.resolve("several.png"));
      assertThat(browser.errors()).isEmpty();
      serving.terminate();
      assertThat(serving.awaitEnd().exitCode()).isEqualTo(128 + 15);
    }
  }
}
