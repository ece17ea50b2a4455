package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No payload, key, header or credential is in anything that is logged, printed, thrown or measured.
 * What is tried is {@link CanaryRun}, in a process of its own whose loggers all start at TRACE.
 */
class CanaryTest {
  /** Generous: a cold JVM on a loaded machine. */
  private static final long TIMEOUT_SECONDS = 400;

  @TempDir Path folder;

  @Test
  void everything_saidAtTrace_holdsNoCanary() throws Exception {
    List<String> said = java("org.streamfanout.it.CanaryRun");

    assertThat(said).filteredOn(line -> !Canaries.in(line).isEmpty()).isEmpty();
    // What was said is all that there is to say.
    assertThat(said).anyMatch(line -> line.contains("TRACE") && line.contains("logged at TRACE"));
    assertThat(said).contains("== Lambda: half a pair", "== complete");
    assertThat(said).anyMatch(line -> line.contains("\"_aws\""));
    assertThat(said)
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("TargetResult")
                    .contains("sqs0", "kafka14", "thrower16", "REJECTED"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Canaries.PAYLOAD, Canaries.TOKEN})
  void readingAlong_aLeakThatIsPlanted_isNoticed(String canary) throws Exception {
    String encoded = Base64.getEncoder().encodeToString(("x" + canary + "yz").getBytes());

    assertThat(java("org.streamfanout.it.CanaryRun", canary))
        .anyMatch(line -> Canaries.in(line).equals(List.of(canary)));
    assertThat(java("org.streamfanout.it.CanaryRun", encoded))
        .anyMatch(line -> Canaries.in(line).equals(List.of(canary)));
  }

  @Test
  void command_saidAtTrace_holdsNoCanary() throws Exception {
    Path event =
        Files.writeString(folder.resolve("event.json"), Canaries.lambdaEvents().get("kinesis"));
    Path broken =
        Files.writeString(folder.resolve("broken.json"), Canaries.lambdaEvents().get("no base64"));
    Path targets =
        Files.writeString(
            folder.resolve("targets.json"),
            """
            [{"sourceArn":"arn:aws:kinesis:eu-west-1:123456789012:stream/orders","id":"file","type":"file",
              "destination":"out.jsonl","active":true,"collapse":"json"},
             {"sourceArn":"arn:aws:kinesis:eu-west-1:123456789012:stream/orders","id":"hook","type":"http",
              "destination":"http://127.0.0.1:1/","active":true,"externalId":"%s",
              "options":{"auth":"bearer","secret":"canary"}}]
            """
                .formatted(Canaries.EXTERNAL_ID));
    Path wrong =
        Files.writeString(
            folder.resolve("wrong.json"), "[{\"externalId\": " + Canaries.EXTERNAL_ID + "}]");
    String main = "org.streamfanout.cli.Main";

    List<String> said = new ArrayList<>();
    for (Path input : List.of(event, broken)) {
      for (Path rows : List.of(targets, wrong)) {
        said.addAll(
            java(
                main,
                "run",
                "--event",
                input.toString(),
                "--targets",
                rows.toString(),
                "--allowed-hosts",
                "127.0.0.1",
                "--allow-local",
                "--timeout",
                "5s"));
      }
    }

    assertThat(said).anyMatch(line -> line.contains("hook"));
    assertThat(said).anyMatch(line -> line.contains("is not base64"));
    assertThat(said).anyMatch(line -> line.contains("wrong.json"));
    assertThat(said).filteredOn(line -> !Canaries.in(line).isEmpty()).isEmpty();
  }

  @Test
  void clients_thatLogWhatTheySend_stayAboveTraceInTheCommandAndTheFunction() throws IOException {
    for (String module : List.of("fanout-cli", "fanout-lambda-function")) {
      assertThat(
              Files.readAllLines(
                  Repository.file(module + "/src/main/resources/simplelogger.properties")))
          .contains(
              "org.slf4j.simpleLogger.log.com.spotify.folsom=info",
              "org.slf4j.simpleLogger.log.io.lettuce=info",
              "org.slf4j.simpleLogger.log.io.netty=info",
              "org.slf4j.simpleLogger.log.org.apache=info",
              "org.slf4j.simpleLogger.log.software.amazon=info");
    }
  }

  /** Runs a class in a JVM of its own and returns what it printed, logs included. */
  private List<String> java(String main, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                "-Daws.accessKeyId=AKIACANARY",
                "-Daws.secretAccessKey=" + Canaries.OWN_SECRET_KEY,
                "-Daws.sessionToken=" + Canaries.OWN_TOKEN,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "said", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("FANOUT_SECRET_CANARY", Canaries.PASSWORD);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("%s ends", main).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(output);
  }
}
