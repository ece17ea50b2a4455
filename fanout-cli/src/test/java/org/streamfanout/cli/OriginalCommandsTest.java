package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Whatever the README of aws-lambda-fanout lets one type about targets is understood. */
class OriginalCommandsTest {
  private static final String SOURCE =
      "--source-arn arn:aws:kinesis:us-east-1:012345678901:stream/inputStream";
  private static final String REGISTER = "register sns --id t --destination topic " + SOURCE;
  private static final String UPDATE = "update --id t " + SOURCE;

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
        "list --function fanout --source-type kinesis --source inputStream",
        "register lambda --function fanout --source-type kinesis --source inputStream"
            + " --id target1 --destination targetFunction",
        "update --function fanout --source-type kinesis --source inputStream --id target1"
            + " --parallel false",
        "activate --function fanout --source-type kinesis --source inputStream --id target1",
        "deactivate --function fanout --source-type kinesis --source inputStream --id target1",
        "unregister --function fanout --source-type kinesis --source inputStream --id target1",
      })
  void example_isUnderstood(String line) {
    assertThat(parse(line).commandSpec().name()).isEqualTo(line.substring(0, line.indexOf(' ')));
  }

  static Stream<Arguments> parameters() {
    List<Arguments> all = new ArrayList<>();
    List<String> everywhere =
        List.of(
            "--function fanout",
            "--function-arn arn:aws:lambda:us-east-1:012345678901:function:fanout",
            "--table fanoutTargets",
            "--table-arn arn:aws:dynamodb:us-east-1:012345678901:table/fanoutTargets",
            "--source-type kinesis",
            "--source-type dynamodb",
            "--source inputStream",
            SOURCE,
            "--region us-east-1",
            "--profile p",
            "--debug",
            "--debug true",
            "--endpoint-url http://127.0.0.1:4566",
            "--no-verify-ssl");
    List<String> columns =
        List.of(
            "--active true",
            "--active false",
            "--destination-role-arn arn:aws:iam::012345678901:role/targetRole",
            "--external-id 123456",
            "--collapse none",
            "--collapse JSON",
            "--collapse concat",
            "--collapse concat-b64",
            "--parallel true",
            "--parallel false",
            "--convert-ddb true",
            "--convert-ddb false",
            "--deaggregate true",
            "--deaggregate false",
            "--append-newlines true");
    List<String> ofRegister =
        List.of(
            "--id t",
            "--destination topic",
            "--index doctype/index",
            "--destination-region us-west-2");
    String one = " --id t";
    for (String option : everywhere) {
      all.add(Arguments.of("list", option));
      all.add(Arguments.of("register sns --destination topic" + one, option));
      for (String name : List.of("update", "activate", "deactivate", "unregister")) {
        all.add(Arguments.of(name + one, option));
      }
    }
    for (String option : columns) {
      all.add(Arguments.of("register sns --destination topic" + one, option));
      all.add(Arguments.of("create sns --destination topic" + one, option));
      all.add(Arguments.of("update" + one, option));
    }
    for (String option : ofRegister) {
      String rest = option.startsWith("--id") ? " --destination topic" : one;
      String needed =
          option.startsWith("--destination ") || option.startsWith("--id")
              ? rest
              : rest + " --destination topic";
      all.add(Arguments.of("register sns" + needed, option));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void parameter_ofACommand_isUnderstood(String command, String option) {
    String name = option.split(" ")[0];

    assertThat(parse(command + " " + option).matchedOption(name)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sns", "sqs", "es", "kinesis", "firehose", "iot", "lambda", "memcached", "redis"})
  void type_isAWordAfterTheCommand(String type) {
    ParseResult parsed = parse(REGISTER.replace("sns", type));

    assertThat(parsed.matchedPositional(0).<String>getValue()).isEqualTo(type);
    assertThat(parse(REGISTER.replace("register", "create")).commandSpec().name())
        .isEqualTo("register");
  }

  @Test
  void function_notGiven_isFanout() {
    assertThat(parse("list").commandSpec().findOption("--function").<String>getValue())
        .isEqualTo("fanout");
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "register", "update", "activate", "deactivate", "unregister"})
  void help_ofACommand_listsItsOwnOptionsAndTheGlobalOnes(String command) {
    String help = Cli.run(command, "--help").out();

    for (String option :
        Arrays.asList(
            "--region",
            "--profile",
            "--endpoint-url",
            "--no-verify-ssl",
            "--debug",
            "--function",
            "--table",
            "--source",
            "--output")) {
      assertThat(help).contains(option);
    }
  }

  @Test
  void usage_everyProblemIsTold() {
    Cli.Ran ran =
        Cli.run(
            "update",
            "--id",
            "t",
            "--source",
            "s",
            "--source-arn",
            "nonsense",
            "--table",
            "a",
            "--table-arn",
            "b");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("nothing to change")
        .contains("--source and --source-arn both name the source")
        .contains("--source 's' needs --source-type")
        .contains("'nonsense' is neither an ARN")
        .contains("--table and --table-arn both name the table")
        .contains("--table-arn 'b' is no ARN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--active yes", "--max-in-flight many", "--source-type queue"})
  void value_ofNoKind_isRefused(String option) {
    assertThat(Cli.run((UPDATE + " " + option).split(" ")).exitCode()).isEqualTo(Main.UNUSABLE);
  }
}
