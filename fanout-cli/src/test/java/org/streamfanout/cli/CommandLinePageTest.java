package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.cli.admin.ExportCommand;
import org.streamfanout.cli.admin.ImportCommand;
import org.streamfanout.cli.admin.ListCommand;
import org.streamfanout.cli.admin.RegisterCommand;
import org.streamfanout.cli.admin.StatusCommand;
import org.streamfanout.cli.admin.SwitchCommand;
import org.streamfanout.cli.admin.UnregisterCommand;
import org.streamfanout.cli.admin.UpdateCommand;
import org.streamfanout.core.ShardStatus;
import picocli.CommandLine;

/** What {@code docs/cli.md} says of options and metrics is what there is. */
class CommandLinePageTest {
  private static final Pattern METRIC = Pattern.compile("^\\| `(fanout_\\w+)` ", Pattern.MULTILINE);

  private static String page() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/cli.md"))) {
      folder = folder.getParent();
    }
    return Files.readString(folder.resolve("docs/cli.md"));
  }

  static Stream<Object> commands() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return Stream.of(
        new RunCommand(InputStream.nullInputStream(), nowhere, nowhere),
        new ReplayCommand(nowhere, nowhere),
        new KinesisCommand(nowhere, nowhere),
        new KafkaCommand(nowhere, nowhere),
        new DynamoDbCommand(nowhere, nowhere),
        new StatusCommand(nowhere, nowhere),
        new ListCommand(nowhere, nowhere),
        new RegisterCommand(nowhere, nowhere),
        new UpdateCommand(nowhere, nowhere),
        SwitchCommand.activate(nowhere, nowhere).getCommand(),
        new UnregisterCommand(nowhere, nowhere),
        new ExportCommand(nowhere, nowhere),
        new ImportCommand(nowhere, nowhere));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void page_everyOptionOfACommand_isDescribed(Object command) throws IOException {
    String page = page();
    List<String> options =
        new CommandLine(command)
            .getCommandSpec().options().stream()
                .flatMap(option -> Arrays.stream(option.names()))
                .filter(name -> name.startsWith("--"))
                .filter(name -> !name.equals("--help") && !name.equals("--version"))
                .toList();

    assertThat(options)
        .isNotEmpty()
        .allSatisfy(option -> assertThat(page).containsPattern("`" + option + "[` ]"));
  }

  @Test
  void page_metrics_areThoseThatThereAre() throws IOException {
    WorkerNumbers none =
        new WorkerNumbers(Instant.EPOCH, 0, 0, List.of(), List.of(), Map.of(), Map.of());
    String metrics =
        PrometheusText.of(none, new Worker.Status(List.of(), 0, 0L, ShardStatus.EMPTY), true);

    List<String> described =
        METRIC.matcher(page()).results().map(match -> match.group(1)).sorted().toList();
    List<String> written =
        metrics
            .lines()
            .filter(line -> line.startsWith("# TYPE "))
            .map(line -> line.split(" ")[2])
            .sorted()
            .toList();
    assertThat(described).isNotEmpty().isEqualTo(written);
  }
}
