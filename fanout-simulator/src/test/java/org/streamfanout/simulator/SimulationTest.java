package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnOpen;

class SimulationTest {
  static List<Host> hosts() {
    return Hosts.all();
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void run_sameSeedThreeTimes_sameTrace(Host host) {
    Simulation simulation = Simulation.of(host).build();
    for (long seed = 1; seed <= 25; seed++) {
      Schedule schedule = Schedule.ofSeed(seed);
      Report first = simulation.trace(schedule);
      assertThat(first.trace()).isNotEmpty();
      for (int again = 0; again < 2; again++) {
        assertThat(simulation.trace(schedule).trace()).isEqualTo(first.trace());
      }
      assertThat(simulation.run(schedule).numbers()).isEqualTo(first.numbers());
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void run_whatItMadeOfASeed_playsTheSame(Host host) {
    Simulation simulation = Simulation.of(host).build();
    for (long seed = 1; seed <= 25; seed++) {
      Report first = simulation.trace(Schedule.ofSeed(seed));
      Schedule printed = Schedule.parse(first.made().toString());

      assertThat(simulation.trace(printed).trace()).isEqualTo(first.trace());
    }
  }

  /** As texts are that were printed before rows said anything of this. */
  @ParameterizedTest
  @MethodSource("hosts")
  void run_scheduleWithoutPolicies_rowsSayNothingOfTrouble(Host host) {
    Simulation simulation = Simulation.of(host).build();
    for (long seed = 1; seed <= 25; seed++) {
      String text = simulation.run(seed).made().toString();
      Schedule older = Schedule.parse(text.substring(0, text.indexOf(",policy:")));

      Report report = simulation.trace(older);

      assertThat(report.violations()).isEmpty();
      String rows = report.trace().get(0);
      String silent = DeliveryPolicy.builder().onOpen(OnOpen.HOLD).build().toString();
      assertThat(rows.split("DeliveryPolicy", -1))
          .hasSameSizeAs(rows.split(Pattern.quote(silent), -1));
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void run_differentSeeds_playDifferently(Host host) {
    Simulation simulation = Simulation.of(host).build();
    Set<Long> digests = new java.util.HashSet<>();
    for (long seed = 1; seed <= 100; seed++) {
      digests.add(simulation.run(seed).numbers().digest());
    }
    // Some have no records at all.
    assertThat(digests).hasSizeGreaterThan(70);
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void run_noFaults_everythingArrivesOnce(Host host) {
    Simulation simulation = Simulation.of(host).faults(Set.of()).build();
    for (long seed = 1; seed <= 100; seed++) {
      Report report = simulation.run(seed);
      assertThat(report.violations()).as("seed %s", seed).isEmpty();
      assertThat(report.played()).isEmpty();
      if (!host.name().equals("lambda")) {
        // A function may come to its deadline, and then sees records again.
        assertThat(report.numbers().repeated()).as("seed %s", seed).isZero();
      }
    }
  }

  @Test
  void run_manySeeds_everyFaultIsPlayed() {
    EnumSet<Fault> played = EnumSet.noneOf(Fault.class);
    for (Host host : Hosts.all()) {
      Simulation simulation = Simulation.of(host).build();
      for (long seed = 1; seed <= 60; seed++) {
        played.addAll(simulation.run(seed).played().keySet());
      }
    }
    assertThat(played).containsExactlyInAnyOrder(Fault.values());
  }

  @Test
  void run_behaviourThatAlwaysRefuses_isStuck() {
    Simulation simulation =
        Simulation.of(Hosts.engine())
            .behaviour(
                (call, batch) -> {
                  call.sleep(java.time.Duration.ofMillis(1));
                  throw new java.io.IOException("never");
                })
            .maxTargets(1)
            .faults(Set.of())
            .build();
    boolean stuck = false;
    for (long seed = 1; seed <= 10 && !stuck; seed++) {
      stuck =
          simulation.run(seed).violations().stream()
              .anyMatch(violation -> violation.rule() == Violation.Rule.STUCK);
    }
    assertThat(stuck).isTrue();
  }
}
