package org.streamfanout.simulator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.simulator.Choices.Kind;

/**
 * Decides which strand runs next, and what time it is. Time moves only when nobody can run, to the
 * next time that somebody waits for. All methods are called by the one strand that runs, but for
 * {@link #play}.
 */
final class Scheduler implements Ticker {
  private static final long NEVER = Long.MAX_VALUE;

  /** How long a simulation may take in real time before it is taken for stuck. */
  private static final long PATIENCE_SECONDS = 120;

  private final Choices choices;
  private final long origin;
  private final int maxSteps;
  private final Consumer<String> stuck;
  private final List<Strand> ready = new ArrayList<>();
  private final PriorityQueue<Strand> sleepers =
      new PriorityQueue<>(
          Comparator.comparingLong((Strand strand) -> strand.wakeAt)
              .thenComparingInt(strand -> strand.number));
  private final Set<Strand> alive = new LinkedHashSet<>();
  private final PriorityQueue<Due> dues =
      new PriorityQueue<>(Comparator.comparingInt(Due::step).thenComparingInt(Due::number));
  private final CountDownLatch over = new CountDownLatch(1);
  private long now;
  private int steps;
  private int strands;
  private boolean ending;
  private @Nullable Throwable crash;

  private record Due(int step, int number, Runnable action) {}

  /**
   * Makes a scheduler.
   *
   * @param origin what the monotonic clock says at the beginning
   * @param stuck told when strands wait for ever, or go round without an end
   */
  Scheduler(Choices choices, long origin, int maxSteps, Consumer<String> stuck) {
    this.choices = choices;
    this.origin = origin;
    this.maxSteps = maxSteps;
    this.stuck = stuck;
  }

  // ---------------------------------------------------------------- a whole simulation

  /** Runs a first strand and all that it starts, until the last has ended. */
  void play(Runnable first) {
    start("main", null, null, first);
    pass(pick());
    boolean ended;
    try {
      ended = over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a simulation was under way", e);
    }
    if (!ended) {
      throw new IllegalStateException(
          "a simulated thread blocks outside of the simulation:" + stacks());
    }
    if (crash != null) {
      throw new IllegalStateException("a simulated thread failed with " + crash, crash);
    }
  }

  private String stacks() {
    StringBuilder text = new StringBuilder();
    for (Strand strand : List.copyOf(alive)) {
      text.append("\n  ").append(strand);
      for (StackTraceElement element : strand.getStackTrace()) {
        text.append("\n      ").append(element);
      }
    }
    return text.toString();
  }

  /** Starts a strand; it runs when its turn comes. */
  Strand start(
      String label, @Nullable SimulatedProcess process, @Nullable Chain chain, Runnable body) {
    Strand strand = Strand.of(this, strands++, label, body);
    strand.process = process;
    strand.chain = chain;
    alive.add(strand);
    makeReady(strand);
    return strand;
  }

  /** Ends every strand. */
  void end() {
    ending = true;
    alive.forEach(this::wake);
  }

  boolean isEnding() {
    return ending;
  }

  /** Does something after so many more steps. */
  void after(int moreSteps, Runnable action) {
    dues.add(new Due(steps + moreSteps, dues.size(), action));
  }

  int steps() {
    return steps;
  }

  /** Returns the time since the beginning, in nanoseconds. */
  long elapsed() {
    return now;
  }

  // ---------------------------------------------------------------- time

  @Override
  public long getAsLong() {
    return origin + now;
  }

  @Override
  public void park(Object blocker, long nanos) {
    Strand self = self();
    if (self.permit || self.isInterrupted()) {
      self.permit = false;
      return;
    }
    block(nanos, false);
    self.permit = false;
  }

  @Override
  public void unpark(Thread thread) {
    if (thread instanceof Strand strand) {
      strand.permit = true;
      if (strand.blocked && !strand.deaf) {
        wake(strand);
      }
    }
  }

  /** Sleeps; an interrupt ends it. */
  void sleep(long nanos) throws InterruptedException {
    if (!Thread.interrupted()) {
      block(nanos, false);
      if (!Thread.interrupted()) {
        return;
      }
    }
    throw new InterruptedException();
  }

  /** Sleeps, whatever happens; the flag of an interrupt that came meanwhile is set afterwards. */
  void sleepDeaf(long nanos) {
    block(nanos, true);
  }

  /** Lets others run first, if the schedule wants so. */
  void yield() {
    Strand self = self();
    if (!ending && !isDead(self)) {
      self.blocked = true;
      makeReady(self);
      switchFrom(self);
    }
  }

  /** Waits until somebody calls {@link #wake}. */
  void block() {
    block(NEVER, true);
  }

  private void block(long nanos, boolean deaf) {
    Strand self = self();
    if (ending || isDead(self)) {
      throw new Killed();
    }
    self.blocked = true;
    self.deaf = deaf;
    self.wakeAt = nanos > NEVER - now ? NEVER : now + Math.max(0, nanos);
    if (self.wakeAt != NEVER) {
      sleepers.add(self);
    }
    switchFrom(self);
    if (ending || isDead(self)) {
      throw new Killed();
    }
  }

  /** Returns whether a strand that has not begun may. */
  boolean mayBegin(Strand strand) {
    return !ending && !isDead(strand);
  }

  private static boolean isDead(Strand strand) {
    return strand.process != null && strand.process.isDead();
  }

  /** Returns the strand that runs. */
  static Strand self() {
    return (Strand) Thread.currentThread();
  }

  /** A strand was interrupted by the one that runs. */
  void interrupted(Strand strand) {
    if (strand.blocked && !strand.deaf) {
      wake(strand);
    }
  }

  /** Ends whatever a strand waits for. */
  void wake(Strand strand) {
    if (strand.blocked || strand.deferred) {
      sleepers.remove(strand);
      makeReady(strand);
    }
  }

  private void makeReady(Strand strand) {
    SimulatedProcess process = strand.process;
    strand.wakeAt = NEVER;
    if (process != null && process.isFrozen() && !process.isDead() && !ending) {
      strand.deferred = true;
    } else if (!ready.contains(strand)) {
      strand.deferred = false;
      ready.add(strand);
    }
  }

  /** A process stopped, or goes on: its strands stand still meanwhile. */
  void refreeze(SimulatedProcess process) {
    for (Strand strand : alive) {
      if (strand.process == process) {
        if (process.isFrozen() && ready.remove(strand)) {
          strand.deferred = true;
        } else if (!process.isFrozen() && strand.deferred) {
          makeReady(strand);
        }
      }
    }
  }

  /** Ends the strands of a process that was killed. */
  void unwind(SimulatedProcess process) {
    for (Strand strand : alive) {
      if (strand.process == process) {
        wake(strand);
      }
    }
  }

  // ---------------------------------------------------------------- the baton

  private void switchFrom(Strand self) {
    Strand next = pick();
    if (next != self) {
      pass(next);
      self.awaitGrant();
    } else {
      self.restoreInterrupt();
    }
    self.blocked = false;
    self.deaf = false;
  }

  /** Hands the baton on; null ends the simulation. */
  void pass(@Nullable Strand next) {
    if (next == null) {
      over.countDown();
    } else {
      next.grant();
    }
  }

  /** A strand has ended; returns who is next. */
  @Nullable Strand ended(Strand strand, @Nullable Throwable failure) {
    alive.remove(strand);
    if (failure != null && crash == null) {
      crash = failure;
      end();
    }
    if (strand.process != null) {
      strand.process.ended(strand);
    }
    return pick();
  }

  private @Nullable Strand pick() {
    steps++;
    if (steps > maxSteps && !ending) {
      stuck.accept("no end after " + maxSteps + " steps");
      end();
    }
    while (!dues.isEmpty() && dues.element().step <= steps) {
      dues.remove().action.run();
    }
    while (ready.isEmpty()) {
      if (alive.isEmpty()) {
        return null;
      }
      if (sleepers.isEmpty()) {
        if (ending) {
          throw new IllegalStateException("strands do not end: " + alive);
        }
        stuck.accept("all threads wait for ever: " + alive);
        end();
        continue;
      }
      now = Math.max(now, sleepers.element().wakeAt);
      while (!sleepers.isEmpty() && sleepers.element().wakeAt <= now) {
        makeReady(sleepers.remove());
      }
    }
    int index = ready.size() == 1 ? 0 : choices.next(Kind.ORDER, ready.size());
    return ready.remove(index);
  }
}
