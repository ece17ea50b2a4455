package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

/** What is quoted is one word, by a real shell. */
class ShellProperties {
  @Property(tries = 60)
  void quote_anyText_isOneWordOfAShell(
      @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 40) String text)
      throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "printf '%s|' " + Shell.quote(text) + " end")
            .redirectErrorStream(true)
            .start();

    assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(text + "|end|");
  }
}
