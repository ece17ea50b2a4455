package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every command that a document of this project has its readers type is one that there is. */
class DocumentedCommandsTest {
  private static final Pattern LINE = Pattern.compile("(?m)^ *\\./fanout +(\\S.*)$");
  private static final Pattern INLINE = Pattern.compile("`\\./fanout +([^`]+)`");

  /** In a synopsis, or where a reader is to put something of their own. */
  private static final Pattern PLACEHOLDER = Pattern.compile("[\\[|<]|\\.\\.\\.");

  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/cli.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  private static Stream<Path> documents() throws IOException {
    Path root = root();
    return Files.walk(root)
        .filter(file -> file.toString().endsWith(".md"))
        .filter(file -> !root.relativize(file).toString().matches("(.*/)?(target|node_modules)/.*"))
        .filter(file -> !root.relativize(file).startsWith(".fanout-tools"))
        .filter(file -> !root.relativize(file).startsWith(Path.of("docs/adr")))
        .sorted();
  }

  static List<Arguments> commands() throws IOException {
    try (Stream<Path> documents = documents()) {
      return documents.flatMap(DocumentedCommandsTest::of).toList();
    }
  }

  private static Stream<Arguments> of(Path document) {
    String text;
    try {
      text = Files.readString(document).replaceAll("\\\\\n *", " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Stream.concat(LINE.matcher(text).results(), INLINE.matcher(text).results())
        .map(found -> found.group(1).replaceAll(" +([#&>]|2>).*", "").strip())
        .distinct()
        .map(command -> Arguments.of(root().relativize(document).toString(), command));
  }

  private static CommandLine fanout() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return Main.commandLine(InputStream.nullInputStream(), nowhere, nowhere);
  }

  /** Returns those that can be typed as they stand, as pairs of document and command. */
  static Stream<Arguments> complete() throws IOException {
    return commands().stream().filter(each -> isComplete((String) each.get()[1]));
  }

  private static boolean isComplete(String command) {
    return words(command).length > 1 && !PLACEHOLDER.matcher(command).find();
  }

  static String[] words(String command) {
    return WORD.matcher(command)
        .results()
        .map(DocumentedCommandsTest::unquoted)
        .toArray(String[]::new);
  }

  private static void check(String command) {
    String[] words = words(command);
    assertThat(fanout().getSubcommands()).containsKey(words[0]);
    if (isComplete(command)) {
      assertThat(fanout().parseArgs(words).subcommand()).isNotNull();
    }
  }

  private static String unquoted(MatchResult word) {
    if (word.group(1) != null) {
      return word.group(1);
    }
    return word.group(2) != null ? word.group(2) : word.group(3);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("commands")
  void command_isUnderstood(String document, String command) {
    check(command);
  }

  @Test
  void commands_areFound() throws IOException {
    assertThat(commands()).hasSizeGreaterThan(20);
  }

  @Test
  void whatThereIsNot_isToldApart() {
    assertThatThrownBy(() -> check("lisst")).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> check("list --functoin fanout"))
        .isInstanceOf(CommandLine.ParameterException.class);
    assertThatThrownBy(() -> check("activate --function fanout"))
        .isInstanceOf(CommandLine.ParameterException.class);
  }
}
