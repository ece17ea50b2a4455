package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "/dev/pts/3, true",
    "/dev/tty1, true",
    "/dev/null, false",
    "pipe:[123], false",
    "/tmp/errors.log, false",
  })
  void hasErrors_nobodyTold_looksWhereStandardErrorGoes(String leadsTo, boolean terminal)
      throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("2"), Path.of(leadsTo));

    assertThat(Terminal.hasErrors(null, "xterm", link)).isEqualTo(terminal);
    assertThat(Terminal.hasErrors("true", "xterm", link)).isTrue();
    assertThat(Terminal.hasErrors("false", "xterm", link)).isFalse();
    Files.delete(link);
  }

  @Test
  void hasErrors_dumbTerminal_isNone() {
    assertThat(Terminal.hasErrors("true", "dumb", directory)).isFalse();
    assertThat(Terminal.hasErrors("true", null, directory)).isTrue();
  }
}
