package org.streamfanout.core.internal.delivery;

import org.jspecify.annotations.Nullable;

/**
 * A queue that keeps order: while its head is in flight, backing off, dead-lettering or held, it
 * gives nothing. Guarded by the run's lock.
 */
final class Lane {
  final Object key;
  @Nullable Outbound head;
  private @Nullable Outbound tail;

  /** Whether it is that of another target, whose letters one call takes as many of as it can. */
  final boolean ofLetters;

  boolean inFlight;
  boolean ready;
  boolean delayed;

  /** Sends of earlier calls that have not returned and hold this lane. */
  int closures;

  Lane(Object key) {
    this(key, false);
  }

  Lane(Object key, boolean ofLetters) {
    this.key = key;
    this.ofLetters = ofLetters;
  }

  void append(Outbound message) {
    if (tail == null) {
      head = message;
    } else {
      tail.next = message;
    }
    tail = message;
  }

  /** Puts the parts of a split message into its place. */
  void replace(Outbound old, Outbound first, Outbound second) {
    first.next = second;
    second.next = old.next;
    if (tail == old) {
      tail = second;
    }
    if (head == old) {
      head = first;
      return;
    }
    for (Outbound at = head; at != null; at = at.next) {
      if (at.next == old) {
        at.next = first;
        return;
      }
    }
  }

  /** Takes out every settled message. */
  void sweep() {
    Outbound kept = null;
    Outbound at = head;
    head = null;
    while (at != null) {
      Outbound following = at.next;
      if (at.state != Outbound.State.DONE) {
        if (kept == null) {
          head = at;
        } else {
          kept.next = at;
        }
        kept = at;
      }
      at = following;
    }
    tail = kept;
    if (kept != null) {
      kept.next = null;
    }
  }

  /**
   * Takes out settled messages after a letter was accepted: while the front waits for its own
   * letters, the front alone, or a long lane would be walked through for each.
   */
  void sweepBehindLetters() {
    if (head != null && head.state == Outbound.State.DEAD_LETTERING) {
      return;
    }
    if (head != null && head.state == Outbound.State.DONE) {
      sweepFront();
      return;
    }
    sweep();
  }

  /** Takes out settled messages at the front; enough unless one settles behind one that did not. */
  void sweepFront() {
    Outbound at = head;
    while (at != null && at.state == Outbound.State.DONE) {
      at = at.next;
    }
    head = at;
    if (at == null) {
      tail = null;
    }
  }
}
