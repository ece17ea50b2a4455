package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bash} offers after the script of {@code fanout generate-completion}. */
class CompletionTest {
  @TempDir private static Path directory;

  private static Path script() {
    return directory.resolve("completion");
  }

  @BeforeAll
  static void write() throws Exception {
    Cli.Ran ran = Cli.run("generate-completion");
    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    Files.writeString(script(), ran.out());
  }

  /** Returns what is offered for the last of these words. */
  private static List<String> offered(String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add("bash");
    command.add("-c");
    command.add(
        """
                compopt() { :; } # works only while bash itself completes
                source "$0" && complete -p fanout > /dev/null || exit 1
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
                _complete_fanout fanout "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """);
    command.add(script().toString());
    command.addAll(Arrays.asList(words));
    Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
    bash.getOutputStream().close();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Arrays.stream(out.split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  @Test
  void commands_areOffered() throws Exception {
    assertThat(offered("./fanout", "re")).contains("register", "replay").doesNotContain("run");
  }

  @Test
  void optionsOfACommand_areOffered() throws Exception {
    assertThat(offered("./fanout", "register", "sqs", "--dest"))
        .contains("--destination", "--destination-role-arn")
        .doesNotContain("--source");
  }

  @Test
  void valuesThatAreFew_areOffered() throws Exception {
    assertThat(offered("./fanout", "register", "--collapse", ""))
        .containsExactlyInAnyOrder("none", "JSON", "concat", "concat-b64");
    assertThat(offered("./fanout", "list", "--source-type", ""))
        .containsExactlyInAnyOrder("kinesis", "dynamodb");
    assertThat(offered("./fanout", "register", "op")).contains("opensearch");
  }
}
