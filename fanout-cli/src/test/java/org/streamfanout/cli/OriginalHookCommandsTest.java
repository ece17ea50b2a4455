package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Whatever the README of aws-lambda-fanout lets one type about mappings is understood. */
class OriginalHookCommandsTest {
  private static final List<String> COMMANDS = List.of("hook", "unhook", "pause", "resume");
  private static final String KAFKA = "hook --bootstrap-servers a:9092,b:9092 --topic orders";

  private static ParseResult parse(String line) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    CommandLine commands = Main.commandLine(InputStream.nullInputStream(), nowhere, nowhere);
    ParseResult parsed = commands.parseArgs(line.strip().split("\\s+"));
    assertThat(parsed.unmatched()).isEmpty();
    assertThat(parsed.subcommand()).isNotNull();
    return parsed.subcommand();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hook --function fanout --source-type kinesis --source inputStream",
        "unhook --function fanout --source-type kinesis --source inputStream",
        "pause --function fanout --source-type kinesis --source inputStream",
        "resume --function fanout --source-type kinesis --source inputStream",
      })
  void example_isUnderstood(String line) {
    assertThat(parse(line).commandSpec().name()).isEqualTo(line.substring(0, line.indexOf(' ')));
  }

  @Test
  void page_itsExamples_areUnderstood() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/cli.md"))) {
      folder = folder.getParent();
    }
    List<String> lines =
        Files.readString(folder.resolve("docs/cli.md"))
            .lines()
            .filter(line -> line.matches("\\./fanout (hook|unhook|pause|resume) .*"))
            .map(line -> line.substring("./fanout ".length()))
            .toList();

    assertThat(lines).hasSizeGreaterThan(7);
    lines.forEach(OriginalHookCommandsTest::parse);
  }

  static Stream<Arguments> parameters() {
    List<String> options =
        List.of(
            "--function fanout",
            "--function-arn arn:aws:lambda:us-east-1:012345678901:function:fanout",
            "--source-type kinesis",
            "--source-type dynamodb",
            "--source inputStream",
            "--source-arn arn:aws:kinesis:us-east-1:012345678901:stream/inputStream",
            "--table fanoutTargets",
            "--table-arn arn:aws:dynamodb:us-east-1:012345678901:table/fanoutTargets",
            "--region us-east-1",
            "--profile p",
            "--debug",
            "--debug true",
            "--endpoint-url http://127.0.0.1:4566",
            "--no-verify-ssl");
    List<Arguments> all = new ArrayList<>();
    for (String command : COMMANDS) {
      options.forEach(option -> all.add(Arguments.of(command, option)));
    }
    for (String option :
        List.of(
            "--batch-size 100",
            "--starting-position LATEST",
            "--starting-position TRIM_HORIZON",
            "--starting-position AT_TIMESTAMP",
            "--starting-timestamp 2026-11-01T12:00:00Z",
            "--batch-window 5",
            "--bisect",
            "--bisect false",
            "--parallelization 2",
            "--max-retries -1",
            "--max-record-age -1",
            "--on-failure arn:aws:sqs:us-east-1:012345678901:letters",
            "--filter {\"data\":{\"kind\":[\"a\"]}}",
            "--no-filter",
            "--partial-responses true",
            "--partial-responses false",
            "--disabled",
            "--consumer c",
            "--create-consumer",
            "--topic orders",
            "--bootstrap-servers a:9092,b:9092",
            "--subnet subnet-1,subnet-2",
            "--security-group sg-1",
            "--auth SASL_SCRAM_512_AUTH=arn:aws:secretsmanager:us-east-1:012345678901:secret:s",
            "--consumer-group g",
            "--min-pollers 1",
            "--max-pollers 3")) {
      all.add(Arguments.of("hook", option));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void parameter_ofACommand_isUnderstood(String command, String option) {
    assertThat(parse(command + " " + option).matchedOption(option.split(" ")[0])).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hook", "unhook", "pause", "resume"})
  void function_notGiven_isFanout(String command) {
    assertThat(parse(command).commandSpec().findOption("--function").<String>getValue())
        .isEqualTo("fanout");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hook", "unhook", "pause", "resume"})
  void help_ofACommand_listsItsOwnOptionsAndTheGlobalOnes(String command) {
    assertThat(Cli.run(command, "--help").out())
        .contains("--region", "--profile", "--endpoint-url", "--no-verify-ssl", "--debug")
        .contains("--function", "--table", "--source", "--consumer", "--topic", "--dry-run")
        .contains("--output");
  }

  @Test
  void usage_everyProblemIsTold() {
    Cli.Ran ran =
        Cli.run(
            (KAFKA
                    + " --source s --consumer c --auth BASIC_AUTH=pa55word --auth OTHER=x"
                    + " --filter {} --no-filter --starting-timestamp noon")
                .split(" "));

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("--bootstrap-servers and a source both")
        .contains("--source 's' needs --source-type")
        .contains("--consumer is for Kinesis streams")
        .contains("--auth BASIC_AUTH=... takes the ARN of a secret")
        .contains("--auth OTHER is none of")
        .contains("--filter and --no-filter")
        .contains("--starting-timestamp 'noon'")
        .doesNotContain("pa55word");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hook --starting-position NOON --source-arn arn:aws:kinesis:us-east-1:012345678901:stream/s",
        "hook --source-arn arn:aws:kafka:us-east-1:012345678901:cluster/k/u",
        "hook --source-arn arn:aws:sqs:us-east-1:012345678901:q",
        "hook --source-arn arn:aws:dynamodb:us-east-1:012345678901:table/t/stream/l --consumer c",
        "hook --bootstrap-servers a:9092",
        "hook --topic orders --source-type kinesis --source s",
        "pause",
      })
  void line_withoutASource_isRefused(String line) {
    Cli.Ran ran = Cli.run(line.split(" "));

    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors()).doesNotContain("\tat ");
  }
}
