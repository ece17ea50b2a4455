package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviour;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.TestClock;

class TimeAndThreadsTest {
  private static final Failure LATER = Failure.retryable("Busy", "later");
  private static final RetryPolicy SHORT_ATTEMPTS =
      new RetryPolicy(3, Duration.ofMillis(250), Duration.ofNanos(20_000), Duration.ofMillis(1));

  private final InMemoryTarget target = new InMemoryTarget();

  private static FanoutEngine.Builder engine(RetryPolicy retry) {
    return FanoutEngine.builder()
        .retry(retry)
        .circuit(Fixture.NEVER_OPEN)
        .random(new SplittableRandom(3));
  }

  private static TargetCounts counts(FanoutResult result, int index) {
    return result.targets().get(index).counts();
  }

  @Test
  void attemptTimesOut_sendHonoursTheInterrupt_isRetriedInTheSameCall() {
    target.next(Behaviours.hang(new Gate(), Behaviours.accept()));
    try (Fixture fixture =
        new Fixture(engine(SHORT_ATTEMPTS).provider(target), Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(result.isSettled()).isTrue();
      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("TimedOut");
      assertThat(target.sends()).isEqualTo(2);
    }
  }

  @Test
  void attemptTimesOut_sendIgnoresTheInterrupt_othersGoOn() throws Exception {
    Gate gate = new Gate();
    target.always(
        sending -> {
          if (sending.target().id().equals("t")) {
            gate.passIgnoringInterrupts();
          }
          return sending.acceptAll();
        });
    try (Fixture fixture =
        new Fixture(
            engine(SHORT_ATTEMPTS).provider(target),
            Fixture.target("t").ordering(Ordering.SHARD).build(),
            Fixture.target("healthy").build())) {
      FanoutResult result =
          fixture.processUntil(
              () -> {
                gate.awaitArrived(1, Fixture.PATIENCE);
                target.awaitReceived(3, Fixture.PATIENCE);
              },
              Fixture.records("a", "b", "c"));

      assertThat(target.bodies("healthy")).hasSize(3);
      assertThat(counts(result, 0).held()).isEqualTo(3);
      gate.open();
      assertThat(fixture.resume(result).isSettled()).isTrue();
    }
  }

  @Test
  void timedOutThreeTimes_underDrop_isDropped() {
    target.always(Behaviours.hang(new Gate(), Behaviours.accept()));
    try (Fixture fixture =
        new Fixture(
            engine(SHORT_ATTEMPTS).provider(target),
            Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(counts(result, 0).dropped()).isEqualTo(1);
      assertThat(target.sends()).isEqualTo(3);
    }
  }

  @Test
  void callEndsDuringTheAttempt_itDoesNotCount() throws Exception {
    try (Fixture fixture =
        Fixture.of(target, Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = null;
      for (int call = 0; call < 5; call++) {
        Gate gate = new Gate();
        target.next(Behaviours.hang(gate, Behaviours.accept()));
        Fixture.Wait hangs = () -> gate.awaitArrived(1, Fixture.PATIENCE);
        result =
            result == null
                ? fixture.processUntil(hangs, Fixture.records("a"))
                : fixture.resumeUntil(hangs, result);
      }
      assertThat(counts(result, 0).dropped()).isZero();

      assertThat(fixture.resume(result).isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("0");
    }
  }

  @Test
  void senderGivesUpAtTheCallsDeadline_itDoesNotCount() {
    TestClock clock = new TestClock();
    RetryPolicy once =
        new RetryPolicy(1, Duration.ofSeconds(10), Duration.ofNanos(1), Duration.ofNanos(1));
    target.next(
        sending -> {
          clock.advance(Duration.ofSeconds(5));
          throw new java.net.SocketTimeoutException("the deadline given to the client");
        });
    try (Fixture fixture =
        new Fixture(
            engine(once).ticker(clock::nanoTime).provider(target),
            Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result =
          fixture.engine.process(
              Fixture.batch(Fixture.records("a")),
              Deadline.after(Duration.ofSeconds(5), clock::nanoTime));
      assertThat(counts(result, 0).held()).isEqualTo(1);

      assertThat(fixture.resume(result).isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("0");
    }
  }

  @Test
  void threadTakenAwayByItsOwner_itDoesNotCount() throws Exception {
    Gate gate = new Gate();
    target.next(Behaviours.hang(gate, Behaviours.accept()));
    RetryPolicy once =
        new RetryPolicy(1, Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1));
    ExecutorService first = Executors.newCachedThreadPool();
    ExecutorService second = Executors.newCachedThreadPool();
    try (Fixture fixture =
        new Fixture(
            engine(once)
                .executor(task -> (first.isShutdown() ? second : first).execute(task))
                .provider(target),
            Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      CompletableFuture<FanoutResult> call =
          CompletableFuture.supplyAsync(() -> fixture.process(Fixture.records("a")));
      gate.awaitArrived(1, Fixture.PATIENCE);
      first.shutdownNow();

      assertThat(call.get(30, TimeUnit.SECONDS).isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("0");
    } finally {
      second.shutdown();
    }
  }

  @Test
  void limitsHang_safeOnesAreUsed() {
    Gate gate = new Gate();
    InMemoryTarget slow =
        InMemoryTarget.builder()
            .limitsAnswer(
                deadline -> {
                  gate.pass();
                  return Limits.of(1, 10, 10);
                })
            .build();
    try (Fixture fixture =
        new Fixture(engine(SHORT_ATTEMPTS).provider(slow), Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(result.isSettled()).isTrue();
      assertThat(slow.sends()).isEqualTo(1);
      gate.open();
    }
  }

  @Test
  void limitsOfTheDestination_areHonoured_andTheRowOnlyLowersThem() {
    InMemoryTarget live =
        InMemoryTarget.builder().limitsAnswer(deadline -> Limits.of(3, 1_000, 1_000)).build();
    try (Fixture fixture =
        Fixture.of(
            live,
            Fixture.target("three").maxMessages(500).build(),
            Fixture.target("two").maxMessages(2).build())) {
      fixture.process(Fixture.records("a", "b", "c", "d", "e", "f"));

      assertThat(live.batches("three")).allSatisfy(b -> assertThat(b.messages()).hasSize(3));
      assertThat(live.batches("two")).allSatisfy(b -> assertThat(b.messages()).hasSize(2));
    }
  }

  @Test
  void breakerOpens_callWaitsForTheProbe_insteadOfAnswering() throws Exception {
    target.next(Behaviours.fail(LATER), Behaviours.fail(LATER));
    TestClock clock = new TestClock();
    CircuitOptions circuit = new CircuitOptions(4, 2, 50, Duration.ofMinutes(1), 1);
    CountDownLatch answered = new CountDownLatch(2);
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void sent(SendEvent event) {
            answered.countDown();
          }
        };
    try (Fixture fixture =
        new Fixture(
            Fixture.quick()
                .ticker(clock::nanoTime)
                .circuit(circuit)
                .listener(listener)
                .provider(target),
            Fixture.target("t").build())) {
      CompletableFuture<FanoutResult> call =
          CompletableFuture.supplyAsync(
              () ->
                  fixture.engine.process(
                      Fixture.batch(Fixture.records("a")),
                      Deadline.after(Duration.ofMinutes(10), clock::nanoTime)));
      while (answered.getCount() > 0) {
        if (target.sends() < 2) {
          // No more than the pause in between, or the minute might pass before it is looked at.
          clock.advance(Duration.ofMillis(1));
        }
        Thread.onSpinWait();
      }
      // The breaker is open now, and nothing but its minute will end the wait.
      clock.advance(Duration.ofSeconds(59));
      assertThat(call).isNotDone();
      assertThat(target.sends()).isEqualTo(2);
      clock.advance(Duration.ofSeconds(2));

      assertThat(call.get(30, TimeUnit.SECONDS).isSettled()).isTrue();
      assertThat(target.sends()).isEqualTo(3);
    }
  }

  @Test
  void breakerOpen_underDrop_waitsInsteadOfDropping() throws Exception {
    target.always(Behaviours.fail(LATER));
    CircuitOptions circuit = new CircuitOptions(4, 2, 50, Duration.ofMinutes(1), 1);
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().circuit(circuit).provider(target),
            Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result =
          fixture.processUntil(() -> target.awaitSends(2, Fixture.PATIENCE), Fixture.records("a"));

      assertThat(target.sends()).isEqualTo(2);
      assertThat(counts(result, 0).held()).isEqualTo(1);
    }
  }

  @Test
  void probesHang_breakerIsNotStuck() {
    CircuitOptions circuit = new CircuitOptions(2, 1, 50, Duration.ofMillis(1), 1);
    target.next(
        Behaviours.fail(LATER),
        Behaviours.hang(new Gate(), Behaviours.accept()),
        Behaviours.hang(new Gate(), Behaviours.accept()));
    RetryPolicy retry =
        new RetryPolicy(50, Duration.ofMillis(250), Duration.ofNanos(1), Duration.ofNanos(1));
    try (Fixture fixture =
        new Fixture(engine(retry).circuit(circuit).provider(target), Fixture.target("t").build())) {
      assertThat(fixture.process(Fixture.records("a")).isSettled()).isTrue();
    }
  }

  @Test
  void breakerOpen_monotonicClockPassesTheGreatestLong_closesAgain() {
    TestClock clock = new TestClock();
    long origin = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();
    CircuitOptions circuit = new CircuitOptions(1, 1, 50, Duration.ofSeconds(2), 1);
    target.next(Behaviours.fail(LATER));
    try (Fixture fixture =
        new Fixture(
            engine(Fixture.QUICK)
                .circuit(circuit)
                .ticker(
                    () -> {
                      // Whoever looks at it moves it.
                      clock.advance(Duration.ofMillis(5));
                      return origin + clock.nanoTime();
                    })
                .provider(target),
            Fixture.target("t").build())) {
      assertThat(fixture.process(Fixture.records("a")).isSettled()).isTrue();
    }
  }

  /** Has a target changed while a send hangs that ignores interrupts, and lets that return. */
  private static FanoutResult changedBesideAHungSend(
      InMemoryTarget slow, Behaviour atLast, CountDownLatch packed, TargetConfig... rows)
      throws Exception {
    Gate gate = new Gate();
    slow.next(Behaviours.hangIgnoringInterrupts(gate, atLast));
    try (Fixture fixture = Fixture.of(slow, rows)) {
      FanoutResult held =
          fixture.processUntil(
              () -> slow.awaitSends(1, Fixture.PATIENCE), Fixture.records("a", "a", "a"));
      TargetConfig[] changed = rows.clone();
      changed[0] = rows[0].toBuilder().maxInFlight(3).build();
      fixture.rows(changed);
      CompletableFuture<FanoutResult> resumed =
          CompletableFuture.supplyAsync(() -> fixture.resume(held));
      assertThat(packed.await(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      gate.open();
      FanoutResult result = resumed.get();
      slow.awaitIdle(Fixture.PATIENCE);
      return result;
    }
  }

  private static InMemoryTarget countingPacks(CountDownLatch packed) {
    return InMemoryTarget.builder()
        .limitsAnswer(
            deadline -> {
              packed.countDown();
              return null;
            })
        .build();
  }

  @Test
  void targetChangedBesideAHungSend_theOldDeliverySendsNothingMore() throws Exception {
    CountDownLatch packed = new CountDownLatch(2);
    InMemoryTarget slow = countingPacks(packed);
    FanoutResult result =
        changedBesideAHungSend(
            slow,
            Behaviours.accept(),
            packed,
            Fixture.target("t").ordering(Ordering.SHARD).build());

    assertThat(result.isSettled()).isTrue();
    // The first is sent anew by the changed row; what was behind it is sent by that alone.
    assertThat(slow.bodies("t")).containsExactly("0", "0", "1", "2");
  }

  @Test
  void targetChangedBesideAHungSend_theOldDeliveryWritesNoDeadLetter() throws Exception {
    CountDownLatch packed = new CountDownLatch(2);
    InMemoryTarget slow = countingPacks(packed);
    FanoutResult result =
        changedBesideAHungSend(
            slow,
            Behaviours.fail(Failure.rejected("Bad", "never")),
            packed,
            Fixture.target("t")
                .ordering(Ordering.SHARD)
                .onFailure(OnFailure.DEAD_LETTER)
                .deadLetter("dlq")
                .build(),
            Fixture.target("dlq").deadLetterOnly(true).build());

    assertThat(result.isSettled()).isTrue();
    assertThat(slow.bodies("t")).containsExactly("0", "1", "2");
    assertThat(slow.received("dlq")).isEmpty();
  }

  @Test
  void targetSwitchedOffAndOnBetweenTwoCallsOfABatch_goesOn() {
    target.next(Behaviours.fail(Failure.fatal("Denied", "for now")));
    TargetConfig row = Fixture.target("t").build();
    try (Fixture fixture = Fixture.of(target, row)) {
      FanoutResult held = fixture.process(Fixture.records("a"));
      fixture.rows(row.toBuilder().active(false).build());
      fixture.process(Fixture.record(7, "b", "another batch"));
      fixture.rows(row);

      assertThat(fixture.resume(held).isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("0");
    }
  }

  @Test
  void maxInFlight_boundsAllCallsTogether() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    ExecutorService hosts = Executors.newCachedThreadPool();
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").maxInFlight(2).build())) {
      List<CompletableFuture<FanoutResult>> calls = new ArrayList<>();
      for (int call = 0; call < 6; call++) {
        int number = call;
        calls.add(
            CompletableFuture.supplyAsync(
                () -> fixture.process(Fixture.record(number, "k", "v" + number)), hosts));
      }
      target.awaitSends(2, Fixture.PATIENCE);
      gate.open();

      for (CompletableFuture<FanoutResult> call : calls) {
        assertThat(call.get().isSettled()).isTrue();
      }
      assertThat(target.mostInFlight()).isLessThanOrEqualTo(2);
      assertThat(target.bodies("t")).hasSize(6);
    } finally {
      hosts.shutdown();
    }
  }

  @Test
  void maxBytesInFlight_neverStarvesATargetsFirstBatch() {
    InMemoryTarget big =
        InMemoryTarget.builder().limits(Limits.of(1, 1_000_000, 1_000_000)).build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().maxBytesInFlight(1).provider(big),
            Fixture.target("t").maxInFlight(4).build(),
            Fixture.target("u").maxInFlight(4).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c", "d", "e"));

      assertThat(result.isSettled()).isTrue();
      assertThat(big.mostInFlight()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void callerRunsExecutor_works() {
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().executor(Runnable::run).provider(target),
            Fixture.target("t").ordering(Ordering.KEY).build(),
            Fixture.target("u").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "a", "a", "b", "c", "a"));

      assertThat(result.isSettled()).isTrue();
      assertThat(target.bodies("t")).hasSize(6);
    }
  }

  @Test
  void executorRefuses_recordsAreHeldNotLost() {
    try (Fixture fixture =
        new Fixture(
            Fixture.quick()
                .executor(
                    task -> {
                      throw new RejectedExecutionException("full");
                    })
                .provider(target),
            Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result, 0).held()).isEqualTo(2);
      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("ExecutorRefused");
    }
  }

  @Test
  void close_duringACall_endsIt() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hang(gate, Behaviours.accept()));
    Fixture fixture = Fixture.of(target, Fixture.target("t").build());
    CompletableFuture<FanoutResult> call =
        CompletableFuture.supplyAsync(() -> fixture.process(Fixture.records("a")));
    gate.awaitArrived(1, Fixture.PATIENCE);

    fixture.close();

    assertThat(counts(call.get(), 0).held()).isEqualTo(1);
    assertThat(target.closes()).isEqualTo(1);
  }

  @Test
  void close_sendThatDoesNotReturn_isLeftOpen() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    Fixture fixture =
        new Fixture(engine(SHORT_ATTEMPTS).provider(target), Fixture.target("t").build());
    fixture.processUntil(() -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.records("a"));

    fixture.close();

    assertThat(target.closes()).isZero();
    gate.open();
    target.awaitIdle(Fixture.PATIENCE);
  }

  @Test
  void resume_ofAnotherEngine_isRefused() {
    target.always(Behaviours.fail(Failure.fatal("Denied", "no")));
    try (Fixture one = Fixture.of(target, Fixture.target("t").build());
        Fixture two = Fixture.of(new InMemoryTarget(), Fixture.target("t").build())) {
      FanoutResult left = one.process(Fixture.records("a"));

      assertThatThrownBy(() -> two.resume(left)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void listener_seesEveryEvent_andMayThrow() throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    // A sending thread may still tell of its send when the call has answered.
    CountDownLatch told = new CountDownLatch(5);
    target.next(Behaviours.fail(LATER));
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void sent(SendEvent event) {
            seen.add("sent " + event.accepted() + "/" + event.messages());
            told.countDown();
            throw new IllegalStateException("a listener's own trouble");
          }

          @Override
          public void retrying(RetryEvent event) {
            seen.add("retrying " + event.messages() + " after " + event.attempts());
            told.countDown();
          }

          @Override
          public void settled(TargetEvent event) {
            seen.add("settled " + event.counts().accepted());
            told.countDown();
          }

          @Override
          public void finished(FanoutEvent event) {
            seen.add("finished " + event.settled() + "/" + event.records());
            told.countDown();
          }
        };
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().listener(listener).provider(target), Fixture.target("t").build())) {
      fixture.process(Fixture.records("a", "b"));

      assertThat(told.await(Fixture.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(seen)
          .containsExactlyInAnyOrder(
              "sent 0/2", "retrying 2 after 1", "sent 2/2", "settled 2", "finished 2/2");
    }
  }

  @Test
  void prime_opensAndChecks_andNeverThrows() {
    InMemoryTarget checked =
        InMemoryTarget.builder()
            .check(row -> List.of(new Finding(Finding.Severity.WARNING, row.id(), "not encrypted")))
            .build();
    try (Fixture fixture = Fixture.of(checked, Fixture.target("t").build())) {
      assertThat(fixture.engine.prime(Fixture.SOURCE))
          .containsExactly(new Finding(Finding.Severity.WARNING, "t", "not encrypted"));
      assertThat(checked.opens()).isEqualTo(1);
      fixture.rows();
      assertThat(fixture.engine.prime(Fixture.SOURCE))
          .singleElement()
          .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
    }
  }

  @Test
  void prime_oneCheckHangsAndOneFails_eachIsTold_theThirdToo() throws Exception {
    Gate gate = new Gate();
    InMemoryTarget checked =
        InMemoryTarget.builder()
            .check(
                row -> {
                  if (row.id().equals("fails")) {
                    throw new IllegalStateException("as planned");
                  }
                  if (row.id().equals("hangs")) {
                    gate.passIgnoringInterrupts();
                  }
                  return List.of(new Finding(Finding.Severity.WARNING, row.id(), "not encrypted"));
                })
            .build();
    RetryPolicy brief =
        new RetryPolicy(1, Duration.ofMillis(50), Duration.ZERO, Duration.ofMillis(1));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().retry(brief).provider(checked),
            Fixture.target("hangs").build(),
            Fixture.target("fails").build(),
            Fixture.target("well").build())) {
      List<Finding> findings = fixture.engine.prime(Fixture.SOURCE);
      gate.open();

      assertThat(findings)
          .extracting(Finding::toString)
          .anyMatch(text -> text.contains("hangs") && text.contains("did not answer in time"))
          .anyMatch(text -> text.contains("fails") && text.contains("as planned"));
      assertThat(findings).hasSize(3);
    }
  }

  @Test
  void prime_interrupted_saysSo_andKeepsTheInterrupt() {
    InMemoryTarget checked = InMemoryTarget.builder().check(row -> List.of()).build();
    try (Fixture fixture = Fixture.of(checked, Fixture.target("t").build())) {
      Thread.currentThread().interrupt();
      List<Finding> findings = fixture.engine.prime(Fixture.SOURCE);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(findings).allMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }
  }

  @Test
  void changedRow_oldSenderIsClosedWhenItIsIdle() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      fixture.process(Fixture.records("a"));
      fixture.rows(Fixture.target("t").maxInFlight(5).build());
      fixture.process(Fixture.records("b"));

      assertThat(target.opens()).isEqualTo(2);
      assertThat(target.closes()).isEqualTo(1);
    }
  }

  @Test
  void hungPrefixRun_isNotPassedByTheNextBatchOfTheShard() throws Exception {
    InMemoryTarget ordered =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 100)).callOrder(CallOrder.PREFIX).build())
            .build();
    Gate gate = new Gate();
    ordered.next(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    try (Fixture fixture =
        Fixture.of(ordered, Fixture.target("t").ordering(Ordering.SHARD).build())) {
      FanoutResult first =
          fixture.processUntil(
              () -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.records("a", "b"));
      FanoutResult second = fixture.process(Duration.ofMillis(40), Fixture.record(7, "c", "7"));
      assertThat(ordered.bodies("t")).isEmpty();
      gate.open();

      assertThat(fixture.resume(first).isSettled()).isTrue();
      assertThat(fixture.resume(second).isSettled()).isTrue();
      assertThat(ordered.bodies("t")).containsExactly("0", "1", "7");
    }
  }
}
