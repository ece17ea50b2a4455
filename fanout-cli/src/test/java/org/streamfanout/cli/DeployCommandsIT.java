package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.admin.AdminException;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.cli.admin.DestroyCommand;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.FakeControlPlane;
import picocli.CommandLine;

/**
 * Deploy, policy and destroy as typed, on a real table and a stand-in for the rest of an account.
 */
class DeployCommandsIT {
  @TempDir private Path folder;
  private DynamoDbServer server;
  private FakeControlPlane account;
  private Path jar;

  @BeforeEach
  void start() throws Exception {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    server = DynamoDbServer.start();
    account = FakeControlPlane.start(server.endpoint());
    jar = folder.resolve("function.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("org/streamfanout/lambda/function/FanoutFunction.class"));
    }
  }

  @AfterEach
  void stop() {
    account.close();
    server.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private Ran fanout(String line) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    arguments.addAll(
        List.of("--region", "eu-west-1", "--endpoint-url", account.endpoint().toString()));
    if (line.startsWith("deploy")) {
      arguments.addAll(List.of("--jar", jar.toString()));
    }
    return Cli.run(arguments.toArray(String[]::new));
  }

  private Ran ok(String line) {
    Ran ran = fanout(line);
    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(Main.SETTLED);
    return ran;
  }

  @Test
  void aFunctionsLife() throws Exception {
    assertThat(ok("deploy --function fanout --dry-run").out())
        .contains(
            "table fanoutTargets: would be created",
            "+ billing: 10 read and 1 write units",
            "role fanoutRole: would be created",
            "policy fanout: would be created",
            "function fanout: would be created")
        .doesNotContain("Next:");
    assertThat(account.snapshot()).doesNotContain("function fanout");

    assertThat(ok("deploy --function fanout").out())
        .contains(
            "table fanoutTargets: created", "function fanout: created", "Next: ./fanout register");
    Ran again = ok("deploy --function fanout --memory 128");
    assertThat(again.out())
        .contains("table fanoutTargets: is so already", "~ memory: 512 MiB -> 128 MiB");
    assertThat(again.errors()).contains("128 MiB of memory are little");

    ok(
        "register sqs --function fanout --id t --destination arn:aws:sqs:eu-west-1:123456789012:q"
            + " --source-arn arn:aws:kinesis:eu-west-1:123456789012:stream/s");
    assertThat(ok("deploy").out())
        .contains(
            "policy fanout: changed", "+ sqs:SendMessage: arn:aws:sqs:eu-west-1:123456789012:q");
    JsonNode steps = new JsonMapper().readTree(ok("deploy --output json").out());
    assertThat(steps).isNotEmpty().allMatch(step -> step.path("action").asText().equals("NONE"));

    JsonNode policies = new JsonMapper().readTree(ok("policy --output json").out());
    assertThat(policies.get(1).path("document").toString())
        .as("what is printed is what was deployed")
        .isEqualTo(account.policy("fanoutRole", "fanout"));

    account.map("m-1", "arn:aws:kinesis:eu-west-1:123456789012:stream/s", "fanout");
    Ran plan = ok("destroy --function fanout --dry-run");
    assertThat(plan.out()).contains("function fanout: would be removed", "the mapping m-1");
    assertThat(plan.errors()).contains("1 mapping calls the function");
    assertThat(ok("destroy --function fanout").out())
        .contains("function fanout: removed", "table fanoutTargets: removed", "role/fanoutRole");
    assertThat(ok("destroy --function fanout").out()).contains("function fanout: is gone already");
  }

  /** The lines under the page's title, one after the other. */
  @Test
  void page_commands_doWhatTheySay() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/cli.md"))) {
      root = root.getParent();
    }
    String page = Files.readString(root.resolve("docs/cli.md"));
    String section = page.substring(page.indexOf("## The function: `deploy`"));
    List<String> lines =
        section.split("```")[1].lines().filter(line -> line.startsWith("./fanout ")).toList();

    assertThat(lines).hasSize(3);
    for (String line : lines) {
      ok(line.substring("./fanout ".length()));
    }
    assertThat(account.calls()).contains("lambda:CreateFunction", "lambda:DeleteFunction");
  }

  @Test
  void deploy_thatWasCut_tellsWhyAndIsCompletedByTheSameLine() {
    account.cutAfter(8);
    Ran cut = fanout("deploy --function fanout");
    assertThat(cut.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(cut.errors()).contains("TheNetworkIsGone");
    assertThat(account.snapshot()).doesNotContain("function fanout");

    account.mend();
    assertThat(ok("deploy --function fanout").out()).contains("function fanout: created");
  }

  @Test
  void environment_isNeverPrinted() {
    Ran ran = ok("deploy --environment FANOUT_SECRET_REDIS=s3cret-value --debug");

    assertThat(ran.out() + ran.errors())
        .contains("variable FANOUT_SECRET_REDIS")
        .doesNotContain("s3cret-value");
    assertThat(account.function("fanout", "Environment")).contains("s3cret-value");
  }

  private String destroyOnATerminal(String answer, String... options) {
    StringWriter errors = new StringWriter();
    CommandLine destroy =
        new CommandLine(
                new DestroyCommand(
                    new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
                    new PrintWriter(new StringWriter()),
                    new PrintWriter(errors),
                    () -> true))
            .setExecutionExceptionHandler(
                (problem, command, parsed) -> {
                  assertThat(problem).isInstanceOf(AdminException.class);
                  errors.append(problem.getMessage());
                  return Main.UNUSABLE;
                });
    List<String> arguments =
        new ArrayList<>(
            List.of("--region", "eu-west-1", "--endpoint-url", account.endpoint().toString()));
    arguments.addAll(List.of(options));
    destroy.execute(arguments.toArray(String[]::new));
    return errors.toString();
  }

  @Test
  void destroy_onATerminal_asksForTheName() {
    ok("deploy");

    assertThat(destroyOnATerminal("no\n")).contains("Type the function's name", "not confirmed");
    assertThat(destroyOnATerminal("")).contains("not confirmed");
    assertThat(account.snapshot()).contains("function fanout");

    assertThat(destroyOnATerminal("fanout\n")).doesNotContain("not confirmed");
    assertThat(account.snapshot()).doesNotContain("function fanout");
    assertThat(destroyOnATerminal("")).as("nothing is left to ask about").doesNotContain("Type");
  }

  @Test
  void destroy_onATerminalWithYes_asksNothing() {
    ok("deploy");

    assertThat(destroyOnATerminal("", "--yes")).doesNotContain("Type");
    assertThat(account.snapshot()).doesNotContain("function fanout");
  }

  @Test
  void policy_ofATableThatIsNotThere_isRefusedButWithoutTargets() {
    assertThat(fanout("policy").exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ok("policy --without-targets --vpc --progress-table p").out())
        .contains("table/fanoutTargets", "ec2:CreateNetworkInterface", "table/p");
  }
}
