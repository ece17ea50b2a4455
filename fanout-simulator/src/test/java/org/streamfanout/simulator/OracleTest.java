package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.simulator.PlantedBugs.Bug;

/** What the oracle is worth: bugs are planted around the engine, and each must be found soon. */
class OracleTest {
  /** Some bugs need a rare schedule; most are found among the first few. */
  private static final int SEEDS = 400;

  static List<Bug> bugs() {
    return PlantedBugs.all();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void plantedBug_isFoundByItsRule(Bug bug) {
    int seed = 1;
    Report report = bug.simulation().run(seed);
    while (seed < SEEDS
        && report.violations().stream().noneMatch(it -> bug.rules().contains(it.rule()))) {
      seed++;
      report = bug.simulation().run(seed);
    }
    assertThat(report.violations())
        .as("after %s seeds", seed)
        .anyMatch(it -> bug.rules().contains(it.rule()));
  }

  @Test
  void plantedBugs_areAtLeastTen() {
    assertThat(bugs()).hasSizeGreaterThanOrEqualTo(10);
  }
}
