package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;

/** Which lanes wait, until when, and what ends a pause before its time. */
class LanePausesTest {
  private static final Room ROOM = Room.of(100, 1_000);
  private static final Failure GUESSED = Failure.retryable("Busy", "later");
  private static final Failure ASKED =
      Failure.throttled("SlowDown", "in a while").withRetryAfter(Duration.ofNanos(1));

  private final Lanes lanes = new Lanes(Ordering.KEY, false, message -> {});

  private static Outbound message(int order, Lane lane) {
    FanoutRecord record = FanoutRecord.builder("r" + order, "" + order).build();
    Outbound message =
        new Outbound(List.of(record), new int[] {order}, 1, 1, lane, null, null, null, null);
    lane.append(message);
    return message;
  }

  /** Puts a message into a lane of its own that pauses after a failure. */
  private Outbound paused(int order, long until, Failure failure) {
    Lane lane = new Lane(order);
    Outbound message = message(order, lane);
    lanes.offer(lane);
    List<Outbound> drawn = lanes.draw(ROOM);
    assertThat(drawn).containsExactly(message);
    message.lastFailure = failure;
    message.state = State.QUEUED;
    lanes.returned(drawn, until);
    return message;
  }

  private List<Integer> draw() {
    return lanes.draw(ROOM).stream().map(Outbound::order).toList();
  }

  @Test
  void nextDue_isTheSoonestPausesEnd() {
    assertThat(lanes.nextDue()).isEqualTo(Long.MAX_VALUE);
    paused(0, 3_000, GUESSED);
    paused(1, 1_000, ASKED);
    paused(2, 2_000, GUESSED);

    assertThat(lanes.nextDue()).isEqualTo(1_000);
    lanes.releaseDue(1_500);
    assertThat(lanes.nextDue()).isEqualTo(2_000);
    assertThat(draw()).containsExactly(1);
  }

  @Test
  void releaseFirst_endsTheShortestPauseThatWasGuessed_andNoOther() {
    paused(0, 3_000, GUESSED);
    paused(1, 1_000, ASKED);
    paused(2, 2_000, GUESSED);

    lanes.releaseFirst();

    assertThat(draw()).containsExactly(2);
    assertThat(lanes.nextDue()).isEqualTo(1_000);
    lanes.releaseDue(3_000);
    assertThat(draw()).containsExactly(0, 1);
  }

  @Test
  void releaseFirst_whatTheDestinationAskedFor_isWaitedFor() {
    paused(0, 1_000, ASKED);
    assertThat(lanes.hasGuessedPauses()).isFalse();

    lanes.releaseFirst();

    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.hasWaiting()).isTrue();
    paused(1, 2_000, GUESSED);
    assertThat(lanes.hasGuessedPauses()).isTrue();
  }

  @Test
  void hasten_shortensWhatWasGuessed_andLengthensNothing() {
    paused(0, 5_000, GUESSED);
    paused(1, 1_100, GUESSED);
    paused(2, 4_000, ASKED);
    paused(3, 3_000, GUESSED);

    lanes.hasten(1_000, () -> 1_500);

    lanes.releaseDue(1_100);
    assertThat(draw()).containsExactly(1);
    lanes.releaseDue(1_499);
    assertThat(lanes.hasReady()).isFalse();
    lanes.releaseDue(1_500);
    assertThat(draw()).containsExactly(0, 3);
    assertThat(lanes.nextDue()).isEqualTo(4_000);
  }

  @Test
  void releaseIf_endsThePausesOfWantedHeads_andKeepsTheOthers() {
    Outbound wanted = paused(0, 5_000, ASKED);
    paused(1, 3_000, GUESSED);

    lanes.releaseIf(head -> head == wanted);

    assertThat(draw()).containsExactly(0);
    assertThat(lanes.nextDue()).isEqualTo(3_000);
    lanes.releaseAll();
    assertThat(draw()).containsExactly(1);
    assertThat(lanes.hasWaiting()).isFalse();
  }

  @Test
  void drawFronts_takesWhatIsWantedInFrontOfReadyLanes_andLeavesTheRest() {
    Outbound paused = paused(0, 5_000, GUESSED);
    Lane second = new Lane("b");
    Outbound head = message(1, second);
    message(2, second);
    Lane third = new Lane("c");
    message(3, third);
    lanes.offer(second);
    lanes.offer(third);

    assertThat(lanes.drawFronts(message -> message.order() < 2)).containsExactly(head);

    assertThat(head.state).isEqualTo(State.IN_FLIGHT);
    assertThat(draw()).containsExactly(3);
    assertThat(paused.state).isEqualTo(State.QUEUED);
    head.state = State.DONE;
    lanes.returned(List.of(head), 0);
    assertThat(draw()).as("what was behind it").containsExactly(2);
  }

  @Test
  void forEachHead_tellsReadyAndPausingOnes_notWhatIsBehindThem() {
    paused(0, 5_000, GUESSED);
    Lane second = new Lane("b");
    message(1, second);
    message(2, second);
    lanes.offer(second);

    List<Integer> told = new ArrayList<>();
    lanes.forEachHead(head -> told.add(head.order()));

    assertThat(told).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void close_byTwoHungSends_isOpenOnlyWhenBothHaveReturned() {
    Lane lane = new Lane("a");
    message(0, lane);
    lanes.close(lane);
    lanes.close(lane);
    lanes.offer(lane);

    lanes.reopen(lane);
    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.hasWaiting()).isTrue();
    lanes.reopen(lane);

    assertThat(draw()).containsExactly(0);
    assertThat(lanes.hasWaiting()).isFalse();
  }

  @Test
  void close_conflictKeyByTwoHungSends_isOpenOnlyWhenBothHaveReturned() {
    Lane lane = new Lane("a");
    ConflictQueue item = new ConflictQueue("item");
    conflicting(0, lane, item);
    lanes.close(item);
    assertThat(lanes.hasWaiting()).isTrue();
    lanes.close(item);
    lanes.offer(lane);

    lanes.reopen(item);
    assertThat(lanes.hasReady()).isFalse();
    assertThat(lanes.hasWaiting()).isTrue();
    lanes.reopen(item);

    assertThat(draw()).containsExactly(0);
    assertThat(lanes.hasWaiting()).isFalse();
  }

  @Test
  void withdraw_takesAReadyLaneOut_untilItIsOfferedAnew() {
    Lane lane = new Lane("a");
    Outbound first = message(0, lane);
    message(1, lane);
    lanes.offer(lane);

    lanes.withdraw(first);
    assertThat(lanes.hasReady()).isFalse();
    first.state = State.DONE;
    lane.sweepFront();
    lanes.offer(lane);

    assertThat(draw()).containsExactly(1);
  }

  @Test
  void withdraw_laneThatCameBackOutOfTurn_isTakenOut() {
    Lane early = new Lane("a");
    Outbound first = message(0, early);
    Lane late = new Lane("b");
    message(1, late);
    lanes.offer(late);
    lanes.offer(early);

    lanes.withdraw(first);

    assertThat(draw()).containsExactly(1);
    assertThat(lanes.hasReady()).isFalse();
  }

  @Test
  void drawFronts_messageBehindAnotherOfItsConflictKey_staysWhereItIs() {
    ConflictQueue item = new ConflictQueue("item");
    Lane one = new Lane("a");
    Lane other = new Lane("b");
    Outbound first = conflicting(0, one, item);
    Outbound second = conflicting(1, other, item);
    lanes.offer(one);
    lanes.offer(other);

    assertThat(lanes.drawFronts(message -> true)).containsExactly(first);
    assertThat(lanes.hasReady()).isFalse();

    first.state = State.DONE;
    lanes.returned(List.of(first), 0);
    assertThat(lanes.drawFronts(message -> true)).containsExactly(second);
  }

  private static Outbound conflicting(int order, Lane lane, ConflictQueue item) {
    FanoutRecord record = FanoutRecord.builder("r" + order, "" + order).build();
    Outbound message =
        new Outbound(List.of(record), new int[] {order}, 1, 1, lane, null, null, item, null);
    lane.append(message);
    item.add(message);
    return message;
  }

  /** A lane for dead letters is empty now and then, and filled again. */
  @Test
  void append_toALaneThatWasEmptied_isItsHead() {
    Lane lane = new Lane("a");
    message(0, lane).state = State.DONE;
    lane.sweepFront();
    message(1, lane);
    lanes.offer(lane);
    List<Outbound> drawn = lanes.draw(ROOM);
    assertThat(drawn).extracting(Outbound::order).containsExactly(1);
    drawn.get(0).state = State.DONE;
    lane.sweep();
    lane.inFlight = false;

    message(2, lane);
    lanes.offer(lane);

    assertThat(draw()).containsExactly(2);
  }

  @Test
  void append_behindWhatIsLeft_afterTheLastWasSettled() {
    Lane lane = new Lane("a");
    Outbound first = message(0, lane);
    message(1, lane).state = State.DONE;
    lane.sweep();
    Outbound appended = message(2, lane);

    assertThat(lane.head).isSameAs(first);
    assertThat(first.next).isSameAs(appended);
    assertThat(appended.next).isNull();
  }

  @Test
  void replace_partsTakeTheMessagesPlace_whereverItWas() {
    Lane lane = new Lane("a");
    Outbound one = message(0, lane);
    Outbound two = message(1, lane);
    Outbound three = message(2, lane);
    Lane parts = new Lane("parts");

    lane.replace(two, message(10, parts), message(11, parts));
    lane.replace(three, message(20, parts), message(21, parts));
    lane.replace(one, message(30, parts), message(31, parts));
    message(3, lane);

    List<Integer> all = new ArrayList<>();
    for (Outbound at = lane.head; at != null; at = at.next) {
      all.add(at.order());
    }
    assertThat(all).containsExactly(30, 31, 10, 11, 20, 21, 3);
  }

  @Test
  void forEachHead_laneThatCameBackOutOfTurn_isToldToo() {
    Lane early = new Lane("a");
    message(0, early);
    Lane late = new Lane("b");
    message(1, late);
    lanes.offer(late);
    lanes.offer(early);

    List<Integer> told = new ArrayList<>();
    lanes.forEachHead(head -> told.add(head.order()));

    assertThat(told).containsExactlyInAnyOrder(0, 1);
    assertThat(draw()).containsExactly(0, 1);
  }

  @Test
  void replaceFirst_partsOfASplitMessage_goBeforeWhatFollowedIt() {
    ConflictQueue item = new ConflictQueue("item");
    conflicting(0, new Lane("a"), item);
    Outbound behind = conflicting(1, new Lane("b"), item);
    Outbound one = message(10, new Lane("c"));
    Outbound two = message(11, new Lane("d"));

    item.replaceFirst(one, two);

    assertThat(item.first()).isSameAs(one);
    assertThat(item.remove(one)).isSameAs(two);
    assertThat(item.remove(two)).isSameAs(behind);
    assertThat(item.admits(behind)).isTrue();
    assertThat(item.remove(behind)).isNull();
  }
}
