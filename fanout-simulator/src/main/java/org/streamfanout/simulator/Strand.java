package org.streamfanout.simulator;

import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One simulated activity on a thread of its own, of which exactly one in a simulation runs at a
 * time: whoever runs has the baton, and hands it on when it blocks or ends. All fields but the
 * grant are touched by the holder of the baton alone; threads are used again by later strands.
 */
final class Strand extends Thread {
  private static final ConcurrentLinkedDeque<Strand> IDLE = new ConcurrentLinkedDeque<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  private volatile boolean granted;
  private @Nullable Scheduler scheduler;
  private @Nullable Runnable body;

  /** The process that it belongs to; null for what stands for the world outside. */
  @Nullable SimulatedProcess process;

  /** What it works on; inherited by the tasks that it starts. */
  @Nullable Chain chain;

  String label = "";
  int number;
  boolean blocked;
  boolean deaf;
  boolean deferred;
  boolean permit;
  long wakeAt;

  /** Whether somebody wanted it to end what it does. */
  boolean wasInterrupted;

  private boolean interruptPending;

  private Strand() {
    super("simulated-" + COUNT.incrementAndGet());
    setDaemon(true);
  }

  /** Returns a strand that runs a body once it is granted the baton. */
  static Strand of(Scheduler scheduler, int number, String label, Runnable body) {
    Strand strand = IDLE.pollFirst();
    boolean fresh = strand == null;
    if (strand == null) {
      strand = new Strand();
    }
    strand.scheduler = scheduler;
    strand.body = body;
    strand.number = number;
    strand.label = label;
    strand.process = null;
    strand.chain = null;
    strand.blocked = false;
    strand.deaf = false;
    strand.deferred = false;
    strand.permit = false;
    strand.wasInterrupted = false;
    strand.interruptPending = false;
    if (fresh) {
      strand.start();
    }
    return strand;
  }

  @Override
  public void run() {
    while (true) {
      awaitGrant();
      Scheduler mine = Objects.requireNonNull(scheduler);
      Throwable failure = null;
      try {
        if (mine.mayBegin(this)) {
          Objects.requireNonNull(body).run();
        }
      } catch (Killed e) {
        // As it should end.
      } catch (Throwable e) {
        failure = e;
      }
      Thread.interrupted();
      body = null;
      scheduler = null;
      Strand next = mine.ended(this, failure);
      IDLE.addFirst(this);
      mine.pass(next);
    }
  }

  /** Gives it the baton. */
  void grant() {
    granted = true;
    LockSupport.unpark(this);
  }

  /** Waits for the baton; an interrupt that came meanwhile is set when it has it. */
  void awaitGrant() {
    if (Thread.interrupted()) {
      // A parked thread with its flag set would spin.
      interruptPending = true;
    }
    while (!granted) {
      LockSupport.park(this);
    }
    granted = false;
    restoreInterrupt();
  }

  void restoreInterrupt() {
    if (interruptPending) {
      interruptPending = false;
      super.interrupt();
    }
  }

  /** Interrupts it: itself at once; another when it next runs, which an interrupt brings about. */
  @Override
  public void interrupt() {
    wasInterrupted = true;
    if (Thread.currentThread() == this) {
      super.interrupt();
    } else {
      interruptPending = true;
      Scheduler mine = scheduler;
      if (mine != null) {
        mine.interrupted(this);
      }
    }
  }

  @Override
  public boolean isInterrupted() {
    return interruptPending || super.isInterrupted();
  }

  @Override
  public String toString() {
    return number + " " + label;
  }
}
