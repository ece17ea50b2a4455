package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.streamfanout.it.ChildProcess.Ran;

/** A worker of {@code ./fanout}, as its users run it. */
final class WorkerProcess implements AutoCloseable {
  /** Generous: a cold JVM on a loaded machine, and KCL takes half a minute to begin. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Pattern HEALTH =
      Pattern.compile("^fanout: health and metrics at (\\S+)$", Pattern.MULTILINE);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
  private final Process process;
  private final Output out;
  private final Output errors;

  /** What a process writes, so far. */
  private static final class Output {
    private final StringBuffer text = new StringBuffer();
    private final Thread reader;

    Output(BufferedReader from) {
      reader = new Thread(() -> read(from), "worker-output");
      reader.start();
    }

    private void read(BufferedReader from) {
      try (from) {
        char[] some = new char[1 << 12];
        for (int read = from.read(some); read >= 0; read = from.read(some)) {
          text.append(some, 0, read);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String all() throws InterruptedException {
      reader.join(PATIENCE.toMillis());
      return text.toString();
    }
  }

  private WorkerProcess(Process process) {
    this.process = process;
    this.out = new Output(process.inputReader(StandardCharsets.UTF_8));
    this.errors = new Output(process.errorReader(StandardCharsets.UTF_8));
  }

  /** Starts a worker with a health endpoint on a free port, and waits until it has one. */
  static WorkerProcess start(Path directory, List<String> arguments) throws IOException {
    return start(directory, Map.of(), arguments);
  }

  static WorkerProcess start(
      Path directory, Map<String, String> environment, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--health-port", "0"));
    WorkerProcess worker = startPlain(directory, environment, all);
    worker.await("the health endpoint", () -> worker.health().find());
    return worker;
  }

  /** Starts a command, whatever it is. */
  static WorkerProcess startPlain(Path directory, List<String> arguments) throws IOException {
    return startPlain(directory, Map.of(), arguments);
  }

  static WorkerProcess startPlain(
      Path directory, Map<String, String> environment, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(Repository.file("fanout").toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    // A server of the tests takes any; without them the SDK would look for real ones.
    builder.environment().put("AWS_ACCESS_KEY_ID", "test");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "test");
    builder.environment().putAll(environment);
    return new WorkerProcess(builder.start());
  }

  private Matcher health() {
    return HEALTH.matcher(errors.text);
  }

  /** Returns what it has written to standard error so far. */
  String errors() {
    return errors.text.toString();
  }

  /** Asks the health endpoint. */
  HttpResponse<String> get(String path) throws Exception {
    Matcher found = health();
    if (!found.find()) {
      throw new AssertionError("no health endpoint: " + errors.text);
    }
    return http.send(
        HttpRequest.newBuilder(URI.create(found.group(1) + path))
            .timeout(Duration.ofSeconds(60))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Waits for something that the worker does; fails if it ends before. */
  void await(String what, BooleanSupplier reached) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError(
            "waited for " + what + "; alive " + process.isAlive() + ", errors:\n" + errors.text);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** Waits until a file has so many lines, or more. */
  void awaitLines(Path file, int lines) {
    await(lines + " lines in " + file.getFileName(), () -> lines(file) >= lines);
  }

  private static int lines(Path file) {
    if (!Files.isRegularFile(file)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return (int) lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until {@code /metrics} has a line of which a pattern finds a part. */
  void awaitMetric(String pattern) {
    Pattern line = Pattern.compile(pattern);
    await(
        pattern,
        () -> {
          try {
            return get("/metrics").body().lines().anyMatch(each -> line.matcher(each).find());
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  /** Sends SIGTERM. */
  void terminate() {
    // Not by the process itself, which would close its output.
    assertThat(process.toHandle().destroy()).isTrue();
  }

  /** Waits for the end. */
  Ran awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running: " + errors.text);
    }
    return new Ran(process.exitValue(), out.all(), errors.all());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
