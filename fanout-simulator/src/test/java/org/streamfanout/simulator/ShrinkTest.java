package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.simulator.Violation.Rule;

/** What is printed of a schedule that fails, and the command that prints it. */
class ShrinkTest {
  private static final Simulation BROKEN =
      Simulation.of(
              new EngineHost(
                  new HostRules() {
                    @Override
                    int settled(Checkpoint checkpoint, Delivery delivery) {
                      return Math.min(checkpoint.total(), checkpoint.settled() + 1);
                    }
                  }))
          .build();

  private static Report failing() {
    long seed = 1;
    Report report = BROKEN.run(seed);
    while (report.isSound() || report.numbers().records() < 8) {
      report = BROKEN.run(++seed);
    }
    return report;
  }

  @Test
  void shrink_failingSchedule_stillFailsWithLess() {
    Report large = failing();
    Schedule smaller = BROKEN.shrink(large.schedule());
    Report small = BROKEN.trace(smaller);

    assertThat(small.violations()).anyMatch(violation -> violation.rule() == Rule.CHECKPOINT);
    assertThat(small.numbers().records()).isLessThanOrEqualTo(2);
    assertThat(small.numbers().steps()).isLessThan(large.numbers().steps());
    assertThat(smaller.size()).isLessThan(large.made().size());
  }

  @Test
  void shrink_soundSchedule_staysAsItIs() {
    Simulation sound = Simulation.of(Hosts.engine()).build();
    Report report = sound.run(1);

    assertThat(sound.shrink(report.schedule())).isEqualTo(report.made());
  }

  @Test
  void explain_failingSchedule_printsWhatReplays() {
    Report report = failing();
    String text = BROKEN.explain(report);

    assertThat(text).contains("CHECKPOINT", "replay:", "smaller:", "commits");
    for (String line : text.lines().filter(it -> it.contains("--schedule ")).toList()) {
      Schedule printed = Schedule.parse(line.substring(line.indexOf("--schedule ") + 11));
      assertThat(BROKEN.run(printed).violations())
          .anyMatch(violation -> violation.rule() == Rule.CHECKPOINT);
    }
  }

  @Test
  void parse_whatNoSimulationPrinted_saysSo() {
    assertThatThrownBy(() -> Schedule.parse("plan:1.2,nothing:3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no schedule");
    assertThatThrownBy(() -> Schedule.parse("seed:x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void command_range_tellsHowToGoOn() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    assertThat(Simulate.run(out, "--from", "7", "--count", "1100")).isZero();
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("go on with --from 1007 --count 100")
        .contains("go on with --from 1107 --count 0")
        .contains("1100 schedules in")
        .contains("nothing was found");
  }

  @Test
  void command_oneSchedule_printsItsTrace() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    assertThat(Simulate.run(out, "--host", "kcl", "--schedule", "seed:3")).isZero();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("lease", "commits up to");
  }

  @Test
  void command_notUnderstood_saysWhatIs() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    assertThat(Simulate.run(out, "--hots", "kcl")).isEqualTo(2);
    assertThat(Simulate.run(out, "--host", "nobody")).isEqualTo(2);
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("usage:", "nobody");
  }
}
