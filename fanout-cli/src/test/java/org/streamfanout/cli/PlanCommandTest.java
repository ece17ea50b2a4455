package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.cli.Cli.Ran;

/** What a command would do, asked of {@code fanout plan}. */
class PlanCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"list", "run", "plan", "nothing"})
  void commandChangesNothing_isRefused_withThoseThatDo(String command) {
    Ran ran = Cli.run("plan", command);

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("'" + command + "' is no command that changes something")
        .contains("activate, ")
        .contains("import, ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "activate",
        "create",
        "deactivate",
        "deploy",
        "destroy",
        "hook",
        "import",
        "pause",
        "register",
        "replay",
        "resume",
        "unhook",
        "unregister",
        "update"
      })
  void commandChangesSomething_isPlanned(String command) {
    Ran ran = Cli.run("plan", command, "--help");

    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    assertThat(ran.out()).contains("Usage: fanout " + command.replace("create", "register"));
  }

  @Test
  void argumentsGoOn_andTheirProblemsComeBack() {
    Ran ran = Cli.run("plan", "import", "/nowhere/targets.yaml", "--function", "fanout");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors()).contains("/nowhere/targets.yaml");
    assertThat(Cli.run("plan", "import", "--functoin", "f").errors()).contains("--functoin");
  }
}
