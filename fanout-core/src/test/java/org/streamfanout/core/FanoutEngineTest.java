package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

class FanoutEngineTest {
  private static final Failure LATER = Failure.retryable("Busy", "try again");
  private static final Failure NEVER = Failure.rejected("Bad", "never");
  private static final Failure DENIED = Failure.fatal("AccessDenied", "no");

  private final InMemoryTarget target = new InMemoryTarget();

  private static TargetCounts counts(FanoutResult result, String id) {
    return result.targets().stream()
        .filter(each -> each.targetId().equals(id))
        .findFirst()
        .orElseThrow()
        .counts();
  }

  @Test
  void process_everythingAccepted_checkpointIsComplete() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(result.isSettled()).isTrue();
      assertThat(result.checkpoint()).isEqualTo(new Checkpoint(3, 3, Position.whole("2"), null));
      assertThat(result.left().isEmpty()).isTrue();
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(counts(result, "t")).isEqualTo(new TargetCounts(3, 3, 0, 0, 0, 0, 0, 0, 1, 0));
    }
  }

  @Test
  void process_emptyBatch_settlesAtOnce() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult result = fixture.process();

      assertThat(result.isSettled()).isTrue();
      assertThat(result.checkpoint()).isEqualTo(new Checkpoint(0, 0, null, null));
    }
  }

  @Test
  void process_sourceWithoutRows_throwsAndSendsNothing() {
    try (Fixture fixture = Fixture.of(target)) {
      assertThatThrownBy(() -> fixture.process(Fixture.records("a")))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining(Fixture.SOURCE.id());
    }
  }

  @Test
  void process_onlyInactiveRows_settles() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").active(false).build())) {
      assertThat(fixture.process(Fixture.records("a")).isSettled()).isTrue();
      assertThat(target.sends()).isZero();
    }
  }

  @Test
  void process_noRowsAllowed_settles() {
    try (Fixture fixture = new Fixture(Fixture.quick().provider(target).allowNoTargets(true))) {
      assertThat(fixture.process(Fixture.records("a")).isSettled()).isTrue();
    }
  }

  @Test
  void process_invalidRow_holdsItsRecordsAndServesTheOthers() {
    try (Fixture fixture = Fixture.of(target)) {
      fixture.targets(
          new Targets(
              List.of(Fixture.target("good").build()),
              List.of(new Targets.Invalid("bad", List.of("column 'type' is missing"))),
              Set.of(),
              null));

      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(target.bodies("good")).hasSize(2);
      assertThat(counts(result, "bad").held()).isEqualTo(2);
      assertThat(result.targets().get(0).firstFailure())
          .isEqualTo(Failure.fatal("InvalidTarget", "column 'type' is missing"));
      assertThat(result.checkpoint().settled()).isZero();
    }
  }

  @Test
  void process_unknownType_holdsAndNamesTheArtifact() {
    try (Fixture fixture = Fixture.of(target)) {
      fixture.rows(
          org.streamfanout.spi.TargetConfig.builder(Fixture.SOURCE, "x", "nats", "there").build());

      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(counts(result, "x").held()).isEqualTo(1);
      assertThat(result.targets().get(0).firstFailure().detail()).contains("fanout-provider-nats");
    }
  }

  @Test
  void process_rowBecomesInvalid_goesOnByItsLastValidVersion() {
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      fixture.process(Fixture.records("a"));
      fixture.targets(
          new Targets(
              List.of(), List.of(new Targets.Invalid("t", List.of("broken"))), Set.of(), null));

      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(result.isSettled()).isTrue();
      assertThat(target.bodies("t")).hasSize(2);
    }
  }

  @Test
  void process_transientFailure_isRetriedUntilAccepted() {
    target.next(Behaviours.fail(LATER), Behaviours.failAt(LATER, 1));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(result.isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(counts(result, "t").retries()).isEqualTo(4);
      assertThat(result.targets().get(0).firstFailure()).isEqualTo(LATER);
    }
  }

  @Test
  void process_rejectedUnderHold_holdsTheCheckpoint() {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("1"), NEVER));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(counts(result, "t").held()).isEqualTo(1);
      assertThat(result.checkpoint())
          .isEqualTo(new Checkpoint(1, 3, Position.whole("0"), Position.whole("1")));
      assertThat(result.unsettled()).containsExactly(Position.whole("1"));
    }
  }

  @Test
  void process_rejectedUnderDrop_isDroppedAndCounted() {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("1"), NEVER));
    try (Fixture fixture =
        Fixture.of(target, Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(result.isSettled()).isTrue();
      assertThat(counts(result, "t").dropped()).isEqualTo(1);
      assertThat(counts(result, "t").accepted()).isEqualTo(2);
    }
  }

  @Test
  void process_attemptsUsedUpUnderDrop_isDropped() {
    target.always(Behaviours.fail(LATER));
    try (Fixture fixture =
        Fixture.of(target, Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(counts(result, "t").dropped()).isEqualTo(1);
      assertThat(target.sends()).isEqualTo(Fixture.QUICK.maxAttempts());
    }
  }

  @Test
  void process_fatalUnderDrop_holdsAllTheSame() {
    target.always(Behaviours.fail(DENIED));
    try (Fixture fixture =
        Fixture.of(target, Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result, "t").held()).isEqualTo(2);
      assertThat(counts(result, "t").dropped()).isZero();
      assertThat(target.sends()).isEqualTo(1);
    }
  }

  @Test
  void process_fatalOnOneLane_noOtherLaneGoesOn() {
    InMemoryTarget single =
        InMemoryTarget.builder().limits(org.streamfanout.spi.Limits.of(1, 100, 100)).build();
    single.always(Behaviours.fail(DENIED));
    try (Fixture fixture =
        Fixture.of(single, Fixture.target("t").ordering(Ordering.KEY).maxInFlight(1).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c", "d"));

      assertThat(single.sends()).isEqualTo(1);
      assertThat(counts(result, "t").held()).isEqualTo(4);
    }
  }

  @Test
  void process_senderThrowsAnError_holdsAsBrokenProvider() {
    target.always(Behaviours.breakWith(new AssertionError("boom")));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result, "t").held()).isEqualTo(2);
      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("PROVIDER_BROKEN");
    }
  }

  @Test
  void process_answerOfTheWrongLength_holdsAsBrokenProvider() {
    target.always(Behaviours.acceptAndAnswer(1));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result, "t").held()).isEqualTo(2);
      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("PROVIDER_BROKEN");
    }
  }

  @Test
  void resume_afterOneTargetFailed_healthyTargetSeesNothingTwice() {
    InMemoryTarget failing = InMemoryTarget.ofType("failing");
    failing.next(Behaviours.fail(DENIED));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(target).provider(failing),
            Fixture.target("healthy").build(),
            org.streamfanout.spi.TargetConfig.builder(Fixture.SOURCE, "sick", "failing", "x")
                .build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      assertThat(first.isSettled()).isFalse();

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(target.bodies("healthy")).hasSize(3);
      assertThat(failing.bodies("sick")).hasSize(3);
      assertThat(counts(second, "sick").accepted()).isEqualTo(3);
    }
  }

  @Test
  void resume_targetSwitchedOff_isReleased() {
    target.always(Behaviours.fail(DENIED));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b"));
      fixture.rows(Fixture.target("t").active(false).build());

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(counts(second, "t").released()).isEqualTo(2);
    }
  }

  @Test
  void resume_noRowsAtAll_holdsEverything() {
    target.always(Behaviours.fail(DENIED));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b"));
      fixture.rows();

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isFalse();
      assertThat(counts(second, "t").held()).isEqualTo(2);
    }
  }

  @Test
  void resume_changedTarget_getsItsUnsettledRecordsAnew() {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("1"), NEVER));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      target.always(Behaviours.accept());
      fixture.rows(Fixture.target("t").ordering(Ordering.SHARD).build());

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(counts(second, "t").records()).isEqualTo(1);
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0", "2", "1");
    }
  }

  @Test
  void resume_addedTarget_startsWithTheNextBatch() {
    target.next(Behaviours.fail(DENIED));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult first = fixture.process(Fixture.records("a"));
      fixture.rows(Fixture.target("t").build(), Fixture.target("new").build());

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(target.bodies("new")).isEmpty();
    }
  }

  @Test
  void process_deadlineWhileHung_answersAndHolds() throws Exception {
    Gate gate = new Gate();
    target.next(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult first =
          fixture.processUntil(() -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.records("a"));

      assertThat(counts(first, "t").held()).isEqualTo(1);
      assertThat(fixture.resume(first).isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("0");
    }
  }

  @Test
  void resume_lateAnswerThatAccepted_isNotSentAgain() throws Exception {
    Gate gate = new Gate();
    target.next(Behaviours.acceptThenHangIgnoringInterrupts(gate));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      FanoutResult first =
          fixture.processUntil(
              () -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.records("a", "b"));
      assertThat(counts(first, "t").held()).isEqualTo(2);
      gate.open();

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(target.sends()).isEqualTo(1);
      assertThat(target.bodies("t")).hasSize(2);
    }
  }

  @Test
  void process_laneOfAHungSend_staysClosedForLaterCalls() throws Exception {
    Gate gate = new Gate();
    CountDownLatch answered = new CountDownLatch(1);
    FanoutListener listener =
        new FanoutListener() {
          @Override
          public void sent(SendEvent event) {
            answered.countDown();
          }
        };
    target.next(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(target).listener(listener),
            Fixture.target("t").ordering(Ordering.KEY).maxInFlight(4).build())) {
      fixture.processUntil(
          () -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.record(1, "a", "v1"));
      FanoutResult other =
          fixture.processUntil(
              answered::await, Fixture.record(2, "a", "v2"), Fixture.record(3, "b", "w"));

      assertThat(target.bodies("t")).containsExactly("w");
      assertThat(counts(other, "t").held()).isEqualTo(1);
      gate.open();

      assertThat(fixture.resume(other).isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("w", "v1", "v2");
    }
  }

  @Test
  void process_interruptedCaller_answersAndKeepsTheFlag() throws Exception {
    Gate gate = new Gate();
    target.always(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture = Fixture.of(target, Fixture.target("t").build())) {
      Thread caller = Thread.currentThread();
      Thread interrupter =
          new Thread(
              () -> {
                try {
                  gate.awaitArrived(1, Fixture.PATIENCE);
                  caller.interrupt();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      interrupter.start();

      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(counts(result, "t").held()).isEqualTo(1);
      interrupter.join();
    }
  }

  @Test
  void close_twice_closesSendersOnce() {
    Fixture fixture = Fixture.of(target, Fixture.target("t").build());
    fixture.process(Fixture.records("a"));

    fixture.close();
    fixture.close();

    assertThat(target.closes()).isEqualTo(1);
    assertThatThrownBy(() -> fixture.process(Fixture.records("a")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void build_withoutRegistry_saysSo() {
    assertThatThrownBy(() -> FanoutEngine.builder().build()).hasMessageContaining("registry");
  }

  @Test
  void build_twoProvidersOfOneType_namesBoth() {
    assertThatThrownBy(
            () ->
                Fixture.quick()
                    .registry(source -> Targets.NONE)
                    .provider(new InMemoryTarget())
                    .provider(new InMemoryTarget())
                    .build())
        .isInstanceOf(FanoutException.class);
  }

  @Test
  void validate_rows_tellsWhatIsWrongWithEach() {
    TargetConfig unknown = TargetConfig.builder(Fixture.SOURCE, "u", "nothing", "x").build();
    try (Fixture fixture =
        new Fixture(Fixture.quick().provider(new InMemoryTarget()), Fixture.target("t").build())) {
      List<Targets.Invalid> invalid =
          fixture.engine.validate(
              new Targets(
                  List.of(Fixture.target("t").build(), unknown), List.of(), Set.of(), null));

      assertThat(invalid).extracting(Targets.Invalid::id).containsExactly("u");
      assertThat(invalid.get(0).problems()).singleElement().asString().contains("nothing");
      assertThat(fixture.engine.providers()).containsKey("memory").doesNotContainKey("nothing");
    }
  }
}
