package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.admin.Shell;

class ReplayLineTest {
  private final StringWriter text = new StringWriter();
  private final PrintWriter errors = new PrintWriter(text);
  private long now = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();

  private ReplayLine line(boolean terminal) {
    return new ReplayLine(errors, terminal, () -> now);
  }

  private void pass(double seconds) {
    now += (long) (seconds * 1e9);
  }

  /** Returns what a terminal got since the last time, without its control characters. */
  private String shown() {
    String all = text.toString();
    text.getBuffer().setLength(0);
    return all.replaceAll("\u001b\\[\\?7.", "").replace("\r\u001b[K", "|").strip();
  }

  @Test
  void at_terminal_barRateAndTimeToGo() {
    ReplayLine line = line(true);
    pass(1);
    line.at(1_000, 0, 0.25);

    assertThat(shown()).isEqualTo("|[##........]  25%  1,000 done, 0 left, 1,000/s, ETA 3s");
  }

  @Test
  void at_targetStandsStill_theRateFallsToNothingWithTime() {
    ReplayLine line = line(true);
    pass(1);
    line.at(100, 0, 0.5);
    pass(9);
    line.tick();
    assertThat(shown()).endsWith("|[#####.....]  50%  100 done, 0 left, 10/s, ETA 10s");

    pass(60);
    line.tick();

    assertThat(shown()).isEqualTo("|[#####.....]  50%  100 done, 0 left, 0.0/s");
  }

  @Test
  void at_moreOftenThanEyesSee_isShownNowAndThen() {
    ReplayLine line = line(true);
    for (int count = 1; count <= 1_000; count++) {
      pass(0.001);
      line.at(count, 0, Double.NaN);
    }

    assertThat(shown().split("\\|")).hasSize(1 + 5).contains("1,000 done, 0 left, 1,000/s");
  }

  @Test
  void at_noTerminal_plainLinesHalfAMinuteApart() {
    ReplayLine line = line(false);
    for (int second = 1; second <= 65; second++) {
      pass(1);
      line.at(second, 1, second / 100.0);
      line.tick();
    }
    line.clear();

    assertThat(text.toString().lines())
        .containsExactly(
            "fanout: 30%, 30 done, 1 left, 1.0/s, ETA 1m10s",
            "fanout: 60%, 60 done, 1 left, 1.0/s, ETA 40s");
    assertThat(text.toString().chars()).noneMatch(each -> each < ' ' && each != '\n');
  }

  @Test
  void say_terminal_takesTheLineAwayFirst() {
    ReplayLine line = line(true);
    pass(1);
    line.at(1, 0, 1);
    shown();

    line.say("fanout: warning: x");
    line.clear();

    assertThat(text).hasToString("\r\u001b[K" + "fanout: warning: x" + System.lineSeparator());
  }

  @Test
  void show_terminal_cutsAtTheEdgeAndGivesTheTerminalBackAsItWas() {
    Terminal.show(errors, "abc");

    assertThat(text).hasToString("\r\u001b[K\u001b[?7labc \u001b[?7h");
  }

  @Test
  void quoted_arguments_areReadByAShellAsTheyWere() {
    assertThat(List.of("a/b.jsonl", "it's", "{\"a\":[\"b\"]}", ""))
        .extracting(Shell::quoted)
        .containsExactly("a/b.jsonl", "'it'\\''s'", "'{\"a\":[\"b\"]}'", "''");
  }
}
