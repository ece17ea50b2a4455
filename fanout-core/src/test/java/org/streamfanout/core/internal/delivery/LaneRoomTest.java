package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;

/** How much one call takes from the lanes. */
class LaneRoomTest {
  private static final long ANY = Long.MAX_VALUE;
  private static final int ALL = Integer.MAX_VALUE;

  private static Outbound message(int order, Lane lane, int records) {
    List<FanoutRecord> all =
        IntStream.range(0, records)
            .mapToObj(part -> FanoutRecord.builder("r" + order + "-" + part, "" + order).build())
            .toList();
    Outbound message = new Outbound(all, new int[] {order}, 1, 1, lane, null, null, null, null);
    lane.append(message);
    return message;
  }

  private static List<Integer> orders(List<Outbound> drawn) {
    return drawn.stream().map(Outbound::order).toList();
  }

  /** Offers messages of so many records each, in lanes of their own. */
  private static Lanes unordered(int... records) {
    Lanes lanes = new Lanes(Ordering.NONE, false, message -> {});
    for (int order = 0; order < records.length; order++) {
      Lane lane = new Lane(order);
      message(order, lane, records[order]);
      lanes.offer(lane);
    }
    return lanes;
  }

  @Test
  void draw_records_areNotExceededButByOneMessageAlone() {
    Lanes lanes = unordered(2, 3, 1, 9);

    assertThat(orders(lanes.draw(new Room(10, ANY, 5, ALL, 0)))).containsExactly(0, 1);
    assertThat(orders(lanes.draw(new Room(10, ANY, 5, ALL, 0)))).containsExactly(2);
    assertThat(orders(lanes.draw(new Room(10, ANY, 5, ALL, 0)))).containsExactly(3);
  }

  @Test
  void draw_messages_areNotExceeded() {
    Lanes lanes = unordered(1, 1, 1);

    assertThat(orders(lanes.draw(Room.of(2, ANY)))).containsExactly(0, 1);
    assertThat(orders(lanes.draw(Room.of(2, ANY)))).containsExactly(2);
    assertThat(lanes.draw(Room.of(2, ANY))).isEmpty();
  }

  @Test
  void draw_noMoreIsSentAgainThanTheBudgetHas() {
    Lanes lanes = new Lanes(Ordering.NONE, false, message -> {});
    for (int order = 0; order < 4; order++) {
      Lane lane = new Lane(order);
      message(order, lane, 1).failedWhole = order != 1;
      lanes.offer(lane);
    }

    assertThat(orders(lanes.draw(new Room(10, ANY, ANY, 2, 0)))).containsExactly(0, 1, 2);
  }

  @Test
  void draw_emptyBudget_putsOffWhatFailed_andSendsWhatIsNew() {
    Lanes lanes = new Lanes(Ordering.NONE, false, message -> {});
    for (int order = 0; order < 3; order++) {
      Lane lane = new Lane(order);
      message(order, lane, 1).failedWhole = order < 2;
      lanes.offer(lane);
    }

    assertThat(orders(lanes.draw(new Room(10, ANY, ANY, 0, 700)))).containsExactly(2);

    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.nextDue()).isEqualTo(700);
    assertThat(lanes.hasGuessedPauses()).isTrue();
    lanes.releaseDue(700);
    assertThat(orders(lanes.draw(new Room(10, ANY, ANY, 1, 0)))).containsExactly(0);
  }

  @Test
  void draw_messageThatWasTooLargeInCompany_goesWithFewer() {
    Lanes lanes = new Lanes(Ordering.NONE, false, message -> {});
    for (int order = 0; order < 4; order++) {
      Lane lane = new Lane(order);
      message(order, lane, 1).batchCap = order == 2 ? 2 : ALL;
      lanes.offer(lane);
    }

    assertThat(orders(lanes.draw(Room.of(10, ANY)))).containsExactly(0, 1);
    assertThat(orders(lanes.draw(Room.of(10, ANY)))).containsExactly(2, 3);
  }

  @Test
  void draw_keptOrder_oneOfALane_andRunsAsMuchAsFits() {
    Lane one = new Lane("a");
    Lane many = new Lane("a");
    for (int order = 0; order < 5; order++) {
      message(order, one, 1);
      message(order, many, 1);
    }
    Lanes single = new Lanes(Ordering.KEY, false, message -> {});
    single.offer(one);
    Lanes runs = new Lanes(Ordering.KEY, true, message -> {});
    runs.offer(many);

    assertThat(orders(single.draw(Room.of(3, ANY)))).containsExactly(0);
    assertThat(single.hasReady()).isFalse();
    assertThat(orders(runs.draw(Room.of(3, ANY)))).containsExactly(0, 1, 2);
    assertThat(runs.hasReady()).isFalse();
  }

  @Test
  void undraw_whatWasNotSent_isReadyAgain() {
    Lanes lanes = unordered(1, 1);
    List<Outbound> drawn = lanes.draw(Room.of(10, ANY));

    lanes.undraw(drawn);

    assertThat(drawn).allMatch(message -> message.state == State.QUEUED);
    assertThat(orders(lanes.draw(Room.of(10, ANY)))).containsExactly(0, 1);
  }

  @Test
  void draw_earliestFirst_whateverCameBackWhen() {
    Lanes lanes = unordered(1, 1, 1, 1);
    List<Outbound> first = lanes.draw(Room.of(2, ANY));
    first.forEach(message -> message.state = State.QUEUED);
    lanes.returned(first, 0);

    assertThat(orders(lanes.draw(Room.of(1, ANY)))).containsExactly(0);
    assertThat(orders(lanes.draw(Room.of(10, ANY)))).containsExactly(1, 2, 3);
  }

  /** What failed of a call under BATCH goes again together, before what is behind it. */
  @Test
  void returned_batchOrder_theRestOfTheCallGoesFirst() {
    Lanes lanes = new Lanes(Ordering.BATCH, false, message -> {});
    Lane lane = new Lane("*");
    for (int order = 0; order < 8; order++) {
      message(order, lane, 1);
    }
    lanes.offer(lane);
    List<Outbound> call = lanes.draw(Room.of(6, ANY));
    assertThat(orders(call)).containsExactly(0, 1, 2, 3, 4, 5);
    call.forEach(message -> message.state = message.order() % 2 == 0 ? State.DONE : State.QUEUED);
    lanes.returned(call, 0);

    List<Outbound> rest = lanes.draw(Room.of(6, ANY));
    assertThat(orders(rest)).containsExactly(1, 3, 5);
    rest.forEach(message -> message.state = State.DONE);
    lanes.returned(rest, 0);
    assertThat(orders(lanes.draw(Room.of(6, ANY)))).containsExactly(6, 7);
  }

  @Test
  void returned_batchOrder_whatIsHeldStopsNoNeighbour() {
    Lanes lanes = new Lanes(Ordering.BATCH, false, message -> {});
    Lane lane = new Lane("*");
    for (int order = 0; order < 3; order++) {
      message(order, lane, 1);
    }
    lanes.offer(lane);
    List<Outbound> call = lanes.draw(Room.of(2, ANY));
    call.get(0).state = State.HELD;
    call.get(1).state = State.QUEUED;
    lanes.returned(call, 0);

    List<Outbound> rest = lanes.draw(Room.of(2, ANY));
    assertThat(orders(rest)).containsExactly(1);
    rest.get(0).state = State.DONE;
    lanes.returned(rest, 0);
    assertThat(lanes.hasReady()).as("behind what is held").isFalse();
  }

  @Test
  void returned_run_whatSettledBehindAFailureIsOut() {
    Lanes runs = new Lanes(Ordering.KEY, true, message -> {});
    Lane lane = new Lane("a");
    for (int order = 0; order < 4; order++) {
      message(order, lane, 1);
    }
    runs.offer(lane);
    List<Outbound> call = runs.draw(Room.of(3, ANY));
    call.get(0).state = State.QUEUED;
    call.get(1).state = State.DONE;
    call.get(2).state = State.QUEUED;
    runs.returned(call, 0);

    assertThat(orders(runs.draw(Room.of(3, ANY)))).containsExactly(0, 2, 3);
  }
}
