package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;

class LanesInterleavingsTest {
  /** The lanes of the messages, in the order of the batch. */
  private static final int[] LANE = {0, 1, 0, 1, 0, 1};

  /** Those that share a conflict key. */
  private static final List<Integer> CONFLICTS = List.of(1, 4);

  @Test
  void lanes_underTheLockOfTheRun_giveNothingPastWhatIsNotSettled() {
    Interleavings.of(Sends.class, SendsSpec.class)
        .play("oldSendReturns", "draw 0; accept 0")
        .playAfter("oldSendReturns; draw 0", "accept 0; draw 0", "draw 1; undraw 1")
        .playAfter("draw 1; oldSendReturns", "again 1", "draw 2; accept 2")
        .check();
  }

  /** Sends of one target, each on a thread of its own. */
  public static class Sends {
    private final ReentrantLock run = new ReentrantLock();
    private final Lanes lanes = new Lanes(Ordering.KEY, false, message -> {});
    private final List<Lane> all = List.of(new Lane("a"), new Lane("b"));
    private final List<List<Outbound>> drawn =
        new ArrayList<>(List.of(List.of(), List.of(), List.of()));
    private boolean held = true;

    public Sends() {
      ConflictQueue item = new ConflictQueue("item");
      for (int order = 0; order < LANE.length; order++) {
        ConflictQueue conflict = CONFLICTS.contains(order) ? item : null;
        FanoutRecord record = FanoutRecord.builder("r" + order, "").build();
        Lane lane = all.get(LANE[order]);
        Outbound message =
            new Outbound(
                List.of(record), new int[] {order}, 1, 1, lane, null, null, conflict, null);
        lane.append(message);
        if (conflict != null) {
          conflict.add(message);
        }
      }
      // An old send holds the first lane, from before it is offered, until it returns.
      lanes.close(all.get(0));
      all.forEach(lanes::offer);
    }

    @Operation
    public String draw(@Param(gen = ThreadIdGen.class) int send) {
      return locked(
          () -> {
            if (drawn.get(send).isEmpty()) {
              drawn.set(send, lanes.draw(Room.of(2, 100)));
            }
            return orders(send);
          });
    }

    @Operation
    public String accept(@Param(gen = ThreadIdGen.class) int send) {
      return giveBack(send, State.DONE);
    }

    @Operation
    public String again(@Param(gen = ThreadIdGen.class) int send) {
      return giveBack(send, State.QUEUED);
    }

    private String giveBack(int send, State state) {
      return locked(
          () -> {
            String orders = orders(send);
            drawn.get(send).forEach(each -> each.state = state);
            lanes.returned(drawn.set(send, List.of()), 0);
            return orders;
          });
    }

    @Operation
    public String undraw(@Param(gen = ThreadIdGen.class) int send) {
      return locked(
          () -> {
            String orders = orders(send);
            lanes.undraw(drawn.set(send, List.of()));
            return orders;
          });
    }

    @Operation
    public boolean oldSendReturns() {
      return locked(
          () -> {
            boolean was = held;
            if (was) {
              lanes.reopen(all.get(0));
            }
            held = false;
            return was;
          });
    }

    private String orders(int send) {
      return drawn.get(send).stream().map(Outbound::order).toList().toString();
    }

    private <T> T locked(Supplier<T> step) {
      run.lock();
      try {
        return step.get();
      } finally {
        run.unlock();
      }
    }
  }

  /**
   * The heads of both lanes that are not closed, unless an earlier message has their conflict key.
   */
  public static class SendsSpec {
    private final TreeSet<Integer> open = new TreeSet<>(List.of(0, 1, 2, 3, 4, 5));
    private final List<List<Integer>> drawn =
        new ArrayList<>(List.of(List.of(), List.of(), List.of()));
    private boolean held = true;

    public String draw(int send) {
      if (drawn.get(send).isEmpty()) {
        List<Integer> heads = new ArrayList<>();
        for (int lane = 0; lane < 2; lane++) {
          int its = lane;
          open.stream()
              .filter(order -> LANE[order] == its)
              .findFirst()
              .filter(this::mayGo)
              .ifPresent(heads::add);
        }
        heads.sort(null);
        drawn.set(send, heads);
      }
      return drawn.get(send).toString();
    }

    private boolean mayGo(int order) {
      boolean out = drawn.stream().anyMatch(each -> each.contains(order));
      boolean shut = LANE[order] == 0 && held;
      boolean behind = order == 4 && open.contains(1);
      return !out && !shut && !behind;
    }

    public String accept(int send) {
      List<Integer> its = drawn.set(send, List.of());
      its.forEach(open::remove);
      return its.toString();
    }

    public String again(int send) {
      return drawn.set(send, List.of()).toString();
    }

    public String undraw(int send) {
      return again(send);
    }

    public boolean oldSendReturns() {
      boolean was = held;
      held = false;
      return was;
    }
  }
}
