package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand schedules over all hosts. {@code scripts/simulate} plays as many as there is time
 * for.
 */
class SchedulesIT {
  @Test
  void tenThousandSchedules_breakNoRule() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int status = Simulate.run(out, "--from", "1", "--count", "10000");

    assertThat(status).as("%s", bytes.toString(StandardCharsets.UTF_8)).isZero();
  }
}
