package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.cli.Cli.Ran;

/** What is wrong with a worker's command is said before anything is read or sent. */
class WorkerUsageTest {
  @TempDir private Path directory;

  private Path targets(String... rows) throws IOException {
    return Files.writeString(directory.resolve("targets.json"), "[" + String.join(",", rows) + "]");
  }

  private String good() {
    return Cli.row("good", "file", directory.resolve("made/delivered.txt").toString(), "");
  }

  private Ran run(String line) throws IOException {
    return Cli.run(line.replace("$T", targets(good()).toString()).split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kafka --topic t --targets $T|Missing required option: '--bootstrap-servers",
        "kafka --bootstrap-servers a:1 --targets $T|Missing required option: '--topic",
        "kafka --bootstrap-servers a:1 --topic t|--targets",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --stop-limit 0s|'0s' is no time",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --health-port 70000|--health-port 70000",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --health-host ::|--health-host has no",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --region Europe|--region 'Europe'",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --report /no/where/r.json|--report",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --config group.id=x|give --group",
        "kafka --bootstrap-servers a:1 --topic t --targets $T --config-file none|'none' cannot be",
        "kafka --bootstrap-servers a:1 --topic t --targets none.json|none.json' does not exist",
        "dynamodb --targets $T|Missing required option: '--stream",
        "dynamodb --stream orders --targets $T|'orders' is not the ARN of a table's stream",
        "dynamodb --stream arn:aws:kinesis:us-east-1:1:stream/s --targets $T|is not the ARN of a table",
        "kinesis --targets $T|Missing required option: '--stream",
        "kinesis --stream arn:aws:sqs:us-east-1:1:q --targets $T|is not the ARN of a Kinesis stream",
        "kinesis --stream s t --targets $T|--application is needed",
        "kinesis --stream s --application x --targets $T|--application 'x' is no name",
        "kinesis --stream s --consumer-arn x --targets $T|'x' is not the ARN of a consumer",
        "kinesis --stream s --from yesterday --targets $T|'yesterday' is neither oldest, latest",
        "kinesis --stream s --lease-endpoint-url ftp://x --targets $T|--lease-endpoint-url 'ftp://x'",
        "kinesis --stream s --stream-endpoint-url x --targets $T|--stream-endpoint-url 'x' is no URL",
      })
  void worker_badUsage_exitTwoAndWhy(String line, String text) throws IOException {
    Ran ran = run(line);

    assertThat(ran.errors()).contains(text);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(directory.resolve("made")).doesNotExist();
  }

  @Test
  void worker_badOptionsAndBadRows_everyProblemIsListed() throws IOException {
    Path targets = targets(good(), Cli.row("a", "pigeon", "x", ""), Cli.row("b", "file", "", ""));

    Ran ran =
        Cli.run(
            "kinesis",
            "--stream",
            "s",
            "--application",
            "x",
            "--region",
            "Europe",
            "--health-port",
            "-1",
            "--targets",
            targets.toString());

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors())
        .contains("--application 'x'")
        .contains("--region 'Europe'")
        .contains("--health-port -1")
        .contains("'pigeon'")
        .contains("target 'b'")
        .contains("nothing was sent");
  }

  @Test
  void kafka_settingsThatContradict_exitTwo() throws IOException {
    Ran ran =
        run(
            "kafka --bootstrap-servers a:1 --topic t --targets $T"
                + " --config enable.auto.commit=true auto.offset.reset=newest");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("enable.auto.commit").contains("newest");
  }

  @Test
  void kafka_nobodyAtTheAddress_exitTwo() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    Ran ran =
        run(
            "kafka --bootstrap-servers 127.0.0.1:"
                + port
                + " --topic t --targets $T --config request.timeout.ms=500"
                + " default.api.timeout.ms=1000");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("--topic 't' cannot be read").contains("nothing was sent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kinesis", "kafka", "dynamodb"})
  void help_workersCommand_namesItsOptionsAndExitCodes(String command) {
    Ran ran = Cli.run(command, "--help");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .contains("--targets")
        .contains("--table")
        .contains("--stop-limit")
        .contains("--health-port")
        .contains("--health-host")
        .contains("--status-interval")
        .contains("--report")
        .contains("Exit codes: 0 stopped as asked");
  }
}
