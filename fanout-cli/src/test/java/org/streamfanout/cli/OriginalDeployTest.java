package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * Whatever the README of aws-lambda-fanout lets one type to deploy and to destroy is understood.
 */
class OriginalDeployTest {
  private static ParseResult parse(String line) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    CommandLine commands = Main.commandLine(InputStream.nullInputStream(), nowhere, nowhere);
    ParseResult parsed = commands.parseArgs(line.strip().split("\\s+"));
    assertThat(parsed.unmatched()).isEmpty();
    assertThat(parsed.subcommand()).isNotNull();
    return parsed.subcommand();
  }

  private static <T> T option(String line, String name) {
    return parse(line).commandSpec().findOption(name).getValue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy --function fanout", "destroy --function fanout"})
  void example_isUnderstood(String line) {
    assertThat(parse(line).commandSpec().name()).isEqualTo(line.substring(0, line.indexOf(' ')));
  }

  static Stream<Arguments> parameters() {
    List<String> everywhere =
        List.of(
            "--function fanout",
            "--function-arn arn:aws:lambda:us-east-1:012345678901:function:fanout",
            "--region us-east-1",
            "--profile p",
            "--debug",
            "--debug true",
            "--endpoint-url http://127.0.0.1:4566",
            "--no-verify-ssl");
    List<String> ofDeploy =
        List.of(
            "--table fanoutTargets",
            "--table-arn arn:aws:dynamodb:us-east-1:012345678901:table/fanoutTargets",
            "--subnet subnet-01234567",
            "--subnet subnet-01234567,subnet-89abcdef",
            "--subnet subnet-01234567 --subnet subnet-89abcdef",
            "--security-group sg-01234567",
            "--security-group sg-01234567,sg-89abcdef",
            "--security-group sg-01234567 --security-group sg-89abcdef",
            "--exec-role fanoutRole",
            "--exec-role-arn arn:aws:iam::012345678901:role/fanoutRole",
            "--memory 128",
            "--timeout 30",
            "--runtime java21");
    return Stream.of(
            everywhere.stream().map(each -> Arguments.of("deploy", each)),
            everywhere.stream().map(each -> Arguments.of("destroy", each)),
            ofDeploy.stream().map(each -> Arguments.of("deploy", each)))
        .flatMap(each -> each);
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void parameter_ofACommand_isUnderstood(String command, String option) {
    assertThat(parse(command + " " + option).matchedOption(option.split(" ")[0])).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--subnet subnet-1,subnet-2",
        "--subnet subnet-1 --subnet subnet-2",
      })
  void subnets_areAListHoweverTheyAreGiven(String options) {
    assertThat(OriginalDeployTest.<List<String>>option("deploy " + options, "--subnet"))
        .containsExactly("subnet-1", "subnet-2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy", "destroy", "policy"})
  void function_notGiven_isFanout(String command) {
    assertThat(OriginalDeployTest.<String>option(command, "--function")).isEqualTo("fanout");
  }

  @Test
  void variable_isANameAndAValue() {
    assertThat(
            OriginalDeployTest.<Map<String, String>>option(
                "deploy --environment A=b=c --environment D=", "--environment"))
        .containsExactly(Map.entry("A", "b=c"), Map.entry("D", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy", "destroy", "policy"})
  void help_ofACommand_listsItsOwnOptionsAndTheGlobalOnes(String command) {
    String help = Cli.run(command, "--help").out();

    assertThat(help)
        .contains(
            "--region",
            "--profile",
            "--endpoint-url",
            "--no-verify-ssl",
            "--debug",
            "--function",
            "--function-arn",
            "--table",
            "--output");
  }

  @Test
  void usage_everyProblemIsTold() {
    Cli.Ran ran =
        Cli.run(
            "deploy",
            "--jar",
            "/nowhere/function.jar",
            "--exec-role",
            "r",
            "--exec-role-arn",
            "r",
            "--table-arn",
            "t",
            "--source-arn",
            "nonsense",
            "--kms-key-arn",
            "k",
            "--billing",
            "never");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("'/nowhere/function.jar' cannot be read")
        .contains("--exec-role and --exec-role-arn both name the role")
        .contains("--exec-role-arn 'r' is no ARN")
        .contains("--table-arn 't' is no ARN")
        .contains("'nonsense' is neither an ARN")
        .contains("--kms-key-arn 'k' is no ARN")
        .contains("--billing is 'never'");
  }
}
