package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;

/** One send under way. Thread-safe; what it carries is guarded by the run's lock. */
final class Attempt {
  final TargetDelivery delivery;
  final TargetRuntime runtime;
  final List<Outbound> messages;

  /** What it has in its hands, bodies to be stored included. */
  final long bytes;

  /** What the destination counts. */
  final long bytesOnTheWire;

  final Deadline deadline;

  /** When it is given up as unknown, in nanoseconds of the engine's ticker. */
  final long expiresAt;

  /** When it was started, in nanoseconds of the engine's ticker. */
  final long startedAt;

  /** What the breaker let it through as. */
  final Circuit.Pass pass;

  /** How often the target had taken something after a time of nothing when it was started. */
  final long recoveriesAtStart;

  /** When it has taken as long as an attempt may, in nanoseconds of the engine's ticker. */
  final long hangsAt;

  /**
   * Whether it ends with the call rather than by itself. Set under the run's lock; other calls of
   * the target look at it.
   */
  volatile boolean cutByCall;

  /**
   * The places of messages whose bodies could not be stored; the sending thread's until it ends.
   */
  final BitSet unstored = new BitSet();

  /** Whether the destination was never asked, since no body could be stored. */
  boolean offeredNothing;

  /** Whether the sending thread's owner interrupted it. */
  private volatile boolean stoppedByOwner;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread thread;
  private boolean interrupted;
  private boolean returned;
  private final List<Runnable> onReturn = new ArrayList<>();

  /** Set once, under the run's lock, when it is given up; other calls of the target look at it. */
  volatile boolean givenUp;

  Attempt(
      TargetDelivery delivery,
      TargetRuntime runtime,
      List<Outbound> messages,
      long bytes,
      Deadline deadline,
      long startedAt,
      long expiresAt,
      long hangsAt,
      boolean cutByCall,
      Circuit.Pass pass) {
    this.delivery = delivery;
    this.runtime = runtime;
    this.messages = messages;
    this.bytes = bytes;
    this.bytesOnTheWire = messages.stream().mapToLong(message -> message.size).sum();
    this.deadline = deadline;
    this.startedAt = startedAt;
    this.expiresAt = expiresAt;
    this.hangsAt = hangsAt;
    this.cutByCall = cutByCall;
    this.pass = pass;
    this.recoveriesAtStart = runtime.recoveries();
  }

  /** Returns whether it hung while others got through that were started later: old news. */
  boolean isOutdated() {
    return givenUp && runtime.recoveries() != recoveriesAtStart;
  }

  /** Returns whether it was given up for the time that it took, not for the end of its call. */
  boolean hangs(long now) {
    return givenUp && (!cutByCall || now - hangsAt >= 0);
  }

  /** Says that this thread sends from now on; returns false if it was interrupted before. */
  boolean begin() {
    lock.lock();
    try {
      thread = Thread.currentThread();
      return !interrupted;
    } finally {
      lock.unlock();
    }
  }

  /** Says that the send has returned; an interrupt meant for it stays with it. */
  void end() {
    List<Runnable> actions;
    lock.lock();
    try {
      thread = null;
      returned = true;
      if (interrupted) {
        // The flag that interrupt() set, if the send did not take it.
        Thread.interrupted();
      }
      actions = List.copyOf(onReturn);
    } finally {
      lock.unlock();
    }
    actions.forEach(Runnable::run);
  }

  /** Says that somebody else interrupted the sending thread. */
  void stoppedByOwner() {
    stoppedByOwner = true;
  }

  /**
   * Returns whether a failure of this send counts as an attempt: not if the call ended before it,
   * or its thread was taken away.
   */
  boolean counts() {
    boolean cut = cutByCall && (givenUp || deadline.isExpired());
    return !cut && !stoppedByOwner;
  }

  /** Interrupts the send, once, if it is under way. */
  void interrupt() {
    lock.lock();
    try {
      if (!interrupted && !returned) {
        interrupted = true;
        if (thread != null) {
          thread.interrupt();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  boolean wasInterrupted() {
    lock.lock();
    try {
      return interrupted;
    } finally {
      lock.unlock();
    }
  }

  boolean hasReturned() {
    lock.lock();
    try {
      return returned;
    } finally {
      lock.unlock();
    }
  }

  /** Runs an action when the send returns; at once if it has. */
  void whenReturned(Runnable action) {
    lock.lock();
    try {
      if (!returned) {
        onReturn.add(action);
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  /** Returns the lanes that stay closed until this send returns. */
  Set<Object> laneKeys() {
    Set<Object> keys = new HashSet<>();
    messages.forEach(message -> keys.add(message.lane.key));
    return keys;
  }

  /** Returns the conflict keys that stay closed until this send returns. */
  Set<ConflictQueue> conflicts() {
    Set<ConflictQueue> conflicts = new HashSet<>();
    for (Outbound message : messages) {
      if (message.conflict != null) {
        conflicts.add(message.conflict);
      }
    }
    return conflicts;
  }
}
