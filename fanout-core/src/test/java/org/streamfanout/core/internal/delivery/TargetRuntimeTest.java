package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

/** What an engine learns of a target, and when it lets the target's sender go. */
@ExtendWith(NoLockLeft.class)
class TargetRuntimeTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final CircuitOptions OPTIONS =
      new CircuitOptions(4, 2, 50, Duration.ofSeconds(5), 2);
  private static final int ALL = 500;

  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger woken = new AtomicInteger();
  private final long start = Long.MAX_VALUE - SECOND;
  private final TargetRuntime runtime = runtime(4);

  private static TargetConfig.Builder row() {
    return TargetConfig.builder(SOURCE, "t", "memory", "anywhere");
  }

  private TargetRuntime runtime(int maxInFlight) {
    return runtime(row().maxInFlight(maxInFlight).build(), null);
  }

  private TargetRuntime runtime(TargetConfig config, @Nullable RuntimeException onClose) {
    TargetSender sender =
        new TargetSender() {
          @Override
          public List<Outcome> send(Batch batch, Deadline deadline) {
            throw new AssertionError("nothing is sent here");
          }

          @Override
          public long sizeInBytes(Message message) {
            return 1;
          }

          @Override
          public void close() {
            closed.incrementAndGet();
            if (onClose != null) {
              throw onClose;
            }
          }
        };
    Capabilities capabilities = Capabilities.builder(Limits.of(ALL, 1_000, 1_000)).build();
    return new TargetRuntime(config, capabilities, sender, null, OPTIONS, () -> start);
  }

  private Attempt attempt() {
    return new Attempt(
        null,
        runtime,
        List.of(),
        0,
        Deadline.after(Duration.ofSeconds(9)),
        start,
        start + SECOND,
        start + SECOND,
        false,
        Circuit.Pass.CALL);
  }

  private List<String> told(TargetRuntime from) {
    List<String> told = new ArrayList<>();
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void circuit(CircuitEvent event) {
            told.add(event.targetId() + ": " + event.from() + ">" + event.to());
          }

          @Override
          public void concurrency(ConcurrencyEvent event) {
            told.add(event.targetId() + ": " + event.limit() + " of " + event.most());
          }
        };
    for (Consumer<FanoutListener> news = from.takeNews(); news != null; news = from.takeNews()) {
      news.accept(listener);
    }
    return told;
  }

  private void openBreaker() {
    runtime.circuit().failed(Circuit.Pass.CALL, start, start, "Busy");
    runtime.circuit().failed(Circuit.Pass.CALL, start, start, "Busy");
  }

  // ---------------------------------------------------------------- throttling

  @Test
  void throttled_eachTimeAnew_countsInARow_andTellsOfFewerSends() {
    assertThat(runtime.throttled(start, start + 1, false, 10)).isEqualTo(1);
    assertThat(runtime.throttled(start + 1, start + 2, false, 10)).isEqualTo(2);

    assertThat(runtime.slots().limit()).isEqualTo(1);
    assertThat(told(runtime)).containsExactly("t: 2 of 4", "t: 1 of 4");
  }

  @Test
  void throttled_sendFromBeforeTheLastAnswer_isNoNews() {
    runtime.throttled(start, start + 100, false, 10);

    assertThat(runtime.throttled(start + 99, start + 101, false, 10)).isEqualTo(1);
    assertThat(runtime.slots().limit()).isEqualTo(2);
    assertThat(runtime.throttled(start + 100, start + 102, false, 10)).isEqualTo(2);
    assertThat(runtime.slots().limit()).isEqualTo(1);
  }

  @Test
  void throttled_inPart_startsCountingAgain() {
    runtime.throttled(start, start, false, 10);
    runtime.throttled(start, start, false, 10);

    assertThat(runtime.throttled(start, start, true, 10)).isEqualTo(1);
  }

  @Test
  void throttled_forVeryLong_countsNoFurtherThanPausesGrow() {
    for (int call = 0; call < 64; call++) {
      assertThat(runtime.throttled(start, start, false, 10)).isEqualTo(call + 1);
    }
    assertThat(runtime.throttled(start, start, false, 10)).isEqualTo(64);
  }

  @Test
  void throttled_oneSendAtATime_callsCarryHalf_andATenthMoreEachTimeItIsAccepted() {
    TargetRuntime single = runtime(1);
    assertThat(single.callMessages(ALL)).isEqualTo(ALL);
    single.throttled(start, start, false, 100);
    assertThat(single.callMessages(ALL)).isEqualTo(50);
    single.throttled(start, start, false, 80);
    assertThat(single.callMessages(ALL)).as("half of what it may carry").isEqualTo(25);
    single.throttled(start, start, false, 10);
    assertThat(single.callMessages(ALL)).as("half of what it carried").isEqualTo(5);
    single.throttled(start, start, false, 1);
    assertThat(single.callMessages(ALL)).isEqualTo(1);

    single.speedUp();
    assertThat(single.callMessages(ALL)).isEqualTo(2);
    for (int call = 0; call < 8; call++) {
      single.speedUp();
    }
    assertThat(single.callMessages(ALL)).isEqualTo(10);
    for (int call = 0; call < 11; call++) {
      single.speedUp();
    }
    assertThat(single.callMessages(ALL)).as("one by one up to 20, then by two").isEqualTo(22);
  }

  @Test
  void throttled_whileMoreThanOneSendIsAllowed_callsCarryAsMuchAsBefore() {
    runtime.throttled(start, start, false, 100);

    assertThat(runtime.callMessages(ALL)).isEqualTo(ALL);
  }

  @Test
  void callMessages_onceThereIsRoomForAll_isForgotten() {
    TargetRuntime single = runtime(1);
    single.throttled(start, start, false, 100);

    assertThat(single.callMessages(50)).isEqualTo(50);
    assertThat(single.callMessages(ALL)).isEqualTo(50);
    assertThat(single.callMessages(49)).isEqualTo(49);
    assertThat(single.callMessages(ALL)).isEqualTo(ALL);
  }

  @Test
  void speedUp_afterAThrottle_isARecovery_andWakesWhoWatches() {
    runtime.watch(woken::incrementAndGet);
    runtime.speedUp();
    assertThat(runtime.recoveries()).isZero();
    runtime.throttled(start, start, false, 10);
    told(runtime);

    runtime.speedUp();

    assertThat(runtime.recoveries()).isEqualTo(1);
    assertThat(woken).hasValue(1);
    assertThat(runtime.throttled(start, start, false, 10)).as("in a row").isEqualTo(1);
    runtime.speedUp();
    runtime.speedUp();
    assertThat(runtime.recoveries()).isEqualTo(2);
  }

  @Test
  void speedUp_tellsWhenMoreSendsAreAllowed() {
    runtime.throttled(start, start, false, 10);
    told(runtime);
    for (int call = 0; call < 10; call++) {
      runtime.speedUp();
    }

    assertThat(told(runtime)).containsExactly("t: 3 of 4", "t: 4 of 4");
  }

  @Test
  void accepted_afterCallsThatFailed_isARecovery() {
    runtime.accepted();
    assertThat(runtime.recoveries()).isZero();
    runtime.retryBudget().failed();

    runtime.accepted();
    runtime.accepted();

    assertThat(runtime.recoveries()).isEqualTo(1);
  }

  // ---------------------------------------------------------------- what was learned

  @Test
  void learnTooLarge_lowersTheLimitOfAMessage_andNeverRaisesIt() {
    Limits known = Limits.of(10, 1_000, 500);
    assertThat(runtime.limits(known)).isEqualTo(known);

    runtime.learnTooLarge(301);
    runtime.learnTooLarge(401);
    assertThat(runtime.limits(known)).isEqualTo(Limits.of(10, 1_000, 300));
    assertThat(runtime.limits(Limits.of(10, 1_000, 200)).maxMessageBytes()).isEqualTo(200);

    runtime.learnTooLarge(1);
    assertThat(runtime.limits(known).maxMessageBytes()).as("never none at all").isEqualTo(1);
  }

  @Test
  void limits_theRowLowersThem() {
    TargetRuntime lowered =
        runtime(row().maxMessages(3).maxBatchBytes(100L).maxMessageBytes(50L).build(), null);

    assertThat(lowered.limits(Limits.of(10, 1_000, 500))).isEqualTo(Limits.of(3, 100, 50));
  }

  @Test
  void pauseUntil_theLatestWins_alsoBeyondTheGreatestLong() {
    assertThat(runtime.pausedUntil() - start).isLessThanOrEqualTo(0);
    runtime.pauseUntil(start + 2 * SECOND);
    runtime.pauseUntil(start + SECOND);

    assertThat(runtime.pausedUntil()).isEqualTo(start + 2 * SECOND);
    runtime.pauseUntil(start + 3 * SECOND);
    assertThat(runtime.pausedUntil()).isEqualTo(start + 3 * SECOND);
  }

  // ---------------------------------------------------------------- down

  @Test
  void isDown_breakerIsOpen_tellsAndWakes() {
    runtime.watch(woken::incrementAndGet);
    openBreaker();

    assertThat(runtime.takesNoCalls(start)).isTrue();
    assertThat(runtime.takesNoCalls(start)).isTrue();
    assertThat(told(runtime)).containsExactly("t: CLOSED>OPEN");
    assertThat(woken).hasValue(1);
  }

  @Test
  void isDown_everyCallHangs_isProbedAtOnce_butWhereWhatWaitsIsNotKept() {
    DeliveryPolicy park = DeliveryPolicy.builder().onOpen(OnOpen.PARK).build();
    TargetRuntime parking =
        runtime(
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("letters").delivery(park).build(),
            null);
    runtime.circuit().timedOut(Circuit.Pass.CALL, start, start, 1);
    parking.circuit().timedOut(Circuit.Pass.CALL, start, start, 1);

    assertThat(runtime.circuit().look(start)).isEqualTo(Circuit.Pass.PROBE);
    assertThat(parking.circuit().look(start)).isEqualTo(Circuit.Pass.REFUSED);
  }

  @Test
  void isDown_targetThatDenies_isWaitedFor() {
    assertThat(runtime.isDenied()).isFalse();
    openBreaker();
    runtime.pauseUntil(start + SECOND);
    runtime.denied(true);

    assertThat(runtime.isDenied()).isTrue();
    assertThat(runtime.takesNoCalls(start)).isFalse();
    assertThat(runtime.takesNoCalls(start)).isFalse();

    runtime.denied(false);
    assertThat(runtime.takesNoCalls(start)).isTrue();
  }

  @Test
  void isDown_everySendThatItMayHaveHangs() {
    for (int send = 0; send < 4; send++) {
      assertThat(runtime.takesNoCalls(start)).isFalse();
      Attempt attempt = attempt();
      runtime.enter(attempt);
      assertThat(runtime.takesNoCalls(start)).isFalse();
      attempt.givenUp = true;
    }

    assertThat(runtime.takesNoCalls(start)).isTrue();
    assertThat(runtime.sendsUnderWay()).isEqualTo(4);
  }

  @Test
  void takesNoCalls_whileItIsThrottled() {
    runtime.pauseUntil(start + SECOND);

    assertThat(runtime.circuit().isDown()).isFalse();
    assertThat(runtime.takesNoCalls(start + SECOND - 1)).isTrue();
    assertThat(runtime.takesNoCalls(start + SECOND)).isFalse();
  }

  @Test
  void unwatch_isNotWokenAnyMore() {
    Slots.Waiter watcher = woken::incrementAndGet;
    runtime.watch(watcher);
    runtime.unwatch(watcher);
    openBreaker();

    assertThat(woken).hasValue(0);
  }

  // ---------------------------------------------------------------- a changed row

  @Test
  void follow_closesWhatWasOpen_andTellsTheLimitOfNow() {
    openBreaker();
    runtime.throttled(start, start, false, 10);
    TargetRuntime next = runtime(8);

    next.follow(runtime);

    assertThat(told(next)).containsExactly("t: OPEN>CLOSED", "t: 8 of 8");
  }

  @Test
  void follow_nothingWasWrong_tellsNothing() {
    TargetRuntime next = runtime(8);
    next.follow(runtime);

    assertThat(told(next)).isEmpty();
  }

  // ---------------------------------------------------------------- its end

  @Test
  void retire_idle_closesTheSender_once() {
    runtime.retire();
    runtime.retire();

    assertThat(runtime.isClosed()).isTrue();
    assertThat(closed).hasValue(1);
    assertThat(runtime.acquire()).isFalse();
  }

  @Test
  void retire_whileCallsUseIt_closesWithTheLast() {
    assertThat(runtime.acquire()).isTrue();
    assertThat(runtime.acquire()).isTrue();
    runtime.retire();
    runtime.release();
    assertThat(runtime.isClosed()).isFalse();

    runtime.release();

    assertThat(runtime.isClosed()).isTrue();
    assertThat(closed).hasValue(1);
  }

  @Test
  void retire_whileASendIsUnderWay_closesWhenItReturns() {
    Attempt attempt = attempt();
    runtime.enter(attempt);
    runtime.retire();
    assertThat(runtime.isClosed()).isFalse();

    runtime.leave(attempt);

    assertThat(runtime.isClosed()).isTrue();
    assertThat(runtime.sendsUnderWay()).isZero();
  }

  @Test
  void release_notRetired_staysOpen() {
    runtime.acquire();
    runtime.release();

    assertThat(runtime.isClosed()).isFalse();
    assertThat(closed).hasValue(0);
  }

  @Test
  void retire_senderThatCannotBeClosed_isNoMatter() {
    TargetRuntime broken = runtime(row().build(), new IllegalStateException("stuck"));
    broken.retire();

    assertThat(broken.isClosed()).isTrue();
    assertThat(closed).hasValue(1);
  }

  @Test
  void interruptAll_reachesEverySendUnderWay() {
    Attempt attempt = attempt();
    runtime.enter(attempt);
    runtime.interruptAll();

    assertThat(attempt.wasInterrupted()).isTrue();
    assertThat(attempt.begin()).as("it was stopped before it began").isFalse();
  }

  // ---------------------------------------------------------------- a send

  @Test
  void interrupt_meantForTheSend_doesNotOutliveIt() {
    Attempt attempt = attempt();
    assertThat(attempt.begin()).isTrue();
    attempt.interrupt();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();

    attempt.end();

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(attempt.hasReturned()).isTrue();
  }

  @Test
  void interrupt_afterItReturned_reachesNobody() {
    Attempt attempt = attempt();
    attempt.begin();
    attempt.end();
    attempt.interrupt();

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(attempt.wasInterrupted()).isFalse();
  }

  @Test
  void end_interruptOfTheThreadsOwner_staysWithTheThread() {
    Attempt attempt = attempt();
    attempt.begin();
    Thread.currentThread().interrupt();
    attempt.end();

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whenReturned_runsAtTheEnd_andAtOnceAfterwards() {
    Attempt attempt = attempt();
    attempt.whenReturned(woken::incrementAndGet);
    assertThat(woken).hasValue(0);
    assertThat(attempt.hasReturned()).isFalse();

    attempt.end();
    assertThat(woken).hasValue(1);
    attempt.whenReturned(woken::incrementAndGet);
    assertThat(woken).hasValue(2);
  }

  @Test
  void circuitState_ofANewRuntime_isClosed() {
    assertThat(runtime.circuit().state()).isEqualTo(CircuitState.CLOSED);
    assertThat(runtime.probePace()).isEqualTo(5 * SECOND);
    assertThat(told(runtime)).isEmpty();
  }
}
