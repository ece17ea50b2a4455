package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A worker's command around a worker that needs no stream. */
class WorkerHostTest {
  private static final Source SOURCE = Source.of(Cli.STREAM);

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter errors = new StringWriter();
  private final List<String> answers = new ArrayList<>();
  private @Nullable RuntimeException failure;
  private boolean started;
  private boolean released;

  /** Delivers two records, asks for its own health, and ends by itself. */
  private final class ShortWorker implements Worker {
    private final FanoutEngine engine;

    ShortWorker(FanoutEngine engine) {
      this.engine = engine;
    }

    @Override
    public void run() {
      started = true;
      engine.process(
          new SourceBatch(SOURCE, "s", List.of(record("1"), record("2"))),
          Deadline.after(Duration.ofSeconds(30)));
      for (String path : List.of("/health/live", "/metrics")) {
        answers.add(ask(path));
      }
      if (failure != null) {
        throw failure;
      }
    }

    private FanoutRecord record(String number) {
      return FanoutRecord.builder("s:" + number, number)
          .shard("s")
          .key("k")
          .data(Bytes.utf8(number))
          .build();
    }

    @Override
    public boolean stop(Duration limit) {
      return true;
    }

    @Override
    public Status status() {
      return new Status(List.of(), 1, null, ShardStatus.EMPTY);
    }
  }

  private String ask(String path) {
    Matcher url = Pattern.compile("metrics at (\\S+)").matcher(errors.toString());
    try {
      return url.find()
          ? HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(url.group(1) + path))
                      .timeout(Duration.ofSeconds(60))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body()
          : "no endpoint";
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Command(name = "short")
  private final class ShortCommand implements Callable<Integer> {
    @Mixin private EngineOptions engineOptions = new EngineOptions();
    @Mixin private WorkerOptions workerOptions = new WorkerOptions();

    @Override
    public Integer call() throws InterruptedException {
      return new WorkerHost(
              engineOptions,
              workerOptions,
              new PrintWriter(out, true),
              new PrintWriter(errors, true))
          .run(
              List.of(),
              engine ->
                  new WorkerPlan(List.of(SOURCE), new ShortWorker(engine), () -> released = true));
    }
  }

  private int run(String targets, String... more) throws IOException {
    Path file = Files.writeString(directory.resolve("targets.json"), targets);
    List<String> arguments = new ArrayList<>(List.of("--targets", file.toString()));
    arguments.addAll(List.of(more));
    return new CommandLine(new ShortCommand())
        .setExecutionExceptionHandler(
            (problem, commandLine, parsed) -> {
              if (problem instanceof UnusableException unusable) {
                unusable.print(new PrintWriter(errors, true));
                return Main.UNUSABLE;
              }
              throw problem;
            })
        .execute(arguments.toArray(String[]::new));
  }

  private String rows(String... rows) {
    return "[" + String.join(",", rows) + "]";
  }

  private String good() {
    return Cli.row("good", "file", directory.resolve("made/good.txt").toString(), "");
  }

  @Test
  void run_workerThatFails_exitOneWithTheReasonAndWhatIsHeld() throws IOException {
    failure = new FanoutException("access was denied");
    Path report = directory.resolve("report.json");

    int code =
        run(
            rows(good(), Cli.row("stuck", "file", directory.toString(), "")),
            "--health-port",
            "0",
            "--report",
            report.toString());

    assertThat(code).isEqualTo(1);
    assertThat(errors.toString())
        .contains("fanout: the worker has ended by itself: ")
        .contains("access was denied")
        .contains("fanout: 2 records of " + Cli.STREAM + " are held for target 'stuck'");
    assertThat(out.toString()).containsPattern("good +file +2 +2 +0").contains("stuck");
    assertThat(directory.resolve("made/good.txt")).exists();
    assertThat(answers.get(0)).isEqualTo("live\n");
    assertThat(answers.get(1))
        .contains("fanout_held_records{source=\"" + Cli.STREAM + "\",target=\"stuck\"} 2\n");
    JsonNode json = new JsonMapper().readTree(report.toFile());
    assertThat(json.get("targets").get(1).get("held").asLong()).isEqualTo(2);
    assertThat(json.get("shards").toString())
        .isEqualTo("[{\"source\":\"" + Cli.STREAM + "\",\"shard\":\"s\",\"settled\":0}]");
    assertThat(released).isTrue();
  }

  @Test
  void run_workerThatReturns_exitOne() throws IOException {
    assertThat(run(rows(good()))).isEqualTo(1);
    assertThat(errors.toString()).contains("fanout: the worker has ended by itself\n");
    assertThat(answers).containsOnly("no endpoint");
  }

  @Test
  void run_portThatIsTaken_exitTwoAndNothingStarted() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int code =
          run(
              rows(good()),
              "--health-host",
              taken.getInetAddress().getHostAddress(),
              "--health-port",
              Integer.toString(taken.getLocalPort()));

      assertThat(code).isEqualTo(2);
    }
    assertThat(errors.toString()).contains("cannot be listened on").contains("nothing was sent");
    assertThat(started).isFalse();
    assertThat(released).isTrue();
    assertThat(directory.resolve("made")).doesNotExist();
  }

  @Test
  void run_sourceWithoutRows_exitTwoAndNothingStarted() throws IOException {
    int code = run(rows(good().replace(":stream/s", ":stream/other")));

    assertThat(code).isEqualTo(2);
    assertThat(errors.toString()).contains("source '" + Cli.STREAM + "' has no targets");
    assertThat(started).isFalse();
  }
}
