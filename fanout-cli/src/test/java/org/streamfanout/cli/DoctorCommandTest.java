package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.cli.admin.DoctorCommand;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The command by itself; what it finds is tested in {@code DoctorTest} and {@code DoctorIT}. */
class DoctorCommandTest {
  /** A stand-in that lets nobody look at anything. */
  private final RecordingEndpoint endpoint =
      RecordingEndpoint.start()
          .answer(
              Response.of(400, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}")
                  .with("x-amzn-errortype", "AccessDeniedException"));

  @BeforeEach
  void signIn() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
  }

  @AfterEach
  void signOut() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    endpoint.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--function fanout",
        "--function-arn arn:aws:lambda:us-east-1:012345678901:function:fanout",
        "--table fanoutTargets",
        "--table-arn arn:aws:dynamodb:us-east-1:012345678901:table/fanoutTargets",
        "--source-type kinesis",
        "--source-type dynamodb",
        "--source inputStream",
        "--source-arn arn:aws:kinesis:us-east-1:012345678901:stream/inputStream",
        "--region us-east-1",
        "--profile p",
        "--endpoint-url http://127.0.0.1:4566",
        "--no-verify-ssl",
        "--debug",
        "--debug true",
        "--allowed-hosts 127.0.0.1:6379",
        "--allow-local",
        "--no-function",
        "--only-problems",
        "--output table",
        "--output json",
      })
  void parameter_isUnderstood(String option) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    CommandLine commands = Main.commandLine(InputStream.nullInputStream(), nowhere, nowhere);

    ParseResult parsed = commands.parseArgs(("doctor " + option).split(" "));

    assertThat(parsed.unmatched()).isEmpty();
    assertThat(parsed.subcommand()).isNotNull();
    assertThat(parsed.subcommand().matchedOption(option.split(" ")[0])).isNotNull();
    assertThat(Cli.run("doctor", "--help").out()).contains(option.split(" ")[0]);
  }

  @Test
  void usage_everyProblemIsTold() {
    Cli.Ran ran =
        Cli.run("doctor", "--source", "s", "--table", "a", "--table-arn", "b", "--source-arn", "x");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("--source and --source-arn both name the source")
        .contains("--source 's' needs --source-type")
        .contains("--table and --table-arn both name the table")
        .contains("--table-arn 'b' is no ARN");
  }

  @Test
  void doctor_whoMayLookAtNothing_saysWhatToAllow() {
    Cli.Ran ran =
        Cli.run("doctor", "--region", "us-east-1", "--endpoint-url", endpoint.uri().toString());

    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.out())
        .contains("allow dynamodb:Scan", "allow lambda:GetFunctionConfiguration")
        .contains("0 problems, 0 warnings, 3 unknown, 1 well");
  }

  @Test
  void progress_isToldAndTakenAway() {
    List<String> lines = new ArrayList<>();
    StringWriter out = new StringWriter();
    CommandLine command =
        new CommandLine(
            new DoctorCommand(
                new PrintWriter(out), new PrintWriter(Writer.nullWriter()), lines::add));

    int code =
        command.execute("--region", "us-east-1", "--endpoint-url", endpoint.uri().toString());

    assertThat(code).as(out.toString()).isEqualTo(Main.UNUSABLE);
    assertThat(lines).startsWith("rows: table fanoutTargets").endsWith("");
  }
}
