package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.TestClock;

@ExtendWith(NoLockLeft.class)
class LedgerTest {
  private final TestClock clock = new TestClock();
  private final Instant start = clock.instant();
  private final Ledger ledger = new Ledger(clock);

  private static TargetCounts counts(long accepted, long held) {
    return new TargetCounts(accepted + held, accepted, 0, 0, 0, 0, 0, held, 1, 0);
  }

  private void book(
      long batch, boolean behind, TargetCounts counts, TargetCounts before, long oldest) {
    book("t", batch, behind, counts, before, start.minusSeconds(oldest), null);
  }

  private void book(TargetCounts counts, TargetCounts before) {
    book("t", 1, false, counts, before, null, null);
  }

  private void book(
      String target,
      long batch,
      boolean behind,
      TargetCounts counts,
      TargetCounts before,
      @Nullable Instant oldest,
      @Nullable Failure failure) {
    ledger.settled(
        new TargetEvent(
            Fixture.SOURCE, "s", target, "sqs", counts, failure, oldest, before, batch, behind));
  }

  private Ledger.Entry entry() {
    return ledger.snapshot().get(0);
  }

  @Test
  void settled_batchInSeveralCalls_countsEachRecordOnce() {
    book(counts(4, 6), TargetCounts.ZERO);
    book(counts(7, 3), counts(4, 6));

    assertThat(entry().counts()).isEqualTo(new TargetCounts(10, 7, 0, 0, 0, 0, 0, 3, 1, 0));
    assertThat(ledger.held(Fixture.SOURCE, "t")).isEqualTo(new Ledger.Held(3, start, start));
    assertThat(ledger.difference()).isZero();
  }

  @Test
  void settled_recordWithoutAnEnd_isADifference() {
    book(new TargetCounts(10, 4, 0, 0, 0, 0, 0, 5, 1, 0), TargetCounts.ZERO);

    assertThat(ledger.difference()).isEqualTo(1);
    assertThat(entry().difference()).isEqualTo(1);
  }

  @Test
  void settled_recordWithTwoEnds_isADifference() {
    book(new TargetCounts(10, 8, 0, 3, 0, 0, 0, 0, 1, 0), TargetCounts.ZERO);

    assertThat(ledger.difference()).isEqualTo(1);
  }

  @Test
  void settled_endTakenBack_isADifference() {
    book(counts(8, 2), TargetCounts.ZERO);
    book(counts(5, 5), counts(8, 2));

    assertThat(ledger.difference()).isEqualTo(3);
  }

  @Test
  void settled_batchThatShrinks_isADifference() {
    book(counts(4, 6), TargetCounts.ZERO);
    book(counts(8, 0), counts(4, 6));

    assertThat(ledger.difference()).isEqualTo(2);
  }

  @Test
  void settled_eventThatNobodySaw_isADifference() {
    book(counts(4, 6), TargetCounts.ZERO);
    book(counts(9, 1), counts(6, 4));

    assertThat(ledger.difference()).isEqualTo(2);
  }

  @Test
  void settled_sumsLessThanNothing_areADifference() {
    book(new TargetCounts(1, 2, 0, 0, -1, 0, 0, 0, 1, 0), TargetCounts.ZERO);

    assertThat(ledger.difference()).isEqualTo(1);
  }

  @Test
  void settled_engineThatSaysItLostCount_isADifference() {
    book(
        "t",
        1,
        false,
        counts(10, 0),
        TargetCounts.ZERO,
        null,
        Failure.fatal(Ledger.BROKEN, "the sums do not add up"));

    assertThat(ledger.difference()).isEqualTo(1);
  }

  @Test
  void settled_changedTarget_startsAgainWithoutADifference() {
    book(counts(4, 6), TargetCounts.ZERO);
    book(counts(6, 0), TargetCounts.ZERO);

    assertThat(ledger.difference()).isZero();
    assertThat(entry().counts().accepted()).isEqualTo(10);
    assertThat(entry().held()).isNull();
  }

  @Test
  void held_batchesThatTheHostRanAheadTo_areAdded() {
    book(1, false, counts(0, 6), TargetCounts.ZERO, 60);
    clock.advance(Duration.ofSeconds(5));
    book(2, true, counts(0, 4), TargetCounts.ZERO, 50);

    assertThat(entry().held()).isEqualTo(new Ledger.Held(10, start, start.minusSeconds(60)));

    book(1, false, counts(6, 0), counts(0, 6), 60);
    assertThat(entry().held()).isEqualTo(new Ledger.Held(4, start, start.minusSeconds(50)));
  }

  @Test
  void held_waitingBatches_areKnownAsLongAsAnEarlierOneIsHeardOf() {
    book(1, false, counts(0, 6), TargetCounts.ZERO, 60);
    book(2, true, counts(0, 4), TargetCounts.ZERO, 50);
    for (int minute = 0; minute < 10; minute++) {
      clock.advance(Duration.ofMinutes(1));
      book(1, false, counts(0, 6), counts(0, 6), 60);
    }

    assertThat(entry().held().records()).isEqualTo(10);
  }

  @Test
  void held_nothingHeardOf_isForgotten() {
    book(1, false, counts(0, 6), TargetCounts.ZERO, 60);
    book(2, true, counts(0, 4), TargetCounts.ZERO, 50);
    clock.advance(Ledger.HELD_KNOWN.plusSeconds(1));

    assertThat(entry().held()).isNull();
    assertThat(entry().counts().held()).isZero();
  }

  /** A host that gave its batches up and reads them again has none of the old ones. */
  @Test
  void held_batchThatIsNotBehind_takesThePlaceOfEarlierOnes() {
    book(1, false, counts(0, 6), TargetCounts.ZERO, 60);
    book(2, true, counts(0, 4), TargetCounts.ZERO, 50);
    book(3, false, counts(0, 5), TargetCounts.ZERO, 60);

    assertThat(entry().held().records()).isEqualTo(5);
    assertThat(entry().held().since()).isEqualTo(start);
  }

  @Test
  void snapshot_moreTargetsThanAreKept_theOneNotHeardOfLongestIsForgotten() {
    for (int target = 0; target < Ledger.MOST; target++) {
      book("t" + target, 1, false, counts(1, 0), TargetCounts.ZERO, null, null);
    }
    book("t0", 2, false, counts(1, 0), TargetCounts.ZERO, null, null);
    book("new", 1, false, counts(1, 0), TargetCounts.ZERO, null, null);

    assertThat(ledger.snapshot()).hasSize(Ledger.MOST);
    assertThat(ledger.snapshot()).extracting(Ledger.Entry::targetId).doesNotContain("t1");
    assertThat(ledger.snapshot()).extracting(Ledger.Entry::targetId).contains("t0", "new");
  }
}
