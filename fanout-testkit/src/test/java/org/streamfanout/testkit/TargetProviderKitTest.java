package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The kit passes what is sound and fails what is broken, by the test that is about it. */
class TargetProviderKitTest {
  private static EngineExecutionResults run(DiscoverySelector what) {
    return EngineTestKit.engine("junit-jupiter").selectors(what).execute();
  }

  @ParameterizedTest
  @ValueSource(classes = {BrokenProviders.Sound.class, BrokenProviders.SoundPrefix.class})
  void kit_soundProvider_passes(Class<?> kit) {
    EngineExecutionResults results = run(selectClass(kit));

    results.testEvents().assertStatistics(counts -> counts.skipped(0).aborted(0).failed(0));
    // One for each trouble but HANG, and the other tests.
    assertThat(results.testEvents().succeeded().count())
        .isEqualTo(Trouble.values().length - 1 + 21);
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of(BrokenProviders.WrongOrder.class, "kit_batch_arrives"),
        Arguments.of(BrokenProviders.FalsePrefix.class, "kit_failedEntry_endsItsLaneIfPromised"),
        Arguments.of(BrokenProviders.LostEntry.class, "kit_batch_arrives"),
        Arguments.of(BrokenProviders.ShiftedIndex.class, "kit_failedEntries_areTheRightOnes"),
        Arguments.of(BrokenProviders.SwallowedError.class, "kit_trouble_meansWhatItIs"),
        Arguments.of(
            BrokenProviders.IoInConstructor.class,
            "kit_beforeTheFirstSend_nothingIsReadWrittenOrStarted"),
        Arguments.of(
            BrokenProviders.ThreadInOpen.class,
            "kit_beforeTheFirstSend_nothingIsReadWrittenOrStarted"),
        Arguments.of(BrokenProviders.NotThreadSafe.class, "kit_sendsSideBySide_allArrive"),
        Arguments.of(BrokenProviders.IgnoresDeadline.class, "kit_deadline_endsASend"),
        Arguments.of(BrokenProviders.IgnoresInterrupt.class, "kit_interrupt_endsASend"),
        Arguments.of(BrokenProviders.Retries.class, "kit_trouble_meansWhatItIs"),
        Arguments.of(BrokenProviders.RejectsPointers.class, "kit_claimCheck_arrivesIfPromised"),
        Arguments.of(BrokenProviders.WrongSize.class, "kit_messageOfExactlyTheLimit_arrives"),
        Arguments.of(BrokenProviders.EncodesForSize.class, "kit_messageOfExactlyTheLimit_arrives"),
        Arguments.of(BrokenProviders.ClosesShared.class, "kit_close_leavesOtherTargetsAlone"),
        Arguments.of(BrokenProviders.PrintsPayload.class, "kit_close_mayComeTwice"),
        Arguments.of(BrokenProviders.QuotesPayload.class, "kit_trouble_meansWhatItIs"),
        Arguments.of(
            BrokenProviders.BelievesDestinations.class, "kit_hostileDestinations_areInvalid"),
        Arguments.of(
            BrokenProviders.BelievesDestinations.class,
            "kit_invalidTarget_isRefusedWithEveryProblem"),
        Arguments.of(BrokenProviders.ShortAnswer.class, "kit_batch_arrives"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void kit_brokenProvider_failsTheTestThatIsAboutIt(Class<?> kit, String test) {
    run(selectMethod(kit, test))
        .testEvents()
        .assertThatEvents()
        .haveAtLeastOne(finishedWithFailure(instanceOf(AssertionError.class)));
  }
}
