package org.streamfanout.core.internal.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Ordering;

/**
 * The order rules of one target, in one place: which messages may go out now. Guarded by the run's
 * lock.
 *
 * <p>{@code NONE} gives every message a lane of its own, {@code KEY} one per key, {@code BATCH} and
 * {@code SHARD} one in all. A batch takes at most one message of a lane, but for runs, where the
 * destination promises that nothing takes effect behind a failure, and but for {@code BATCH}, where
 * one call takes as much as it can hold and nothing else is in flight.
 */
final class Lanes {
  private final Ordering ordering;
  private final boolean runs;

  /** Called with the head of a lane that fails without being sent. */
  private final Consumer<Outbound> onPreset;

  private final ReadyLanes ready = new ReadyLanes();
  private final PriorityQueue<Delay> delayed =
      new PriorityQueue<>(Comparator.comparingLong((Delay delay) -> delay.until));

  /** Under BATCH, what is left of the last call: it goes again before anything else. */
  private final List<Outbound> current = new ArrayList<>();

  private final ArrayDeque<Lane> offered = new ArrayDeque<>();
  private boolean offering;

  private int closed;

  /**
   * A pause.
   *
   * @param asked whether the destination asked for it
   */
  private record Delay(long until, Lane lane, boolean asked) {}

  Lanes(Ordering ordering, boolean runs, Consumer<Outbound> onPreset) {
    this.ordering = ordering;
    this.runs = runs;
    this.onPreset = onPreset;
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  /** Returns whether something will become ready by itself, or when an old send returns. */
  boolean hasWaiting() {
    return !delayed.isEmpty() || closed > 0;
  }

  /** Returns when the next lane's pause ends, or {@code Long.MAX_VALUE} if none pauses. */
  long nextDue() {
    Delay first = delayed.peek();
    return first == null ? Long.MAX_VALUE : first.until;
  }

  void close(Lane lane) {
    if (lane.closures++ == 0) {
      closed++;
    }
  }

  void reopen(Lane lane) {
    if (--lane.closures == 0) {
      closed--;
      offer(lane);
    }
  }

  void close(ConflictQueue conflict) {
    if (conflict.closures++ == 0) {
      closed++;
    }
  }

  void reopen(ConflictQueue conflict) {
    if (--conflict.closures == 0) {
      closed--;
      Outbound first = conflict.first();
      if (first != null) {
        offer(first.lane);
      }
    }
  }

  /** Makes a lane ready if its head may go out now, and deals with heads that never will. */
  void offer(Lane lane) {
    offered.add(lane);
    if (offering) {
      // One loop, not recursion: a chain of rejected messages may be as long as the batch.
      return;
    }
    offering = true;
    try {
      for (Lane next = offered.poll(); next != null; next = offered.poll()) {
        offerNow(next);
      }
    } finally {
      offering = false;
    }
  }

  private void offerNow(Lane lane) {
    if (lane.inFlight || lane.ready || lane.delayed || lane.closures > 0) {
      return;
    }
    if (!current.isEmpty()) {
      // BATCH: the last call's entries go again whatever became of their neighbours.
      lane.ready = true;
      ready.add(lane);
      return;
    }
    while (true) {
      Outbound head = lane.head;
      if (head == null || head.state != Outbound.State.QUEUED) {
        // Empty, or held, or waiting for its dead letter: nothing behind it may go.
        return;
      }
      if (head.conflict != null && !head.conflict.admits(head)) {
        return;
      }
      if (head.preset == null) {
        lane.ready = true;
        ready.add(lane);
        return;
      }
      onPreset.accept(head);
      release(head);
      lane.sweepFront();
    }
  }

  /** Gives a message up before its time: its lane is to be offered anew when it is out of it. */
  void withdraw(Outbound message) {
    current.remove(message);
    Lane lane = message.lane;
    if (lane.ready) {
      ready.remove(lane);
      lane.ready = false;
    }
  }

  /**
   * Takes what one call may carry; empty if nothing is ready. Lanes whose head may not be sent
   * again yet are put off.
   */
  List<Outbound> draw(Room room) {
    List<Outbound> drawn = new ArrayList<>();
    int cap = room.messages();
    long bytes = 0;
    long records = 0;
    int resends = 0;
    while (!ready.isEmpty() && drawn.size() < cap) {
      Lane lane = ready.first();
      int before = drawn.size();
      Outbound at = current.isEmpty() ? lane.head : current.get(0);
      if (at != null && at.failedWhole && room.resends() == 0) {
        ready.removeFirst();
        lane.ready = false;
        putOff(lane, room.resendsAt(), false);
        continue;
      }
      boolean many = takesMany(lane);
      int next = 1;
      while (at != null
          && drawn.size() < cap
          && at.state == Outbound.State.QUEUED
          && at.preset == null
          && (at.conflict == null || at.conflict.admits(at))
          && (!at.failedWhole || resends < room.resends())
          && (drawn.isEmpty()
              || (bytes + at.size <= room.bytes()
                  && records + at.records.size() <= room.records()))) {
        cap = Math.min(cap, at.batchCap);
        if (drawn.size() >= cap) {
          break;
        }
        drawn.add(at);
        bytes += at.size;
        records += at.records.size();
        resends += at.failedWhole ? 1 : 0;
        at.state = Outbound.State.IN_FLIGHT;
        if (!many) {
          break;
        }
        at = current.isEmpty() ? at.next : next < current.size() ? current.get(next++) : null;
      }
      if (drawn.size() == before) {
        break;
      }
      ready.removeFirst();
      lane.ready = false;
      lane.inFlight = true;
    }
    if (ordering == Ordering.BATCH && current.isEmpty()) {
      current.addAll(drawn);
    }
    return drawn;
  }

  /** Letters keep the order that their targets keep, if the destination keeps that of a call. */
  private boolean takesMany(Lane lane) {
    return runs || ordering == Ordering.BATCH || lane.ofLetters;
  }

  /** Takes what is wanted at the front of each ready lane, to settle it without a call. */
  List<Outbound> drawFronts(Predicate<Outbound> wanted) {
    List<Outbound> drawn = new ArrayList<>();
    List<Lane> kept = new ArrayList<>();
    while (!ready.isEmpty()) {
      Lane lane = ready.first();
      ready.removeFirst();
      int before = drawn.size();
      int next = 1;
      Outbound at = current.isEmpty() ? lane.head : current.get(0);
      while (at != null
          && at.state == Outbound.State.QUEUED
          && at.preset == null
          && (at.conflict == null || at.conflict.admits(at))
          && wanted.test(at)) {
        at.state = Outbound.State.IN_FLIGHT;
        drawn.add(at);
        at = current.isEmpty() ? at.next : next < current.size() ? current.get(next++) : null;
      }
      if (drawn.size() == before) {
        kept.add(lane);
      } else {
        lane.ready = false;
        lane.inFlight = true;
      }
    }
    kept.forEach(ready::add);
    return drawn;
  }

  /** Tells of every lane's head that is ready or pauses. */
  void forEachHead(Consumer<Outbound> told) {
    ready.forEach(lane -> tell(lane, told));
    delayed.forEach(delay -> tell(delay.lane, told));
  }

  private void tell(Lane lane, Consumer<Outbound> told) {
    Outbound head = current.isEmpty() ? lane.head : current.get(0);
    if (head != null) {
      told.accept(head);
    }
  }

  /** Puts back what was drawn but not sent. */
  void undraw(List<Outbound> drawn) {
    for (Outbound message : drawn) {
      message.state = Outbound.State.QUEUED;
    }
    for (Outbound message : drawn) {
      message.lane.inFlight = false;
      offer(message.lane);
    }
  }

  /**
   * Takes back what a call carried, each message in the state that its outcome gave it.
   *
   * @param until when lanes with unsettled messages may go on; 0 for at once
   */
  void returned(List<Outbound> drawn, long until) {
    current.removeIf(message -> message.state != Outbound.State.QUEUED);
    for (Outbound message : drawn) {
      Lane lane = message.lane;
      if (lane.inFlight) {
        lane.inFlight = false;
        if (takesMany(lane)) {
          lane.sweep();
        } else {
          lane.sweepFront();
        }
      }
    }
    // Pauses first: what is released or offered next must find them.
    for (Outbound message : drawn) {
      if (until > 0 && message.state == Outbound.State.QUEUED) {
        Failure failure = message.lastFailure;
        delay(message.lane, until, failure != null && failure.retryAfter() != null);
      }
    }
    drawn.forEach(this::release);
    for (Outbound message : drawn) {
      offer(message.lane);
    }
  }

  private void delay(Lane lane, long until, boolean asked) {
    boolean held =
        current.isEmpty() && lane.head != null && lane.head.state != Outbound.State.QUEUED;
    if (!lane.delayed && !lane.inFlight && !held) {
      putOff(lane, until, asked);
    }
  }

  private void putOff(Lane lane, long until, boolean asked) {
    lane.delayed = true;
    delayed.add(new Delay(until, lane, asked));
  }

  /** Lets the next message of a conflict key go, if this one is settled. */
  void release(Outbound message) {
    if (message.conflict != null && message.state == Outbound.State.DONE) {
      Outbound first = message.conflict.remove(message);
      if (first != null && first != message) {
        offer(first.lane);
      }
    }
  }

  /** Makes lanes ready whose pause is over. */
  void releaseDue(long now) {
    while (!delayed.isEmpty() && delayed.element().until - now <= 0) {
      Lane lane = delayed.remove().lane;
      lane.delayed = false;
      offer(lane);
    }
  }

  /** Ends every pause. */
  void releaseAll() {
    releaseIf(head -> true);
  }

  /** Ends the pauses of lanes by their heads. */
  void releaseIf(Predicate<Outbound> wanted) {
    for (Delay delay : inTurn()) {
      Outbound head = current.isEmpty() ? delay.lane.head : current.get(0);
      if (head == null || wanted.test(head)) {
        delay.lane.delayed = false;
        offer(delay.lane);
      } else {
        delayed.add(delay);
      }
    }
  }

  /** Returns whether lanes pause that the destination did not ask to. */
  boolean hasGuessedPauses() {
    return delayed.stream().anyMatch(delay -> !delay.asked);
  }

  /** Ends the shortest pause that the destination did not ask for. */
  void releaseFirst() {
    boolean released = false;
    for (Delay delay : inTurn()) {
      if (released || delay.asked) {
        delayed.add(delay);
      } else {
        released = true;
        delay.lane.delayed = false;
        offer(delay.lane);
      }
    }
  }

  /** Ends pauses sooner, each when it is told, but for those that the destination asked for. */
  void hasten(long now, LongSupplier sooner) {
    for (Delay delay : inTurn()) {
      long until = delay.asked ? delay.until : sooner.getAsLong();
      delayed.add(
          until - now < delay.until - now ? new Delay(until, delay.lane, delay.asked) : delay);
    }
  }

  /** Takes every pause out, the shortest first. */
  private List<Delay> inTurn() {
    List<Delay> all = new ArrayList<>(delayed.size());
    while (!delayed.isEmpty()) {
      all.add(delayed.remove());
    }
    return all;
  }
}
