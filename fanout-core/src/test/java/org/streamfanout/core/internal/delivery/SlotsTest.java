package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;

@ExtendWith(NoLockLeft.class)
class SlotsTest {
  private final List<String> woken = new ArrayList<>();
  private final Slots.Waiter first = () -> woken.add("first");
  private final Slots.Waiter second = () -> woken.add("second");
  private final Slots.Waiter third = () -> woken.add("third");

  @Test
  void tryAcquire_whoWaitsLongest_isNext() {
    Slots slots = new Slots(1);
    assertThat(slots.tryAcquire(first)).isTrue();
    assertThat(slots.tryAcquire(second)).isFalse();
    assertThat(slots.tryAcquire(first)).isFalse();
    slots.release();

    assertThat(woken).containsExactly("second");
    assertThat(slots.tryAcquire(first)).isFalse();
    assertThat(slots.tryAcquire(second)).isTrue();
    assertThat(slots.tryAcquire(second)).isFalse();
    slots.release();

    assertThat(slots.tryAcquire(second)).isFalse();
    assertThat(slots.tryAcquire(first)).isTrue();
  }

  @Test
  void forget_theFirst_wakesTheNext() {
    Slots slots = new Slots(1);
    slots.tryAcquire(first);
    slots.tryAcquire(second);
    slots.tryAcquire(third);
    slots.release();
    woken.clear();

    slots.forget(second);

    assertThat(woken).containsExactly("third");
    assertThat(slots.tryAcquire(third)).isTrue();
  }

  @Test
  void putBack_isTheNextAgain() {
    Slots slots = new Slots(1);
    slots.tryAcquire(first);
    slots.tryAcquire(second);
    slots.tryAcquire(third);
    slots.release();
    assertThat(slots.tryAcquire(second)).isTrue();

    slots.putBack(second);

    assertThat(slots.tryAcquire(third)).isFalse();
    assertThat(slots.tryAcquire(second)).isTrue();
  }

  @Test
  void throttled_halves_downToOne_andAcceptedGrowsAgain() {
    Slots slots = new Slots(8);
    assertThat(slots.throttled()).isTrue();
    assertThat(slots.limit()).isEqualTo(4);
    for (int call = 0; call < 6; call++) {
      slots.throttled();
    }
    assertThat(slots.limit()).isEqualTo(1);
    assertThat(slots.throttled()).isFalse();

    // A storm says nothing of where the limit is: back to half by one for each, then slower.
    for (int call = 0; call < 3; call++) {
      assertThat(slots.accepted()).isTrue();
    }
    assertThat(slots.limit()).isEqualTo(4);
    assertThat(slots.accepted()).isFalse();
    for (int call = 0; call < 40; call++) {
      slots.accepted();
    }
    assertThat(slots.limit()).isEqualTo(8);
    assertThat(slots.accepted()).isFalse();
  }

  @Test
  void throttled_whoIsBeyondTheLimit_waitsUntilEnoughAreBack() {
    Slots slots = new Slots(2);
    slots.tryAcquire(first);
    slots.tryAcquire(second);
    slots.throttled();
    slots.release();

    assertThat(slots.tryAcquire(third)).isFalse();
    slots.release();
    assertThat(woken).containsExactly("third");
    assertThat(slots.tryAcquire(third)).isTrue();
  }

  @Test
  void byteBudget_firstOfATarget_passesAboveTheBound() {
    ByteBudget budget = new ByteBudget(10);
    assertThat(budget.tryAcquire(8, true, first)).isTrue();
    assertThat(budget.tryAcquire(8, false, second)).isFalse();
    assertThat(budget.tryAcquire(8, true, third)).isTrue();
    budget.release(8);

    assertThat(woken).containsExactly("second");
    assertThat(budget.tryAcquire(3, false, second)).isFalse();
    budget.release(8);

    assertThat(budget.tryAcquire(8, false, second)).isTrue();
  }

  @Test
  void accepted_limitGrows_wakesWhoWaits() {
    Slots slots = new Slots(4);
    slots.throttled();
    slots.throttled();
    slots.tryAcquire(first);
    slots.tryAcquire(second);
    assertThat(woken).isEmpty();

    assertThat(slots.accepted()).isTrue();

    assertThat(woken).containsExactly("second");
  }

  @Test
  void byteBudget_whatFitsExactly_goes() {
    ByteBudget budget = new ByteBudget(10);
    budget.tryAcquire(4, true, first);

    assertThat(budget.tryAcquire(6, false, second)).isTrue();
    assertThat(budget.tryAcquire(1, false, third)).isFalse();
  }

  @Test
  void byteBudget_whoGaveUpOrWasWoken_isNotWokenAgain() {
    ByteBudget budget = new ByteBudget(10);
    budget.tryAcquire(10, true, first);
    budget.tryAcquire(1, false, second);
    budget.tryAcquire(1, false, third);
    budget.forget(second);
    budget.release(5);
    budget.release(5);

    assertThat(woken).containsExactly("third");
  }

  @Test
  void tryAcquire_moreIsFree_wakesTheNextInTurn() {
    Slots slots = new Slots(2);
    slots.tryAcquire(first);
    slots.tryAcquire(first);
    slots.tryAcquire(second);
    slots.tryAcquire(third);
    slots.release();
    slots.release();
    woken.clear();

    assertThat(slots.tryAcquire(second)).isTrue();

    assertThat(woken).containsExactly("third");
  }
}
