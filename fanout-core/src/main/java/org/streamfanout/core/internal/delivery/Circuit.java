package org.streamfanout.core.internal.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.spi.FanoutListener.CircuitState;

/**
 * A target's circuit breaker: Resilience4j's counts calls, says when they fail too often and holds
 * the state; this adds which calls are probes, and when they start. Time is the engine's ticker,
 * which may pass the greatest long. Thread-safe; never blocks.
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

  /** What fails for moments only is probed after this part of the pause. */
  private static final int SOON = 50;

  private final CircuitOptions options;
  private final long openFor;
  private final boolean hangsAreProbedAtOnce;
  private final boolean restsAfterHungProbes;

  /** Takes changes; called with the lock held. */
  private final Consumer<Change> changes;

  private final ReentrantLock lock = new ReentrantLock();
  private final CircuitBreaker breaker;

  /** What the breaker did, until it is told. */
  private @Nullable StateTransition transition;

  private int timeOutsInARow;
  private int probesOut;
  private int probesAccepted;

  /** Whether no probe failed between the last time that it opened and the next that it closed. */
  private boolean wasBackAtOnce;

  private boolean probeFailed;

  /** Calls and probes that failed since something was answered. */
  private int failuresInARow;

  /** When the first of these failed. */
  private long failingSince;

  /** Whether the last of these failed as long after the first as it is open between probes. */
  private boolean confirmed;

  /** When the first of the probes that are out was started. */
  private long askedAt;

  /** When the latest of the accepted probes was started. */
  private long acceptedStart;

  /** From when on another probe may start, unless one was accepted. */
  private long probeAt;

  /**
   * Makes a closed breaker.
   *
   * @param name what it is called where Resilience4j logs
   * @param hangsAreProbedAtOnce whether what waits may be sent to a target as soon as it is known
   *     to hang; otherwise a probe carries something that has not waited yet
   */
  Circuit(
      String name, CircuitOptions options, boolean hangsAreProbedAtOnce, Consumer<Change> changes) {
    this(name, options, hangsAreProbedAtOnce, !hangsAreProbedAtOnce, changes);
  }

  /**
   * Makes a closed breaker.
   *
   * @param restsAfterHungProbes whether the pause before the next probe starts when one is given
   *     up, so that what must not wait goes elsewhere meanwhile
   */
  Circuit(
      String name,
      CircuitOptions options,
      boolean hangsAreProbedAtOnce,
      boolean restsAfterHungProbes,
      Consumer<Change> changes) {
    this.options = options;
    this.hangsAreProbedAtOnce = hangsAreProbedAtOnce;
    this.restsAfterHungProbes = restsAfterHungProbes;
    this.openFor = options.openFor().toNanos();
    this.changes = changes;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(options.window())
                .minimumNumberOfCalls(options.minimumCalls())
                .failureRateThreshold(options.failureRatePercent())
                // It never leaves a state because of the time, so it has no thread for that, and
                // no jump of a clock moves it.
                .clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
                .build());
    // Told by us, since what is thrown in here would only be logged.
    breaker.getEventPublisher().onStateTransition(event -> transition = event.getStateTransition());
  }

  /** Returns what a call that starts now would be; takes nothing. */
  Pass look(long now) {
    lock.lock();
    try {
      if (state() == CircuitState.CLOSED) {
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
        if (probesOut == 0) {
          askedAt = now;
        }
        probesOut++;
        probeAt = now + openFor;
        halfOpen("a probe is under way");
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
      answered();
      if (pass == Pass.CALL) {
        if (state() == CircuitState.CLOSED) {
          breaker.onSuccess(0, TimeUnit.NANOSECONDS);
          // The rate is looked at from some number of calls on, whatever became of the last one.
          tellIfRateOpened(startedAt, "the last one was accepted");
        }
        return;
      }
      probesOut--;
      if (state() == CircuitState.CLOSED) {
        return;
      }
      if (probesAccepted == 0 || startedAt - acceptedStart > 0) {
        acceptedStart = startedAt;
      }
      probesAccepted++;
      if (probesAccepted >= options.probes()) {
        probesAccepted = 0;
        wasBackAtOnce = !probeFailed;
        probeFailed = false;
        breaker.transitionToClosedState();
        tell("probes were accepted");
      } else {
        halfOpen("a probe was accepted");
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
      if (pass == Pass.PROBE && restsAfterHungProbes && state() != CircuitState.CLOSED) {
        probeAt = now + openFor;
      }
      if (state() == CircuitState.CLOSED && timeOutsInARow >= underWay) {
        probeAt = hangsAreProbedAtOnce ? now : now + openFor;
        open("every call under way timed out");
      }
    } finally {
      lock.unlock();
    }
  }

  private void answered() {
    failuresInARow = 0;
    confirmed = false;
  }

  private void noteFailure(long now) {
    if (failuresInARow++ == 0) {
      failingSince = now;
    }
    confirmed = now - failingSince - openFor >= 0;
  }

  private void fail(Pass pass, long startedAt, long now, String why) {
    if (pass == Pass.CALL) {
      // A call from before it opened says nothing that it does not know.
      if (state() == CircuitState.CLOSED) {
        noteFailure(now);
        breaker.onError(0, TimeUnit.NANOSECONDS, CallFailed.INSTANCE);
        tellIfRateOpened(now, why);
        // Where few calls are made, such as in one lane, half of the window is far away.
        if (state() == CircuitState.CLOSED
            && confirmed
            && failuresInARow >= options.minimumCalls()) {
          probeAt = now + openFor;
          open(failuresInARow + " calls in a row failed; " + why);
        }
      }
      return;
    }
    probesOut--;
    boolean outdated = probesAccepted > 0 && startedAt - acceptedStart <= 0;
    if (state() != CircuitState.CLOSED && !outdated) {
      probeFailed = true;
      noteFailure(now);
      open("a probe failed; " + why);
    }
  }

  private void tellIfRateOpened(long since, String why) {
    if (state() == CircuitState.OPEN) {
      CircuitBreaker.Metrics counted = breaker.getMetrics();
      boolean tookCalls = counted.getNumberOfSuccessfulCalls() >= options.minimumCalls();
      probeAt = since + (wasBackAtOnce && tookCalls ? openFor / SOON : openFor);
      tell(
          counted.getNumberOfFailedCalls()
              + " of the last "
              + counted.getNumberOfBufferedCalls()
              + " calls failed; "
              + why);
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
        answered();
      }
      if (pass == Pass.PROBE) {
        probesOut--;
        if (state() == CircuitState.HALF_OPEN && probesOut == 0 && probesAccepted == 0) {
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
      return state() == CircuitState.OPEN
          || (state() == CircuitState.HALF_OPEN && probesAccepted == 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns whether it is down, and more than a blip: what failed in a row did so for as long as it
   * is open between probes, or the first probe under way has had no answer for as long.
   */
  boolean isDownForLonger(long now) {
    lock.lock();
    try {
      return isDown() && (confirmed || (probesOut > 0 && now - askedAt - openFor >= 0));
    } finally {
      lock.unlock();
    }
  }

  /** Returns when it is down for longer if nothing is answered; {@code Long.MAX_VALUE}: unknown. */
  long downForLongerAt() {
    lock.lock();
    try {
      return isDown() && !confirmed && probesOut > 0 ? askedAt + openFor : Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
  }

  CircuitState state() {
    return of(breaker.getState());
  }

  private static CircuitState of(CircuitBreaker.State state) {
    return switch (state) {
      case CLOSED -> CircuitState.CLOSED;
      case HALF_OPEN -> CircuitState.HALF_OPEN;
      case OPEN -> CircuitState.OPEN;
      case DISABLED, FORCED_OPEN, METRICS_ONLY ->
          throw new IllegalStateException("a breaker that is " + state);
    };
  }

  /** Returns when a refused call may try again; {@code Long.MAX_VALUE} if a change will tell. */
  long nextPassAt(long now) {
    lock.lock();
    try {
      boolean full = state() == CircuitState.CLOSED || probesOut >= options.probes();
      return full ? Long.MAX_VALUE : mayProbe(now) ? now : probeAt;
    } finally {
      lock.unlock();
    }
  }

  private void halfOpen(String why) {
    if (state() != CircuitState.HALF_OPEN) {
      breaker.transitionToHalfOpenState();
      tell(why);
    }
  }

  private void open(String why) {
    probesAccepted = 0;
    if (state() != CircuitState.OPEN) {
      breaker.transitionToOpenState();
      tell(why);
    }
  }

  private void tell(String why) {
    StateTransition made = transition;
    if (made != null) {
      transition = null;
      changes.accept(new Change(of(made.getFromState()), of(made.getToState()), why));
    }
  }

  /** What the breaker is told about a failed call; carries nothing. */
  private static final class CallFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final CallFailed INSTANCE = new CallFailed();

    private CallFailed() {
      super("call failed", null, false, false);
    }
  }
}
