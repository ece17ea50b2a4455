package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

class SlotsInterleavingsTest {
  private static final int CALLS = 3;
  private static final int SLOTS = 1;

  @Test
  void slots_anyOrderOfSteps_areGrantedInTurn_andNoWakeUpIsLost() {
    Interleavings.of(Turns.class, TurnsSpec.class)
        .playAfter("tryAcquire 0", "release 0", "tryAcquire 1; takeWakeUp 1")
        .playAfter(
            "tryAcquire 0; tryAcquire 1; tryAcquire 2", "release 0", "forget 1; takeWakeUp 1")
        .playAfter("tryAcquire 0", "putBack 0", "tryAcquire 1; takeWakeUp 1")
        .check();
  }

  @Test
  void slots_whoseLimitMoves_anyOrderOfSteps_areGrantedOneAtATime() {
    Interleavings.of(MovingLimit.class, MovingLimit.class)
        .playAfter("tryAcquire 0; tryAcquire 1", "throttled 0; limit", "accepted 1; tryAcquire 1")
        .check();
  }

  @Test
  void byteBudget_anyOrderOfSteps_neverExceedsItsBound_andNoWakeUpIsLost() {
    Interleavings.of(Budget.class, BudgetSpec.class)
        .playAfter("tryAcquire 0 3 false", "release 0", "tryAcquire 1 3 false; takeWakeUp 1")
        .play("tryAcquire 0 3 false", "tryAcquire 1 3 true", "tryAcquire 2 1 false")
        .check();
  }

  @Test
  void plantedCheckThenAct_isFound() {
    Interleavings.of(CheckThenAct.class, TurnsSpec.class)
        .play("tryAcquire 0", "tryAcquire 1")
        .finds(Interleavings.NO_ORDER_EXPLAINS_IT);
  }

  @Test
  void plantedLostWakeUp_isFound() {
    Interleavings.of(LateWaiter.class, TurnsSpec.class)
        .playAfter("tryAcquire 0", "release 0", "tryAcquire 1; takeWakeUp 1")
        .finds(Interleavings.NO_ORDER_EXPLAINS_IT);
  }

  /** Calls that share a target's slots, each on a thread of its own. */
  public static class Turns {
    private final Slots slots = new Slots(SLOTS);
    private final AtomicIntegerArray woken = new AtomicIntegerArray(CALLS);
    private final Slots.Waiter[] waiters = new Slots.Waiter[CALLS];
    private final int[] held = new int[CALLS];

    public Turns() {
      for (int call = 0; call < CALLS; call++) {
        int its = call;
        waiters[call] = () -> woken.set(its, 1);
      }
    }

    @Operation
    public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int call) {
      boolean granted = slots.tryAcquire(waiters[call]);
      held[call] += granted ? 1 : 0;
      return granted;
    }

    @Operation
    public boolean release(@Param(gen = ThreadIdGen.class) int call) {
      if (held[call] == 0) {
        return false;
      }
      held[call]--;
      slots.release();
      return true;
    }

    @Operation
    public boolean putBack(@Param(gen = ThreadIdGen.class) int call) {
      if (held[call] == 0) {
        return false;
      }
      held[call]--;
      slots.putBack(waiters[call]);
      return true;
    }

    @Operation
    public void forget(@Param(gen = ThreadIdGen.class) int call) {
      slots.forget(waiters[call]);
    }

    @Operation
    public boolean takeWakeUp(@Param(gen = ThreadIdGen.class) int call) {
      return woken.getAndSet(call, 0) == 1;
    }
  }

  /** A queue of who waits, and how many are taken. */
  public static class TurnsSpec {
    private final List<Integer> waiting = new ArrayList<>();
    private final Set<Integer> woken = new LinkedHashSet<>();
    private final int[] held = new int[CALLS];
    private int taken;

    public boolean tryAcquire(int call) {
      if (taken == SLOTS || (!waiting.isEmpty() && waiting.get(0) != call)) {
        if (!waiting.contains(call)) {
          waiting.add(call);
        }
        return false;
      }
      waiting.remove((Integer) call);
      taken++;
      held[call]++;
      wakeFirst();
      return true;
    }

    public boolean release(int call) {
      return giveBack(call) && wakeFirst();
    }

    public boolean putBack(int call) {
      if (!giveBack(call)) {
        return false;
      }
      waiting.remove((Integer) call);
      waiting.add(0, call);
      return true;
    }

    private boolean giveBack(int call) {
      if (held[call] == 0) {
        return false;
      }
      held[call]--;
      taken--;
      return true;
    }

    public void forget(int call) {
      if (waiting.remove((Integer) call)) {
        wakeFirst();
      }
    }

    public boolean takeWakeUp(int call) {
      return woken.remove(call);
    }

    private boolean wakeFirst() {
      if (taken < SLOTS && !waiting.isEmpty()) {
        woken.add(waiting.get(0));
      }
      return true;
    }
  }

  /** Sends of a target that throttles some of them. */
  public static class MovingLimit {
    private final Slots slots = new Slots(4);
    private final int[] held = new int[CALLS];

    @Operation
    public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int call) {
      Slots.Waiter nobody = () -> {};
      boolean granted = slots.tryAcquire(nobody);
      if (granted) {
        held[call]++;
      } else {
        slots.forget(nobody);
      }
      return granted;
    }

    @Operation
    public boolean accepted(@Param(gen = ThreadIdGen.class) int call) {
      return giveBack(call) && slots.accepted();
    }

    @Operation
    public boolean throttled(@Param(gen = ThreadIdGen.class) int call) {
      return giveBack(call) && slots.throttled();
    }

    private boolean giveBack(int call) {
      if (held[call] == 0) {
        return false;
      }
      held[call]--;
      slots.release();
      return true;
    }

    @Operation
    public int limit() {
      return slots.limit();
    }
  }

  /** Sends of several targets that share an engine's bytes. */
  @Param(name = "bytes", gen = IntGen.class, conf = "1:3")
  @Param(name = "first", gen = BooleanGen.class)
  public static class Budget {
    private final ByteBudget budget = new ByteBudget(4);
    private final AtomicIntegerArray woken = new AtomicIntegerArray(CALLS);
    private final Slots.Waiter[] waiters = new Slots.Waiter[CALLS];
    private final int[] held = new int[CALLS];

    public Budget() {
      for (int call = 0; call < CALLS; call++) {
        int its = call;
        waiters[call] = () -> woken.set(its, 1);
      }
    }

    @Operation
    public boolean tryAcquire(
        @Param(gen = ThreadIdGen.class) int call,
        @Param(name = "bytes") int bytes,
        @Param(name = "first") boolean first) {
      boolean granted = budget.tryAcquire(bytes, first, waiters[call]);
      held[call] += granted ? bytes : 0;
      return granted;
    }

    @Operation
    public void release(@Param(gen = ThreadIdGen.class) int call) {
      budget.release(held[call]);
      held[call] = 0;
    }

    @Operation
    public void forget(@Param(gen = ThreadIdGen.class) int call) {
      budget.forget(waiters[call]);
    }

    @Operation
    public boolean takeWakeUp(@Param(gen = ThreadIdGen.class) int call) {
      return woken.getAndSet(call, 0) == 1;
    }
  }

  /** A sum, and who was refused since anything was given back. */
  public static class BudgetSpec {
    private final Set<Integer> waiting = new LinkedHashSet<>();
    private final Set<Integer> woken = new LinkedHashSet<>();
    private final int[] held = new int[CALLS];

    public boolean tryAcquire(int call, int bytes, boolean first) {
      boolean granted = first || held[0] + held[1] + held[2] + bytes <= 4;
      if (granted) {
        held[call] += bytes;
        waiting.remove(call);
      } else {
        waiting.add(call);
      }
      return granted;
    }

    public void release(int call) {
      held[call] = 0;
      woken.addAll(waiting);
      waiting.clear();
    }

    public void forget(int call) {
      waiting.remove(call);
    }

    public boolean takeWakeUp(int call) {
      return woken.remove(call);
    }
  }

  /** Looks whether a slot is free, and takes it a step later. */
  public static class CheckThenAct {
    private final AtomicInteger taken = new AtomicInteger();

    @Operation
    public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int call) {
      if (taken.get() == SLOTS) {
        return false;
      }
      taken.incrementAndGet();
      return true;
    }
  }

  /**
   * Says that somebody waits a step after it has looked: what is given back in between wakes
   * nobody.
   */
  public static class LateWaiter {
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Integer> waiting = new LinkedHashSet<>();
    private final Set<Integer> woken = new LinkedHashSet<>();
    private final int[] held = new int[CALLS];
    private int taken;

    @Operation
    public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int call) {
      return locked(() -> take(call)) || locked(() -> waiting.add(call) && false);
    }

    private boolean take(int call) {
      if (taken == SLOTS || (!waiting.isEmpty() && waiting.iterator().next() != call)) {
        return false;
      }
      waiting.remove(call);
      taken++;
      held[call]++;
      return wakeFirst();
    }

    @Operation
    public boolean release(@Param(gen = ThreadIdGen.class) int call) {
      return locked(
          () -> {
            if (held[call] == 0) {
              return false;
            }
            held[call]--;
            taken--;
            return wakeFirst();
          });
    }

    @Operation
    public boolean takeWakeUp(@Param(gen = ThreadIdGen.class) int call) {
      return locked(() -> woken.remove(call));
    }

    private boolean wakeFirst() {
      if (taken < SLOTS && !waiting.isEmpty()) {
        woken.add(waiting.iterator().next());
      }
      return true;
    }

    private boolean locked(BooleanSupplier step) {
      lock.lock();
      try {
        return step.getAsBoolean();
      } finally {
        lock.unlock();
      }
    }
  }
}
