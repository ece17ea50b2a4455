package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Maven's lines in the documents name modules, profiles, tests and properties that there are, and
 * Maven takes them: each is run up to the phase {@code validate}, since a build cannot build
 * itself. {@code scripts/documented} runs them whole. Scripts are there.
 */
class DocumentedBuildIT {
  private static final Pattern LINE =
      Pattern.compile("(?m)(?:^ *|`|\\| )(?:[A-Z_]+=\\S+ +)*mvn +(-[^`\n]+)");
  private static final Pattern SCRIPT = Pattern.compile("(?:^|[ `])(scripts/[a-z-]+)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\\S+");
  private static final Pattern TESTS = Pattern.compile("-D(?:it\\.)?test='?([^' ]+)'?");
  private static final Pattern PROPERTY = Pattern.compile("-D(fanout\\.[a-z.]+)=");
  private static final Pattern PROFILE = Pattern.compile("-P(\\S+)");
  private static final Set<String> GOALS = Set.of("test", "verify", "package", "spotless:apply");

  @TempDir private static Path folder;

  private static List<String> documents() throws IOException {
    List<String> texts = new ArrayList<>();
    for (Path document : DocsTest.documents()) {
      texts.add(Files.readString(document).replaceAll("\\\\\n *", " "));
    }
    return texts;
  }

  static List<String> lines() throws IOException {
    return documents().stream()
        .flatMap(text -> LINE.matcher(text).results())
        .map(found -> found.group(1).strip())
        .distinct()
        .toList();
  }

  static List<String> scripts() throws IOException {
    return documents().stream()
        .flatMap(text -> SCRIPT.matcher(text).results())
        .map(found -> found.group(1))
        .distinct()
        .toList();
  }

  /** Returns whether a file of the sources is so. */
  private static boolean isThere(Predicate<Path> wanted) {
    try (Stream<Path> files = Files.walk(Repository.ROOT)) {
      return files
          .filter(file -> file.toString().contains("src"))
          .filter(file -> file.toString().endsWith(".java"))
          .anyMatch(wanted);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean mentions(Path file, String text) {
    try {
      return Files.readString(file).contains("\"" + text + "\"");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void check(String line) throws Exception {
    TESTS
        .matcher(line)
        .results()
        .map(found -> found.group(1))
        .filter(test -> !test.equals("None"))
        .forEach(
            test -> {
              Pattern name = Pattern.compile(test.replace("*", ".*") + "\\.java");
              assertThat(isThere(file -> name.matcher(file.getFileName().toString()).matches()))
                  .as(test)
                  .isTrue();
            });
    PROPERTY
        .matcher(line)
        .results()
        .map(found -> found.group(1))
        .filter(property -> !property.startsWith("fanout.image."))
        .forEach(
            property ->
                assertThat(isThere(file -> mentions(file, property))).as(property).isTrue());
    // Maven only warns of a profile that there is not.
    PROFILE
        .matcher(line)
        .results()
        .forEach(
            found ->
                assertThat(Repository.file("pom.xml"))
                    .content()
                    .containsPattern("(?s)<profiles>.*<id>" + found.group(1) + "</id>"));
    List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B"));
    boolean goal = false;
    for (String word : WORD.matcher(line).results().map(found -> found.group()).toList()) {
      goal |= GOALS.contains(word);
      if (!GOALS.contains(word)) {
        command.add(word.replace("'", ""));
      }
    }
    assertThat(goal).as("a goal in " + line).isTrue();
    command.add("validate");
    Path said = Files.createTempFile(folder, "mvn", ".log");
    Process maven =
        new ProcessBuilder(command)
            .directory(Repository.ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(maven.waitFor(300, TimeUnit.SECONDS)).isTrue();
    } finally {
      maven.destroyForcibly();
    }
    assertThat(maven.exitValue()).as(Files.readString(said)).isZero();
  }

  @ParameterizedTest
  @MethodSource("lines")
  void line_isTaken(String line) throws Exception {
    check(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-pl fanout-cor -am test",
        "-pl fanout-core -am test -Dtest=NoSuchTest",
        "-pl fanout-core -am test -Dfanout.no.such=true",
        "-Pdokcer -pl fanout-core test",
        "-pl fanout-core -am tset"
      })
  void line_broken_isToldApart(String line) {
    assertThatThrownBy(() -> check(line)).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void script_isThere(String script) {
    assertThat(Repository.file(script)).exists();
    assertThat(Files.isExecutable(Repository.file(script))).isTrue();
  }

  @Test
  void linesAndScripts_areFound() throws IOException {
    assertThat(lines()).hasSizeGreaterThan(6);
    assertThat(scripts()).contains("scripts/verify", "scripts/simulate", "scripts/javadoc");
  }
}
