package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.cli.Cli.STREAM;
import static org.streamfanout.cli.Cli.event;
import static org.streamfanout.cli.Cli.row;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.cli.Cli.Ran;

class BadConfigurationTest {
  @TempDir private Path directory;
  private Path delivered;
  private Path events;

  @BeforeEach
  void place() throws IOException {
    delivered = directory.resolve("delivered.jsonl");
    events = Files.writeString(directory.resolve("event.json"), event(STREAM, "s0:1:a"));
  }

  private String good(String more) {
    return row("good", "file", delivered.toString(), more);
  }

  private Path targets(String... rows) throws IOException {
    return Files.writeString(
        directory.resolve("targets.json"), "[" + String.join(",\n", rows) + "]");
  }

  private Ran run(Path targets) {
    return Cli.run("run", "--event", events.toString(), "--targets", targets.toString());
  }

  @Test
  void run_everyKindOfMistake_allReportedTogetherAndNothingSent() throws IOException {
    Ran ran =
        run(
            targets(
                good(""),
                row("type", "carrier-pigeon", "x", ""),
                row("option", "file", delivered.toString(), "'options':{'colour':'red'}"),
                row("arn", "sns", "arn:aws:sqs:us-east-1:123456789012:queue", ""),
                row("filter", "file", delivered.toString(), "'filter':{'data':'x'}"),
                row("nowhere", "file", "x", "'onFailure':'DEAD_LETTER','deadLetter':'ghost'"),
                row("plain", "file", "x", "'onFailure':'DEAD_LETTER','deadLetter':'good'"),
                row(
                    "circle1",
                    "file",
                    "x",
                    "'onFailure':'DEAD_LETTER','deadLetter':'circle2','deadLetterOnly':true"),
                row(
                    "circle2",
                    "file",
                    "x",
                    "'onFailure':'DEAD_LETTER','deadLetter':'circle1','deadLetterOnly':true"),
                row("host", "sqs", "https://example.com/123456789012/queue", ""),
                row("collapse", "sqs", "arn:aws:sqs:us-east-1:123456789012:q", "'collapse':'zip'"),
                row("column", "file", "x", "'ordering':'sideways','maxInFlight':0"),
                "{\"sourceArn\":\"mistyped\",\"id\":\"source\",\"type\":\"file\","
                    + "\"destination\":\"x\",\"active\":true}"));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.errors())
        .contains("nothing was sent")
        .contains("target 'type': no provider of type 'carrier-pigeon'")
        .contains("target 'option': option 'colour' is unknown to type 'file'")
        .contains("target 'arn': ")
        .contains("target 'filter': column 'filter'")
        .contains("target 'nowhere': column 'deadLetter' is 'ghost', which no row of source")
        .contains("target 'plain': column 'deadLetter' is 'good'")
        .contains("circle1 -> circle2 -> circle1")
        .contains("circle2 -> circle1 -> circle2")
        .contains("target 'host': ")
        .contains("target 'collapse': column 'collapse' is 'zip'")
        .contains("target 'column': column 'ordering' is 'sideways'")
        .contains("target 'column': column 'maxInFlight' is '0'")
        .contains("target 'source': row 13: column 'sourceArn'");
    assertThat(delivered).doesNotExist();
  }

  @Test
  void run_badRowOfASourceThatNoEventNames_reportedAllTheSame() throws IOException {
    Ran ran =
        run(targets(good(""), row("x", "nonsense", "x", "").replace(":stream/s", ":stream/t")));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("stream/t, target 'x': no provider of type 'nonsense'");
    assertThat(delivered).doesNotExist();
  }

  @Test
  void run_badEventAfterAGoodOneAndABadRow_bothReportedAndNothingSent() throws IOException {
    Files.writeString(
        events, event(STREAM, "s0:1:a") + "\n{\"Records\":[{\"eventSource\":\"aws:ftp\"}]}");

    Ran ran = run(targets(good(""), row("x", "nonsense", "x", "")));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("event 2: ").contains("aws:ftp").contains("'nonsense'");
    assertThat(delivered).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|must be an array of rows",
        "[|cannot be understood at line 1",
        "[{\"id\":\"a\",\"id\":\"b\"}]|Duplicate field 'id'",
      })
  void run_targetsFileOfWrongShape_errorSaysWhere(String json, String text) throws IOException {
    Ran ran = run(Files.writeString(directory.resolve("targets.json"), json));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("targets.json'").contains(text).contains("nothing was sent");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run --targets T|Missing required option: '--event=FILE'",
        "run --event E|--targets",
        "run --event E --targets T --table x|mutually exclusive",
        "run --event E --targets T --timeout soon|'soon' is no time",
        "run --event E --targets T --timeout 0s|'0s' is no time",
        "run --event E --targets T --endpoint-url ftp://x|--endpoint-url 'ftp://x' is no URL",
        "run --event E --targets T --endpoint-url http://u@x|is no URL",
        "run --event E --targets T --allowed-hosts a,http://b|--allowed-hosts 'http://b' is no host",
        "run --event E --targets T --region Europe|--region 'Europe' is no region",
        "run --event E --targets T --report /does/not/exist/r.json|--report",
        "run --event - - --targets T|--event - is given more than once",
        "run --event none.json --targets T|none.json' cannot be read",
        "run --event . --targets T|event file '.' cannot be read",
        "run --event E --targets none.json|none.json' does not exist",
        "run --event E --targets T --nonsense|Unknown option: '--nonsense'",
        "nonsense|Unmatched argument",
      })
  void run_badUsage_exitTwoAndNothingSent(String line, String text) throws IOException {
    String[] arguments = line.split(" ");
    for (int index = 0; index < arguments.length; index++) {
      arguments[index] =
          switch (arguments[index]) {
            case "E" -> events.toString();
            case "T" -> targets(good("")).toString();
            default -> arguments[index];
          };
    }

    Ran ran = Cli.run(arguments);

    assertThat(ran.errors()).contains(text).doesNotContain("stopped here");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(delivered).doesNotExist();
  }
}
