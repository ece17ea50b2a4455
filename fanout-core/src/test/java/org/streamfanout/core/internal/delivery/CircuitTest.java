package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.core.internal.delivery.Circuit.Pass;
import org.streamfanout.spi.FanoutListener.CircuitState;

@ExtendWith(NoLockLeft.class)
class CircuitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final List<String> changes = new ArrayList<>();
  private final Circuit circuit = circuit(true);
  private long now = Long.MAX_VALUE - SECOND;

  private Circuit circuit(boolean hangsAreProbedAtOnce) {
    return new Circuit(
        "t",
        new CircuitOptions(4, 2, 50, Duration.ofSeconds(5), 2),
        hangsAreProbedAtOnce,
        change -> changes.add(change.from() + ">" + change.to()));
  }

  private long start(Pass expected) {
    assertThat(circuit.look(now)).isEqualTo(expected);
    assertThat(circuit.take(expected, now)).isTrue();
    return now;
  }

  private void openByFailures() {
    circuit.failed(Pass.CALL, start(Pass.CALL), now, "Busy");
    circuit.failed(Pass.CALL, start(Pass.CALL), now, "Busy");
  }

  @Test
  void halfOfTheCallsFail_opens_andLetsNothingThroughUntilTheProbe() {
    openByFailures();

    assertThat(circuit.isDown()).isTrue();
    assertThat(circuit.look(now)).isEqualTo(Pass.REFUSED);
    assertThat(circuit.take(Pass.CALL, now)).isFalse();
    assertThat(circuit.nextPassAt(now)).isEqualTo(now + 5 * SECOND);
    now += 5 * SECOND;
    assertThat(circuit.look(now)).isEqualTo(Pass.PROBE);
    assertThat(changes).containsExactly("CLOSED>OPEN");
  }

  @Test
  void oldFailures_leaveTheWindow() {
    for (int call = 0; call < 3; call++) {
      circuit.accepted(Pass.CALL, start(Pass.CALL));
    }
    circuit.failed(Pass.CALL, start(Pass.CALL), now, "Busy");
    for (int call = 0; call < 4; call++) {
      circuit.accepted(Pass.CALL, start(Pass.CALL));
    }
    circuit.failed(Pass.CALL, start(Pass.CALL), now, "Busy");

    assertThat(circuit.isDown()).isFalse();
    circuit.failed(Pass.CALL, start(Pass.CALL), now, "Busy");
    assertThat(circuit.isDown()).isTrue();
  }

  @Test
  void probesAreAccepted_oneAfterTheOther_closes() {
    openByFailures();
    now += 5 * SECOND;
    long first = start(Pass.PROBE);
    assertThat(circuit.look(now)).isEqualTo(Pass.REFUSED);
    circuit.accepted(Pass.PROBE, first);
    assertThat(circuit.isDown()).isFalse();
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));

    assertThat(circuit.look(now)).isEqualTo(Pass.CALL);
    assertThat(changes).containsExactly("CLOSED>OPEN", "OPEN>HALF_OPEN", "HALF_OPEN>CLOSED");
  }

  @Test
  void probeFails_theNextIsDueByTheLastOnesStart() {
    openByFailures();
    now += 5 * SECOND;
    long probe = start(Pass.PROBE);
    now += SECOND;
    circuit.failed(Pass.PROBE, probe, now, "Busy");

    assertThat(circuit.isDown()).isTrue();
    assertThat(circuit.nextPassAt(now)).isEqualTo(now + 4 * SECOND);
  }

  @Test
  void probeHangs_anotherOneIsDueNevertheless_andItsSuccessCounts() {
    openByFailures();
    now += 5 * SECOND;
    long hanging = start(Pass.PROBE);
    now += 5 * SECOND;
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));
    now += 5 * SECOND;
    // It was sent before the target was back.
    circuit.timedOut(Pass.PROBE, hanging, now, 1);
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));

    assertThat(circuit.look(now)).isEqualTo(Pass.CALL);
  }

  @Test
  void noMoreProbesAtOnceThanTheOptionsSay() {
    openByFailures();
    now += 5 * SECOND;
    start(Pass.PROBE);
    now += 5 * SECOND;
    start(Pass.PROBE);
    now += 50 * SECOND;

    assertThat(circuit.look(now)).isEqualTo(Pass.REFUSED);
    assertThat(circuit.nextPassAt(now)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void probeHasNoOutcome_anotherMayGoAtOnce() {
    openByFailures();
    now += 5 * SECOND;
    start(Pass.PROBE);
    circuit.released(Pass.PROBE, now, false);

    assertThat(circuit.look(now)).isEqualTo(Pass.PROBE);
    assertThat(changes).containsExactly("CLOSED>OPEN", "OPEN>HALF_OPEN", "HALF_OPEN>OPEN");
  }

  private Circuit patient() {
    return new Circuit(
        "t",
        new CircuitOptions(100, 100, 50, Duration.ofSeconds(5), 2),
        true,
        change -> changes.add(change.from() + ">" + change.to()));
  }

  @Test
  void everyCallUnderWayTimesOut_opens_andMayBeProbedAtOnce() {
    Circuit patient = patient();
    patient.timedOut(Pass.CALL, now, now, 2);
    assertThat(patient.isDown()).isFalse();
    patient.timedOut(Pass.CALL, now, now, 2);

    assertThat(patient.isDown()).isTrue();
    assertThat(patient.look(now)).isEqualTo(Pass.PROBE);
  }

  @Test
  void everyCallTimesOut_whatWaitedIsNoProbe_whereItIsParked() {
    Circuit parking = circuit(false);
    parking.timedOut(Pass.CALL, now, now, 1);

    assertThat(parking.isDown()).isTrue();
    assertThat(parking.look(now)).isEqualTo(Pass.REFUSED);
    assertThat(parking.look(now + 5 * SECOND)).isEqualTo(Pass.PROBE);
  }

  @Test
  void everyCallFailsForALongTime_opensBeforeHalfOfTheWindowFailed() {
    Circuit few =
        new Circuit(
            "t",
            new CircuitOptions(20, 3, 50, Duration.ofSeconds(5), 2),
            true,
            change -> changes.add(change.from() + ">" + change.to() + " " + change.why()));
    for (int call = 0; call < 20; call++) {
      few.accepted(Pass.CALL, now);
    }
    few.failed(Pass.CALL, now, now, "Busy");
    few.failed(Pass.CALL, now, now + 5 * SECOND, "Busy");
    // Long enough, but not often enough.
    assertThat(few.isDown()).isFalse();
    few.accepted(Pass.CALL, now);
    for (int call = 0; call < 4; call++) {
      few.failed(Pass.CALL, now, now + 6 * SECOND, "Busy");
    }
    // Often enough, but not long enough: it was answered in between.
    assertThat(few.isDown()).isFalse();

    few.failed(Pass.CALL, now, now + 11 * SECOND, "Busy");
    assertThat(few.isDown()).isTrue();
    assertThat(few.isDownForLonger(now + 11 * SECOND)).isTrue();
    assertThat(few.look(now + 15 * SECOND)).isEqualTo(Pass.REFUSED);
    assertThat(few.look(now + 16 * SECOND)).isEqualTo(Pass.PROBE);
    assertThat(changes).containsExactly("CLOSED>OPEN 5 calls in a row failed; Busy");
  }

  @Test
  void opened_isDownForLonger_onceAProbeFailed() {
    openByFailures();
    assertThat(circuit.isDownForLonger(now)).isFalse();
    now += 5 * SECOND;
    assertThat(circuit.isDownForLonger(now)).isFalse();
    circuit.failed(Pass.PROBE, start(Pass.PROBE), now, "Busy");
    assertThat(circuit.isDownForLonger(now)).isTrue();

    now += 5 * SECOND;
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));
    assertThat(circuit.isDownForLonger(now)).isFalse();
    now++;
    circuit.failed(Pass.PROBE, start(Pass.PROBE), now, "Busy");
    // It took something a moment ago.
    assertThat(circuit.isDown()).isTrue();
    assertThat(circuit.isDownForLonger(now)).isFalse();
  }

  @Test
  void firstProbeHasNoAnswer_isDownForLonger_afterThePause() {
    circuit.timedOut(Pass.CALL, start(Pass.CALL), now, 1);
    long probed = start(Pass.PROBE);

    assertThat(circuit.downForLongerAt()).isEqualTo(probed + 5 * SECOND);
    assertThat(circuit.isDownForLonger(now + 5 * SECOND - 1)).isFalse();
    assertThat(circuit.isDownForLonger(now + 5 * SECOND)).isTrue();
    circuit.released(Pass.PROBE, now + 5 * SECOND, true);
    assertThat(circuit.isDownForLonger(now + 6 * SECOND)).isFalse();
  }

  @Test
  void probeHangs_restsAfterwards_whereRecordsGoElsewhereMeanwhile() {
    Circuit parking = circuit(false);
    parking.timedOut(Pass.CALL, now, now, 1);
    long probed = now + 5 * SECOND;
    assertThat(parking.take(Pass.PROBE, probed)).isTrue();
    parking.timedOut(Pass.PROBE, probed, probed + 10 * SECOND, 1);

    assertThat(parking.look(probed + 10 * SECOND)).isEqualTo(Pass.REFUSED);
    assertThat(parking.look(probed + 15 * SECOND)).isEqualTo(Pass.PROBE);
  }

  @Test
  void timeOutsWithAnswersInBetween_doNotMeanThatItHangs() {
    Circuit patient = patient();
    patient.timedOut(Pass.CALL, now, now, 2);
    patient.accepted(Pass.CALL, now);
    patient.timedOut(Pass.CALL, now, now, 2);
    patient.failed(Pass.CALL, now, now, "Busy");
    patient.timedOut(Pass.CALL, now, now, 2);
    patient.released(Pass.CALL, now, true);
    patient.timedOut(Pass.CALL, now, now, 2);
    assertThat(patient.isDown()).isFalse();

    patient.released(Pass.CALL, now, false);
    patient.timedOut(Pass.CALL, now, now, 2);
    assertThat(patient.isDown()).isTrue();
  }

  @Test
  void rateIsReachedWithACallThatWasAccepted_opens_andTells() {
    circuit.failed(Pass.CALL, start(Pass.CALL), now, "Busy");
    circuit.accepted(Pass.CALL, start(Pass.CALL));

    assertThat(circuit.isDown()).isTrue();
    assertThat(circuit.nextPassAt(now)).isEqualTo(now + 5 * SECOND);
    assertThat(changes).containsExactly("CLOSED>OPEN");
  }

  private void acceptCalls() {
    circuit.accepted(Pass.CALL, start(Pass.CALL));
    circuit.accepted(Pass.CALL, start(Pass.CALL));
  }

  private void closeByProbesAfter(long nanos) {
    now += nanos;
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));
  }

  @Test
  void wasBackAtTheFirstProbe_isProbedSoonTheNextTime_once() {
    acceptCalls();
    openByFailures();
    closeByProbesAfter(5 * SECOND);
    acceptCalls();
    openByFailures();

    assertThat(circuit.nextPassAt(now)).isEqualTo(now + SECOND / 10);
    now += SECOND / 10;
    circuit.failed(Pass.PROBE, start(Pass.PROBE), now, "Busy");
    assertThat(circuit.nextPassAt(now)).isEqualTo(now + 5 * SECOND);
    closeByProbesAfter(5 * SECOND);
    acceptCalls();
    openByFailures();
    assertThat(circuit.nextPassAt(now)).isEqualTo(now + 5 * SECOND);
  }

  @Test
  void onlyProbesWereAccepted_isNotProbedSooner() {
    openByFailures();
    closeByProbesAfter(5 * SECOND);
    openByFailures();

    assertThat(circuit.nextPassAt(now)).isEqualTo(now + 5 * SECOND);
  }

  @Test
  void callsOfBeforeItOpened_areNoProbes() {
    long late = start(Pass.CALL);
    openByFailures();
    circuit.accepted(Pass.CALL, late);
    now += 5 * SECOND;
    long probe = start(Pass.PROBE);
    circuit.accepted(Pass.CALL, late);
    circuit.accepted(Pass.CALL, late);
    circuit.failed(Pass.CALL, late, now, "Busy");

    assertThat(circuit.state()).isEqualTo(CircuitState.HALF_OPEN);
    assertThat(circuit.isDown()).isTrue();
    circuit.accepted(Pass.PROBE, probe);
    assertThat(circuit.look(now)).isEqualTo(Pass.PROBE);
  }

  @Test
  void fewerCallsOpenItThanProbesClose_everyProbeIsNeeded() {
    List<String> reasons = new ArrayList<>();
    Circuit quick =
        new Circuit(
            "t",
            new CircuitOptions(4, 1, 50, Duration.ofSeconds(5), 3),
            true,
            change -> reasons.add(change.to() + ": " + change.why()));
    quick.failed(Pass.CALL, now, now, "Busy");
    now += 5 * SECOND;
    for (int probe = 0; probe < 3; probe++) {
      assertThat(quick.take(Pass.PROBE, now)).isTrue();
      quick.accepted(Pass.PROBE, now);
    }

    assertThat(quick.look(now)).isEqualTo(Pass.CALL);
    assertThat(reasons)
        .containsExactly(
            "OPEN: 1 of the last 1 calls failed; Busy",
            "HALF_OPEN: a probe is under way",
            "CLOSED: probes were accepted");
  }

  @Test
  void changesOfState_startNoThread() {
    openByFailures();
    now += 5 * SECOND;
    circuit.failed(Pass.PROBE, start(Pass.PROBE), now, "Busy");
    now += 5 * SECOND;
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));
    circuit.accepted(Pass.PROBE, start(Pass.PROBE));

    assertThat(circuit.state()).isEqualTo(CircuitState.CLOSED);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("CircuitBreaker"));
  }

  /** Of several probes that hung, the one that was sent last tells most. */
  @Test
  void olderProbeIsAcceptedAfterANewerOne_whatWasSentInBetweenIsOutdated() {
    Circuit four =
        new Circuit(
            "t", new CircuitOptions(4, 1, 50, Duration.ofSeconds(5), 4), true, change -> {});
    four.failed(Pass.CALL, now, now, "Busy");
    long[] probes = new long[4];
    for (int probe = 0; probe < 4; probe++) {
      now += 5 * SECOND;
      assertThat(four.take(Pass.PROBE, now)).isTrue();
      probes[probe] = now;
    }
    four.accepted(Pass.PROBE, probes[2]);
    four.accepted(Pass.PROBE, probes[0]);

    four.failed(Pass.PROBE, probes[1], now, "Busy");
    assertThat(four.state()).isEqualTo(CircuitState.HALF_OPEN);
    four.failed(Pass.PROBE, probes[3], now, "Busy");
    assertThat(four.state()).isEqualTo(CircuitState.OPEN);
  }

  @Test
  void take_whatWasLookedAtLongAgo_isRefusedAfterwards() {
    assertThat(circuit.look(now)).isEqualTo(Pass.CALL);
    openByFailures();

    assertThat(circuit.take(Pass.CALL, now)).isFalse();
    assertThat(circuit.take(Pass.REFUSED, now)).isFalse();
    now += 5 * SECOND;
    assertThat(circuit.take(Pass.PROBE, now)).isTrue();
    assertThat(circuit.take(Pass.PROBE, now)).as("one at a time").isFalse();
  }

  @Test
  void probeThatHungIsAcceptedAfterAll_itIsHalfOpenAgain() {
    openByFailures();
    now += 5 * SECOND;
    long hanging = start(Pass.PROBE);
    now += 5 * SECOND;
    circuit.failed(Pass.PROBE, start(Pass.PROBE), now, "Busy");
    assertThat(circuit.state()).isEqualTo(CircuitState.OPEN);

    circuit.accepted(Pass.PROBE, hanging);

    assertThat(circuit.state()).isEqualTo(CircuitState.HALF_OPEN);
    assertThat(circuit.isDown()).isFalse();
  }
}
