package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

/** Targets files: rows are valid, which is to say they can be written again, or told as wrong. */
class TargetsFileFuzzTest {
  @FuzzTest
  void parse_anyText_isRowsOrAnError(byte[] json) {
    JsonTargetRegistry registry;
    try {
      registry = JsonTargetRegistry.parse(new String(json, StandardCharsets.UTF_8));
    } catch (RegistryException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    for (Targets.Invalid invalid : registry.unplaced()) {
      assertThat(invalid.problems()).isNotEmpty();
    }
    for (Source source : registry.sources()) {
      Targets targets = registry.targetsFor(source);
      for (TargetConfig target : targets.valid()) {
        assertThat(TargetConfig.fromRow(target.toRow())).isEqualTo(target);
      }
      for (Targets.Invalid invalid : targets.invalid()) {
        assertThat(invalid.problems()).isNotEmpty();
      }
    }
  }
}
