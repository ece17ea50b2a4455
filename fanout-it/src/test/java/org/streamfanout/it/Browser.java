package org.streamfanout.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, by the protocol of its developer tools. It reaches this
 * machine and no other. Not thread-safe.
 */
final class Browser implements AutoCloseable {
  /** Generous: a cold browser on a loaded machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Pattern LISTENING =
      Pattern.compile("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/");
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Process process;
  private final WebSocket socket;
  private final Answers answers;
  private int lastId;

  /** What the browser says: answers to commands, and what happens in the page. */
  private static final class Answers implements WebSocket.Listener {
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable problem) {
      waiting.values().forEach(each -> each.completeExceptionally(problem));
    }

    private void take(String said) {
      JsonNode message;
      try {
        message = MAPPER.readTree(said);
      } catch (IOException e) {
        errors.add("not understood: " + said);
        return;
      }
      if (message.has("id")) {
        waiting.remove(message.get("id").asInt()).complete(message);
        return;
      }
      JsonNode what = message.path("params");
      switch (message.path("method").asText()) {
        case "Runtime.exceptionThrown" -> errors.add(what.toString());
        case "Runtime.consoleAPICalled" -> errors.add("console: " + what);
        case "Log.entryAdded" -> errors.add("log: " + what.path("entry"));
        case "Network.requestWillBeSent" -> requests.add(what.at("/request/url").asText());
        default -> {}
      }
    }
  }

  private Browser(Process process, WebSocket socket, Answers answers) {
    this.process = process;
    this.socket = socket;
    this.answers = answers;
  }

  /**
   * Starts one.
   *
   * @param profile an empty directory
   */
  static Browser start(Path profile) throws Exception {
    Process process =
        new ProcessBuilder(
                program(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0",
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      int port = port(process);
      Answers answers = new Answers();
      WebSocket socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .connectTimeout(PATIENCE)
              .buildAsync(pageOf(port), answers)
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Browser browser = new Browser(process, socket, answers);
      for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
        browser.tell(domain + ".enable", Map.of());
      }
      return browser;
    } catch (Exception | Error e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String program() {
    String given = System.getenv("FANOUT_CHROMIUM");
    if (given != null) {
      return given;
    }
    return Stream.of("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "no Chromium here; scripts/verify installs one, FANOUT_CHROMIUM names another"));
  }

  /** Reads what it says until it says its port; the rest is read, and passed over. */
  private static int port(Process process) throws Exception {
    CompletableFuture<Integer> port = new CompletableFuture<>();
    StringBuffer said = new StringBuffer();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  said.append(line).append('\n');
                  Matcher listening = LISTENING.matcher(line);
                  if (listening.find()) {
                    port.complete(Integer.valueOf(listening.group(1)));
                  }
                }
              } catch (IOException e) {
                port.completeExceptionally(e);
              }
              port.completeExceptionally(new AssertionError("the browser ended: " + said));
            },
            "browser-output");
    reader.setDaemon(true);
    reader.start();
    return port.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static URI pageOf(int port) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      String pages =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                      .timeout(PATIENCE)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      for (JsonNode each : MAPPER.readTree(pages)) {
        if (each.path("type").asText().equals("page")) {
          return URI.create(each.get("webSocketDebuggerUrl").asText());
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    throw new AssertionError("the browser has no page");
  }

  private JsonNode tell(String method, Map<String, ?> parameters) throws Exception {
    ObjectNode command = MAPPER.createObjectNode();
    command.put("id", ++lastId);
    command.put("method", method);
    command.set("params", MAPPER.valueToTree(parameters));
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.waiting.put(lastId, answer);
    socket.sendText(command.toString(), true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    JsonNode said = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (said.has("error")) {
      throw new AssertionError(method + ": " + said.get("error"));
    }
    return said.get("result");
  }

  /** Makes the page so wide and high, in CSS pixels. */
  void resize(int width, int height) throws Exception {
    tell(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  /** Prefers dark colours, or light ones. */
  void dark(boolean dark) throws Exception {
    tell(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Goes to a page; returns when the browser has begun to. */
  void open(String url) throws Exception {
    JsonNode going = tell("Page.navigate", Map.of("url", url));
    if (going.has("errorText")) {
      throw new AssertionError(url + ": " + going.get("errorText"));
    }
  }

  /** Returns what an expression of JavaScript is in the page. */
  JsonNode eval(String expression) throws Exception {
    JsonNode result =
        tell("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.get("result").path("value");
  }

  /** Returns the text of each element that a CSS selector finds, as it is seen. */
  List<String> texts(String selector) throws Exception {
    List<String> texts = new ArrayList<>();
    eval("[...document.querySelectorAll("
            + MAPPER.writeValueAsString(selector)
            + ")].map((each) => each.innerText)")
        .forEach(each -> texts.add(each.asText()));
    return texts;
  }

  /** Waits until an expression of JavaScript is true in the page. */
  void await(String expression) {
    await(
        expression,
        () -> {
          try {
            return eval("Boolean(" + expression + ")").asBoolean();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  private void await(String what, BooleanSupplier reached) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited for " + what + "; errors: " + answers.errors);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** Returns what the page wrote to the console, threw, or could not load, so far. */
  List<String> errors() {
    return List.copyOf(answers.errors);
  }

  /** Returns the URLs that were asked for so far. */
  List<String> requests() {
    return List.copyOf(answers.requests);
  }

  /** Writes a picture of the whole page. */
  void screenshot(Path file) throws Exception {
    JsonNode size = tell("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
    JsonNode picture =
        tell(
            "Page.captureScreenshot",
            Map.of(
                "captureBeyondViewport",
                true,
                "clip",
                Map.of(
                    "x", 0,
                    "y", 0,
                    "width", size.get("width").asDouble(),
                    "height", size.get("height").asDouble(),
                    "scale", 1)));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(picture.get("data").asText()));
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    try {
      // Asked to end, it takes its temporary files away.
      tell("Browser.close", Map.of());
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the browser does not end", e);
    } finally {
      socket.abort();
      children.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
