package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.TestClock;

/** What a ledger finds wrong, and what it tells of targets, shards and time. */
@ExtendWith(NoLockLeft.class)
class LedgerAuditTest {
  private static final Source OTHER =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/invoices");

  private final TestClock clock = new TestClock();
  private final Instant start = clock.instant();
  private final Ledger ledger = new Ledger(clock);

  /** The ends that a record may come to. */
  private enum End {
    ACCEPTED,
    FILTERED,
    DEAD_LETTERED,
    DROPPED,
    ALREADY_SETTLED,
    RELEASED;

    /** Counts 10 records, of which so many came to this end, and the others are held. */
    TargetCounts of(long count) {
      long[] ends = new long[values().length];
      ends[ordinal()] = count;
      return new TargetCounts(
          10, ends[0], ends[1], ends[2], ends[3], ends[4], ends[5], 10 - count, 1, 0);
    }
  }

  private void book(String target, String shard, long batch, TargetCounts counts) {
    book(Fixture.SOURCE, target, shard, "sqs", batch, counts, TargetCounts.ZERO, null, null);
  }

  private void book(TargetCounts counts, TargetCounts before) {
    book(Fixture.SOURCE, "t", "s", "sqs", 1, counts, before, null, null);
  }

  private void book(
      Source source,
      String target,
      String shard,
      String type,
      long batch,
      TargetCounts counts,
      TargetCounts before,
      @Nullable Instant oldest,
      @Nullable Failure failure) {
    ledger.settled(
        new TargetEvent(
            source, shard, target, type, counts, failure, oldest, before, batch, false));
  }

  private static TargetCounts held(long records) {
    return new TargetCounts(records, 0, 0, 0, 0, 0, 0, records, 1, 0);
  }

  @ParameterizedTest
  @EnumSource
  void settled_anyEndTakenBack_isADifference(End end) {
    book(end.of(7), TargetCounts.ZERO);
    assertThat(ledger.difference()).isZero();

    book(end.of(3), end.of(7));

    assertThat(ledger.difference()).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void settled_anyEndThatGrows_isInOrder(End end) {
    book(end.of(3), TargetCounts.ZERO);
    book(end.of(7), end.of(3));

    assertThat(ledger.difference()).isZero();
    assertThat(ledger.snapshot().get(0).counts().ended()).isEqualTo(7);
  }

  @Test
  void settled_fewerHeldThanNone_isADifference() {
    book(new TargetCounts(4, 6, 0, 0, 0, 0, 0, -2, 1, 0), TargetCounts.ZERO);

    assertThat(ledger.difference()).isEqualTo(2);
  }

  @Test
  void settled_oneEventIsMissing_withTheSameEnds_isADifferenceOfOne() {
    book(new TargetCounts(10, 4, 0, 0, 0, 0, 0, 6, 1, 0), TargetCounts.ZERO);
    // The same sums after another call: something was told in between.
    book(
        new TargetCounts(10, 5, 0, 0, 0, 0, 0, 5, 3, 0),
        new TargetCounts(10, 4, 0, 0, 0, 0, 0, 6, 2, 0));

    assertThat(ledger.difference()).isEqualTo(1);
  }

  @Test
  void difference_ofSeveralTargets_isTheirSum() {
    book("a", "s", 1, new TargetCounts(10, 4, 0, 0, 0, 0, 0, 5, 1, 0));
    book("b", "s", 1, new TargetCounts(10, 4, 0, 0, 0, 0, 0, 3, 1, 0));
    book("a", "s", 2, new TargetCounts(10, 4, 0, 0, 0, 0, 0, 5, 1, 0));
    book("c", "s", 1, held(10));

    assertThat(ledger.difference()).isEqualTo(1 + 3 + 1);
    assertThat(ledger.snapshot()).extracting(Ledger.Entry::difference).containsExactly(2L, 3L, 0L);
  }

  @Test
  void settled_failureThatIsNoLossOfCount_isInOrder() {
    Failure failure = Failure.rejected("Bad", "never");
    book(Fixture.SOURCE, "t", "s", "sqs", 1, held(1), TargetCounts.ZERO, null, failure);
    book(
        Fixture.SOURCE,
        "t",
        "s",
        "sqs",
        2,
        held(1),
        TargetCounts.ZERO,
        null,
        Failure.retryable("Busy", "later"));

    assertThat(ledger.difference()).isZero();
    assertThat(ledger.snapshot().get(0).firstFailure()).as("the first of all").isEqualTo(failure);
  }

  @Test
  void snapshot_typeIsTheLastThatWasKnown() {
    book(Fixture.SOURCE, "t", "s", "sqs", 1, held(1), TargetCounts.ZERO, null, null);
    book(Fixture.SOURCE, "t", "s", "", 2, held(1), TargetCounts.ZERO, null, null);
    assertThat(ledger.snapshot().get(0).type()).isEqualTo("sqs");

    book(Fixture.SOURCE, "t", "s", "sns", 3, held(1), TargetCounts.ZERO, null, null);
    assertThat(ledger.snapshot().get(0).type()).isEqualTo("sns");
  }

  @Test
  void snapshot_isInTheOrderOfSourcesAndTargets() {
    book(Fixture.SOURCE, "b", "s", "sqs", 1, held(1), TargetCounts.ZERO, null, null);
    book(OTHER, "c", "s", "sqs", 1, held(1), TargetCounts.ZERO, null, null);
    book(Fixture.SOURCE, "a", "s", "sqs", 1, held(1), TargetCounts.ZERO, null, null);

    assertThat(ledger.snapshot()).extracting(Ledger.Entry::targetId).containsExactly("c", "a", "b");
    assertThat(ledger.snapshot().get(0).source()).isEqualTo(OTHER);
  }

  @Test
  void held_ofSeveralShards_isTheirSumSinceTheFirst() {
    Instant old = start.minusSeconds(60);
    book(Fixture.SOURCE, "t", "s1", "sqs", 1, held(2), TargetCounts.ZERO, old, null);
    clock.advance(Duration.ofSeconds(5));
    Instant older = start.minusSeconds(90);
    book(Fixture.SOURCE, "t", "s2", "sqs", 2, held(3), TargetCounts.ZERO, older, null);

    assertThat(ledger.held(Fixture.SOURCE, "t")).isEqualTo(new Ledger.Held(5, start, older));
    assertThat(ledger.held(OTHER, "t")).isNull();
  }

  @Test
  void held_untilTheLastMomentThatItIsKnown() {
    book("t", "s", 1, held(2));
    clock.advance(Ledger.HELD_KNOWN);
    assertThat(ledger.held(Fixture.SOURCE, "t")).isNotNull();

    clock.advance(Duration.ofNanos(1));
    assertThat(ledger.held(Fixture.SOURCE, "t")).isNull();
  }

  @Test
  void held_afterItWasForgotten_isSinceNow() {
    book("t", "s", 1, held(2));
    clock.advance(Ledger.HELD_KNOWN.plusSeconds(1));
    book("t", "s", 2, held(3));

    assertThat(ledger.held(Fixture.SOURCE, "t"))
        .isEqualTo(new Ledger.Held(3, clock.instant(), clock.instant()));
  }

  @Test
  void held_moreShardsThanAreKept_theOneNotHeardOfLongestIsForgotten() {
    for (int shard = 0; shard <= Ledger.MOST; shard++) {
      book("t", "s" + shard, 1, held(1));
    }

    assertThat(ledger.held(Fixture.SOURCE, "t").records()).isEqualTo(Ledger.MOST);
  }

  @Test
  void held_timesAreMeasured_andNeverNegative() {
    Ledger.Held held = new Ledger.Held(1, start, start.minusSeconds(60));

    assertThat(held.heldFor(start.plusSeconds(5))).isEqualTo(Duration.ofSeconds(5));
    assertThat(held.age(start.plusSeconds(5))).isEqualTo(Duration.ofSeconds(65));
    assertThat(held.heldFor(start.minusSeconds(1))).isZero();
    assertThat(held.age(start.minusSeconds(61))).isZero();
  }
}
