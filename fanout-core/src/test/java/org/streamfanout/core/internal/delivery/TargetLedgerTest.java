package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.TargetLedger.End;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TargetCounts;

/** Each record has one end, and is counted once. */
class TargetLedgerTest {
  private final TargetPlan plan = new TargetPlan();

  private static FanoutRecord record(int number) {
    return FanoutRecord.builder("r" + number, Integer.toString(number)).build();
  }

  private TargetLedger ledger(int records) {
    for (int item = 0; item < records; item++) {
      plan.add(item, record(item));
    }
    return new TargetLedger(plan);
  }

  @Test
  void counts_eachRecordOnce_byItsFirstEnd() {
    plan.addFiltered(0, record(0));
    plan.addRejected(1, record(1), Failure.rejected("Bad", "never"));
    plan.add(2, record(2));
    plan.leaveOut(2);
    TargetLedger ledger = ledger(4);

    ledger.settle(1, End.DEAD_LETTERED);
    ledger.settle(3, End.ACCEPTED);
    ledger.settle(3, End.DROPPED);
    ledger.settle(4, End.DROPPED);
    ledger.settle(0, End.ACCEPTED);
    ledger.settle(2, End.ACCEPTED);
    ledger.called(0);
    ledger.called(3);

    assertThat(ledger.counts()).isEqualTo(new TargetCounts(7, 1, 1, 1, 1, 1, 0, 2, 2, 3));
    assertThat(ledger.end(3)).isEqualTo(End.ACCEPTED);
    assertThat(ledger.isOpen(5)).isTrue();
    assertThat(ledger.isOutputOpen(5)).isTrue();
    assertThat(ledger.isOutputOpen(3)).isFalse();
    assertThat(ledger.hasOpen()).isTrue();
    assertThat(ledger.isConserved()).isTrue();
  }

  @Test
  void releaseOpen_takesWhatIsOpen_andNothingElse() {
    TargetLedger ledger = ledger(3);
    ledger.settle(1, End.ACCEPTED);

    ledger.releaseOpen();

    assertThat(ledger.counts()).isEqualTo(new TargetCounts(3, 1, 0, 0, 0, 0, 2, 0, 0, 0));
    assertThat(ledger.hasOpen()).isFalse();
    assertThat(ledger.isConserved()).isTrue();
  }

  @Test
  void plan_ofManyRecords_keepsWhereEachCameFrom() {
    for (int item = 0; item < 100; item++) {
      plan.add(item / 3, item % 3, record(item));
    }

    for (int item = 0; item < 100; item++) {
      assertThat(plan.sourceIndex(item)).isEqualTo(item / 3);
      assertThat(plan.part(item)).isEqualTo(item % 3);
      assertThat(plan.record(item).id()).isEqualTo("r" + item);
    }
    assertThat(plan.size()).isEqualTo(100);
    assertThat(plan.outputCount()).isEqualTo(100);
  }

  @Test
  void plan_tellsWhyAndHowFar() {
    Failure failure = Failure.rejected("Bad", "never");
    plan.add(0, record(0));
    assertThat(plan.progress(0)).isEqualTo(TargetPlan.Progress.READY);
    assertThat(plan.hasAttemptsBefore()).isFalse();
    plan.addRejected(1, record(1), failure, TargetPlan.Progress.NOT_DECODED);
    plan.addFiltered(2, record(2));
    plan.add(3, record(3));
    plan.leaveOut(3);
    plan.attemptsBefore(0, 4);

    assertThat(plan.outputRejection(0)).isNull();
    assertThat(plan.outputRejection(1)).isEqualTo(failure);
    assertThat(plan.outputProgress(1)).isEqualTo(TargetPlan.Progress.NOT_DECODED);
    assertThat(plan.outputProgress(0)).isEqualTo(TargetPlan.Progress.READY);
    assertThat(List.of(0, 1, 2, 3)).filteredOn(plan::isOutputPlanned).containsExactly(0, 1);
    assertThat(plan.hasAttemptsBefore()).isTrue();
    assertThat(plan.attemptsBefore(0)).isEqualTo(4);
    assertThat(plan.attemptsBefore(3)).isZero();
    assertThat(plan.itemsOf(3)).containsExactly(3);
    assertThat(plan.madeOf(3)).isEmpty();
    assertThat(plan.hasOutputs()).isFalse();
  }
}
