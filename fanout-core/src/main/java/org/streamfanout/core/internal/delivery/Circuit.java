package org.streamfanout.core.internal.delivery;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.spi.FanoutListener.CircuitState;

/**
 * A target's circuit breaker: whether calls are let through, by what became of the last ones. Time
 * is the engine's ticker, which may pass the greatest long. Thread-safe; never blocks.
 */
final class Circuit {
  /** What a call is let through as. */
  enum Pass {
    REFUSED,
    CALL,
    PROBE
  }

  /** A change of state. */
  record Change(CircuitState from, CircuitState to, String why) {}

  private final CircuitOptions options;
  private final long openFor;
  private final boolean hangsAreProbedAtOnce;

  /** Takes changes; called with the lock held. */
  private final Consumer<Change> changes;

  private final ReentrantLock lock = new ReentrantLock();
  private CircuitState state = CircuitState.CLOSED;
  private final boolean[] failed;
  private int recorded;
  private int next;
  private int failures;
  private int timeOutsInARow;
  private int probesOut;
  private int probesAccepted;

  /** When the latest of the accepted probes was started. */
  private long acceptedStart;

  /** From when on another probe may start, unless one was accepted. */
  private long probeAt;

  /**
   * Makes a closed breaker.
   *
   * @param hangsAreProbedAtOnce whether what waits may be sent to a target as soon as it is known
   *     to hang; otherwise a probe carries something that has not waited yet
   */
  Circuit(CircuitOptions options, boolean hangsAreProbedAtOnce, Consumer<Change> changes) {
    this.options = options;
    this.hangsAreProbedAtOnce = hangsAreProbedAtOnce;
    this.openFor = options.openFor().toNanos();
    this.changes = changes;
    this.failed = new boolean[options.window()];
  }

  /** Returns what a call that starts now would be; takes nothing. */
  Pass look(long now) {
    lock.lock();
    try {
      if (state == CircuitState.CLOSED) {
        return Pass.CALL;
      }
      return mayProbe(now) ? Pass.PROBE : Pass.REFUSED;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayProbe(long now) {
    if (probesOut >= options.probes()) {
      return false;
    }
    return (probesAccepted > 0 && probesOut == 0) || now - probeAt >= 0;
  }

  /** Lets a call start as what {@link #look} said; returns false if that is no longer so. */
  boolean take(Pass pass, long now) {
    lock.lock();
    try {
      if (pass != look(now) || pass == Pass.REFUSED) {
        return false;
      }
      if (pass == Pass.PROBE) {
        probesOut++;
        probeAt = now + openFor;
        change(CircuitState.HALF_OPEN, "a probe is under way");
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A call was answered, for one message at least. */
  void accepted(Pass pass, long startedAt) {
    lock.lock();
    try {
      timeOutsInARow = 0;
      if (pass == Pass.CALL) {
        record(false);
        return;
      }
      probesOut--;
      if (state == CircuitState.CLOSED) {
        return;
      }
      if (probesAccepted == 0 || startedAt - acceptedStart > 0) {
        acceptedStart = startedAt;
      }
      probesAccepted++;
      if (probesAccepted >= options.probes()) {
        close();
      } else {
        change(CircuitState.HALF_OPEN, "a probe was accepted");
      }
    } finally {
      lock.unlock();
    }
  }

  /** A call failed as a whole. */
  void failed(Pass pass, long startedAt, long now, String why) {
    lock.lock();
    try {
      timeOutsInARow = 0;
      fail(pass, startedAt, now, why);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A call was given up.
   *
   * @param underWay how many calls have not returned, this one included
   */
  void timedOut(Pass pass, long startedAt, long now, int underWay) {
    lock.lock();
    try {
      timeOutsInARow++;
      fail(pass, startedAt, now, "calls time out");
      if (state == CircuitState.CLOSED && timeOutsInARow >= underWay) {
        probeAt = hangsAreProbedAtOnce ? now : now + openFor;
        open("every call under way timed out");
      }
    } finally {
      lock.unlock();
    }
  }

  private void fail(Pass pass, long startedAt, long now, String why) {
    if (pass == Pass.CALL) {
      record(true);
      if (state == CircuitState.CLOSED
          && recorded >= options.minimumCalls()
          && failures * 100L >= (long) options.failureRatePercent() * recorded) {
        probeAt = now + openFor;
        open(failures + " of the last " + recorded + " calls failed; " + why);
      }
      return;
    }
    probesOut--;
    boolean outdated = probesAccepted > 0 && startedAt - acceptedStart <= 0;
    if (state != CircuitState.CLOSED && !outdated) {
      open("a probe failed; " + why);
    }
  }

  /**
   * A call ended without a word about the target.
   *
   * @param reached whether the target answered nevertheless, such as by throttling
   */
  void released(Pass pass, long now, boolean reached) {
    lock.lock();
    try {
      if (reached) {
        timeOutsInARow = 0;
      }
      if (pass == Pass.PROBE) {
        probesOut--;
        if (state == CircuitState.HALF_OPEN && probesOut == 0 && probesAccepted == 0) {
          probeAt = now;
          open("a probe had no outcome");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether nothing is known to get through: it is open, or its first probe is out. */
  boolean isDown() {
    lock.lock();
    try {
      return state == CircuitState.OPEN || (state == CircuitState.HALF_OPEN && probesAccepted == 0);
    } finally {
      lock.unlock();
    }
  }

  CircuitState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when a refused call may try again; {@code Long.MAX_VALUE} if a change will tell. */
  long nextPassAt(long now) {
    lock.lock();
    try {
      boolean full = state == CircuitState.CLOSED || probesOut >= options.probes();
      return full ? Long.MAX_VALUE : mayProbe(now) ? now : probeAt;
    } finally {
      lock.unlock();
    }
  }

  private void record(boolean failure) {
    if (state != CircuitState.CLOSED) {
      // It was started before the breaker opened, which knew enough.
      return;
    }
    if (recorded == failed.length) {
      failures -= failed[next] ? 1 : 0;
    } else {
      recorded++;
    }
    failed[next] = failure;
    failures += failure ? 1 : 0;
    next = (next + 1) % failed.length;
  }

  private void open(String why) {
    probesAccepted = 0;
    change(CircuitState.OPEN, why);
  }

  private void close() {
    probesAccepted = 0;
    recorded = 0;
    next = 0;
    failures = 0;
    change(CircuitState.CLOSED, "probes were accepted");
  }

  private void change(CircuitState to, String why) {
    CircuitState from = state;
    if (from != to) {
      state = to;
      changes.accept(new Change(from, to, why));
    }
  }
}
