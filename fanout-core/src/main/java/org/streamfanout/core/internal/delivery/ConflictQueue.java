package org.streamfanout.core.internal.delivery;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one conflict key in list order: a second queue across lanes, of which only the
 * head may be drawn. Guarded by the run's lock.
 */
final class ConflictQueue {
  final String key;
  private final ArrayDeque<Outbound> messages = new ArrayDeque<>();

  /** Sends of earlier calls that have not returned and hold this key. */
  int closures;

  ConflictQueue(String key) {
    this.key = key;
  }

  void add(Outbound message) {
    messages.add(message);
  }

  boolean admits(Outbound message) {
    return closures == 0 && messages.peek() == message;
  }

  /** Takes a settled message out and returns the one that is now first. */
  @Nullable Outbound remove(Outbound message) {
    messages.remove(message);
    return messages.peek();
  }

  /** Puts the parts of a split message into its place. */
  void replaceFirst(Outbound first, Outbound second) {
    messages.remove();
    messages.addFirst(second);
    messages.addFirst(first);
  }

  @Nullable Outbound first() {
    return messages.peek();
  }
}
