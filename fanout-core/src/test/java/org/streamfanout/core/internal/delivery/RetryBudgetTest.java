package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;

@ExtendWith(NoLockLeft.class)
class RetryBudgetTest {
  private final RetryBudget budget = new RetryBudget(10, 1_000, Long.MAX_VALUE - 10);
  private long now = Long.MAX_VALUE - 10;

  @Test
  void somethingGetsThrough_noBound() {
    budget.sent(10, 500, now);

    assertThat(budget.allowed(now)).isEqualTo(Integer.MAX_VALUE);
    assertThat(budget.accepted()).isFalse();
  }

  @Test
  void nothingGetsThrough_theReserve_thenATenthOfWhatIsNew() {
    budget.sent(5_000, 0, now);
    budget.failed();
    assertThat(budget.allowed(now)).isEqualTo(RetryBudget.RESERVE);
    budget.sent(0, RetryBudget.RESERVE, now);
    assertThat(budget.allowed(now)).isZero();

    budget.sent(50, 0, now);
    assertThat(budget.allowed(now)).isEqualTo(5);
  }

  @Test
  void empty_oneNowAndThen() {
    budget.failed();
    budget.sent(0, RetryBudget.RESERVE, now);
    assertThat(budget.nextAt()).isEqualTo(now + 1_000);
    now += 999;
    assertThat(budget.allowed(now)).isZero();
    now += 1;
    assertThat(budget.allowed(now)).isEqualTo(1);
    budget.sent(0, 1, now);
    assertThat(budget.allowed(now)).isZero();
  }

  @Test
  void accepted_fillsTheReserveAndLiftsTheBound() {
    budget.failed();
    budget.sent(0, RetryBudget.RESERVE, now);

    assertThat(budget.accepted()).isTrue();
    assertThat(budget.allowed(now)).isEqualTo(Integer.MAX_VALUE);
    budget.failed();
    assertThat(budget.allowed(now)).isEqualTo(RetryBudget.RESERVE);
  }

  @Test
  void lastOfTheReserve_goesWithoutAPause() {
    budget.failed();
    budget.sent(0, RetryBudget.RESERVE - 1, now);

    assertThat(budget.allowed(now)).isEqualTo(1);
  }

  @Test
  void onlyNewOnesAreSent_thePaceIsNotPutOff() {
    budget.failed();
    budget.sent(0, RetryBudget.RESERVE, now);
    long next = budget.nextAt();
    now += 500;

    budget.sent(1, 0, now);

    assertThat(budget.nextAt()).isEqualTo(next);
  }

  @Test
  void moreThanTheBudgetIsSent_isNoDebt() {
    budget.failed();
    budget.sent(0, RetryBudget.RESERVE + 50, now);
    budget.sent(10, 0, now);

    assertThat(budget.allowed(now)).isEqualTo(1);
  }
}
