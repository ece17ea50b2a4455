package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;

class LanesTest {
  private final List<Outbound> presets = new ArrayList<>();

  private Lanes lanes(Ordering ordering) {
    return new Lanes(
        ordering,
        false,
        message -> {
          presets.add(message);
          message.state = State.DONE;
        });
  }

  private static Outbound message(
      int order, Lane lane, @Nullable ConflictQueue conflict, @Nullable Failure preset) {
    FanoutRecord record = FanoutRecord.builder("r" + order, "" + order).build();
    Outbound message =
        new Outbound(List.of(record), new int[] {order}, 1, 1, lane, preset, null, conflict, null);
    lane.append(message);
    if (conflict != null) {
      conflict.add(message);
    }
    return message;
  }

  private static List<Integer> orders(List<Outbound> drawn) {
    return drawn.stream().map(Outbound::order).toList();
  }

  private static void accept(Lanes lanes, List<Outbound> drawn) {
    drawn.forEach(each -> each.state = State.DONE);
    lanes.returned(drawn, 0);
  }

  @Test
  void draw_conflictAcrossLanes_waitsForTheEarlierOne() {
    Lanes lanes = lanes(Ordering.KEY);
    Lane a = new Lane("a");
    Lane b = new Lane("b");
    ConflictQueue item = new ConflictQueue("item");
    message(0, a, null, null);
    message(1, b, item, null);
    message(2, a, item, null);
    message(3, b, null, null);
    lanes.offer(a);
    lanes.offer(b);

    List<Outbound> first = lanes.draw(Room.of(10, 100));
    assertThat(orders(first)).containsExactly(0, 1);
    assertThat(lanes.hasReady()).isFalse();
    accept(lanes, first);

    assertThat(orders(lanes.draw(Room.of(10, 100)))).containsExactly(2, 3);
  }

  @Test
  void offer_presetsAtTheHead_areDealtWithInOrderBeforeTheNext() {
    Lanes lanes = lanes(Ordering.SHARD);
    Lane lane = new Lane("*");
    Failure failure = Failure.rejected("Bad", "never");
    for (int order = 0; order < 20_000; order++) {
      message(order, lane, null, failure);
    }
    message(20_000, lane, null, null);
    lanes.offer(lane);

    assertThat(presets).hasSize(20_000);
    assertThat(orders(lanes.draw(Room.of(10, 100)))).containsExactly(20_000);
  }

  @Test
  void offer_presetsThatShareAConflictKey_doNotRecurse() {
    Lanes lanes = lanes(Ordering.NONE);
    ConflictQueue item = new ConflictQueue("item");
    Failure failure = Failure.rejected("Bad", "never");
    List<Lane> all = new ArrayList<>();
    for (int order = 0; order < 50_000; order++) {
      Lane lane = new Lane(order);
      message(order, lane, item, failure);
      all.add(lane);
    }
    all.forEach(lanes::offer);

    assertThat(presets).hasSize(50_000);
  }

  @Test
  void returned_pause_keepsTheLaneBackUntilItIsOver() {
    Lanes lanes = lanes(Ordering.NONE);
    Lane lane = new Lane("a");
    message(0, lane, null, null);
    lanes.offer(lane);
    List<Outbound> drawn = lanes.draw(Room.of(10, 100));
    drawn.get(0).state = State.QUEUED;
    lanes.returned(drawn, 1_000);

    lanes.releaseDue(999);
    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.hasWaiting()).isTrue();
    lanes.releaseDue(1_000);

    assertThat(orders(lanes.draw(Room.of(10, 100)))).containsExactly(0);
    assertThat(lanes.hasWaiting()).isFalse();
  }

  @Test
  void returned_conflictSettlesInTheSameCall_doesNotCutThePauseShort() {
    Lanes lanes = lanes(Ordering.KEY);
    Lane a = new Lane("a");
    Lane b = new Lane("b");
    ConflictQueue item = new ConflictQueue("item");
    message(0, a, item, null);
    message(1, b, null, null);
    message(2, b, item, null);
    lanes.offer(a);
    lanes.offer(b);
    List<Outbound> drawn = lanes.draw(Room.of(10, 100));
    assertThat(orders(drawn)).containsExactly(0, 1);
    drawn.get(0).state = State.DONE;
    drawn.get(1).state = State.QUEUED;

    lanes.returned(drawn, 1_000);

    assertThat(lanes.hasReady()).isFalse();
    lanes.releaseDue(1_000);
    assertThat(orders(lanes.draw(Room.of(10, 100)))).containsExactly(1);
  }

  @Test
  void returned_heldHead_hasNoPauseToWaitFor() {
    Lanes lanes = new Lanes(Ordering.SHARD, true, message -> {});
    Lane lane = new Lane("*");
    message(0, lane, null, null);
    message(1, lane, null, null);
    lanes.offer(lane);
    List<Outbound> drawn = lanes.draw(Room.of(10, 100));
    drawn.get(0).state = State.HELD;
    drawn.get(1).state = State.QUEUED;

    lanes.returned(drawn, 1_000);

    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.hasWaiting()).isFalse();
  }

  @Test
  void closedLane_givesNothingUntilReopened() {
    Lanes lanes = lanes(Ordering.KEY);
    Lane lane = new Lane("a");
    message(0, lane, null, null);
    lanes.close(lane);
    lanes.offer(lane);
    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.hasWaiting()).isTrue();

    lanes.reopen(lane);

    assertThat(orders(lanes.draw(Room.of(10, 100)))).containsExactly(0);
  }

  @Test
  void draw_bytes_areNeverExceededButByOneMessageAlone() {
    Lanes lanes = lanes(Ordering.NONE);
    for (int order = 0; order < 3; order++) {
      Lane lane = new Lane(order);
      FanoutRecord record = FanoutRecord.builder("r" + order, "" + order).build();
      lane.append(
          new Outbound(List.of(record), new int[] {order}, 6, 6, lane, null, null, null, null));
      lanes.offer(lane);
    }

    assertThat(orders(lanes.draw(Room.of(10, 12)))).containsExactly(0, 1);
    assertThat(orders(lanes.draw(Room.of(10, 5)))).containsExactly(2);
  }
}
