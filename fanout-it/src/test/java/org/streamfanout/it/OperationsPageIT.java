package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the page about operations has its readers type works, as it stands there. */
@Timeout(600)
class OperationsPageIT {
  private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\n(.*?)```");

  /** The page's port, which somebody may have here. */
  private static final String PORT = "8099";

  @TempDir private Path directory;

  private void copyExample(String name, String port) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, Files.readString(Repository.file(name)).replace(PORT, port));
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  @Test
  void anOutageAndAReplay_commandsOfThePage_deliverWhatWasMissed() throws Exception {
    String page = Files.readString(Repository.file("docs/operations.md"));
    List<String> commands =
        COMMANDS
            .matcher(page.substring(page.indexOf("## Try it: an outage and a replay")))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(commands).hasSize(5);
    String port = freePort();
    Files.createSymbolicLink(directory.resolve("fanout"), Repository.file("fanout"));
    copyExample("examples/events/kinesis-kpl.json", PORT);
    copyExample("examples/replay/targets.json", port);
    copyExample("examples/replay/Shop.java", port);
    Path log = directory.resolve("log");
    Process shell =
        new ProcessBuilder("bash", "-e", "-c", String.join("", commands).replace(PORT, port))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(shell.waitFor(400, TimeUnit.SECONDS)).as(Files.readString(log)).isTrue();
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
    String said = Files.readString(log);
    assertThat(shell.exitValue()).as(said).isZero();
    assertThat(said)
        .contains("394 letters, ")
        .contains("394 read, 394 accepted, 0 filtered, 0 left");
    assertThat(said).doesNotContain("\u001b");
    assertThat(Files.readAllLines(directory.resolve("out/letters.jsonl"))).hasSize(394);
    assertThat(Files.readAllLines(directory.resolve("out/shop.jsonl")))
        .hasSize(394)
        .doesNotHaveDuplicates()
        .allMatch(line -> line.startsWith("{\"event\":\"donation\""));
    assertThat(page).contains("394 letters", "394 lines", "394 replayed before");
    Files.delete(directory.resolve("fanout"));
  }
}
