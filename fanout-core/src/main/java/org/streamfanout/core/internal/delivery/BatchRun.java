package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;

/**
 * One batch on its way to all its targets, over as many calls as it takes.
 *
 * <p>The calling thread is the only one that waits: it starts sends, gives up those that take too
 * long and ends the call at its deadline. Executor threads send and take in the answers. All state
 * is guarded by one lock, never held during a send.
 */
public final class BatchRun {
  private static final Logger LOG = LoggerFactory.getLogger(BatchRun.class);
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final long number = NUMBERS.incrementAndGet();
  final Services services;
  final SourceBatch batch;

  /** When the engine first saw the batch, by the wall clock. */
  final Instant seenAt;

  final ReentrantLock lock = new ReentrantLock();

  private final Turns turns;
  private final Map<String, RunTarget> entries = new LinkedHashMap<>();
  private final Map<String, TargetDelivery> carriers = new HashMap<>();
  private Map<String, TargetSetup> carrierSetups = Map.of();
  private final List<TargetRuntime> acquired = new ArrayList<>();
  private final Map<String, TargetCounts> told = new HashMap<>();
  private int toldSettled;
  private List<Runnable> later = new ArrayList<>();
  private boolean ended = true;
  private boolean begun;
  private Deadline deadline = Deadline.after(Duration.ZERO);
  private volatile @Nullable Thread caller;
  private volatile boolean stopRequested;

  /** Whether there is something new since the calling thread last looked. */
  private volatile boolean signalled;

  /** Starts with no targets. */
  public BatchRun(Services services, SourceBatch batch, Turns turns) {
    this.services = services;
    this.batch = batch;
    this.turns = turns;
    this.seenAt = services.clock().instant();
  }

  /** Returns the batch. */
  public SourceBatch batch() {
    return batch;
  }

  /** Returns what listeners tell batches apart by; later batches have larger ones. */
  public long number() {
    return number;
  }

  // ---------------------------------------------------------------- targets; between calls only

  /** Adds a target, or puts a changed one in place of its old self. */
  public void deliverTo(TargetSetup setup, TargetPlan plan) {
    underLock(
        () -> {
          forget(setup.config().id());
          told.remove(setup.config().id());
          RunTarget old =
              entries.put(
                  setup.config().id(), RunTarget.delivered(new TargetDelivery(this, setup, plan)));
          if (old != null && old.delivery != null) {
            old.delivery.replaced();
          }
        });
  }

  /** Adds a target that cannot be used: everything holds. */
  public void hold(String targetId, Failure why) {
    underLock(() -> entries.put(targetId, RunTarget.broken(targetId, why)));
  }

  /** Lets go of what a target has not settled. */
  public void release(String targetId) {
    underLock(
        () -> {
          RunTarget entry = entries.get(targetId);
          if (entry != null) {
            entry.released = true;
            forget(targetId);
            if (entry.delivery != null) {
              entry.delivery.release();
            }
          }
        });
  }

  private void forget(String targetId) {
    RunTarget entry = entries.get(targetId);
    if (entry != null && entry.delivery != null) {
      DeadLetters gone = entry.delivery.deadLetters;
      carriers.values().forEach(carrier -> carrier.forgetLetters(gone));
    }
  }

  /** Returns the ids of all targets that were not released. */
  public List<String> targetIds() {
    lock.lock();
    try {
      return entries.entrySet().stream()
          .filter(entry -> !entry.getValue().released)
          .map(Map.Entry::getKey)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns whether a target is delivered by this row and runtime. The same row may have another
   * runtime, such as after it was switched off and on again: then the old one is closed.
   */
  public boolean isDeliveredBy(String targetId, TargetSetup setup) {
    lock.lock();
    try {
      RunTarget entry = entries.get(targetId);
      return entry != null
          && entry.delivery != null
          && entry.delivery.runtime == setup.runtime()
          && entry.delivery.setup.config().equals(setup.config());
    } finally {
      lock.unlock();
    }
  }

  /** Sets the dead-letter targets of the next call and makes ready what the last one left. */
  public void reopen(Map<String, TargetSetup> deadLetterTargets) {
    underLock(
        () -> {
          carrierSetups = Map.copyOf(deadLetterTargets);
          for (TargetDelivery carrier : List.copyOf(carriers.values())) {
            TargetSetup now = carrierSetups.get(carrier.id());
            if (now == null || now.runtime() != carrier.runtime) {
              carrier.forgetLetters(null);
              carriers.remove(carrier.id());
            }
          }
          live().forEach(TargetDelivery::reopen);
          carriers.values().forEach(TargetDelivery::reopen);
          live().forEach(live -> live.deadLetters.resend(new LinkedHashSet<>(carriers.values())));
        });
  }

  private List<TargetDelivery> live() {
    List<TargetDelivery> live = new ArrayList<>();
    for (RunTarget entry : entries.values()) {
      if (entry.delivery != null && !entry.released) {
        live.add(entry.delivery);
      }
    }
    return live;
  }

  /** Returns what carries a target's dead letters; null if its row names nothing usable. */
  @Nullable TargetDelivery deadLetterDelivery(TargetConfig target) {
    String id = target.deadLetter();
    TargetSetup setup = id == null ? null : carrierSetups.get(id);
    if (setup == null) {
      return null;
    }
    return carriers.computeIfAbsent(
        setup.config().id(), key -> new TargetDelivery(this, setup, new TargetPlan()));
  }

  // ---------------------------------------------------------------- one call

  /** Delivers until nothing more can be done, the deadline, or an interrupt, whose flag stays. */
  public void deliver(Deadline callDeadline) {
    boolean interrupted = false;
    begin(callDeadline);
    try {
      while (!interrupted) {
        List<PackTask> packing = new ArrayList<>();
        List<Attempt> started = new ArrayList<>();
        long pause = look(packing, started);
        if (pause < 0) {
          break;
        }
        packing.forEach(task -> dispatch(task, this::wake, task.delivery));
        started.forEach(this::dispatch);
        park(pause);
        interrupted = Thread.interrupted();
      }
    } finally {
      end();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void begin(Deadline callDeadline) {
    caller = Thread.currentThread();
    underLock(
        () -> {
          ended = false;
          deadline = callDeadline;
          entries.values().forEach(entry -> entry.started = false);
          for (TargetSetup setup : carrierSetups.values()) {
            if (setup.runtime().acquire()) {
              acquired.add(setup.runtime());
            }
          }
          if (!begun) {
            begun = true;
            turns.planned(entries.keySet());
          }
        });
  }

  /** Returns the deliveries of this call, with those whose turn has come since the last look. */
  private List<TargetDelivery> started() {
    List<TargetDelivery> started = new ArrayList<>();
    entries.forEach(
        (id, entry) -> {
          if (entry.delivery != null && !entry.released) {
            if (!entry.started && turns.isTurnOf(id)) {
              entry.started = true;
              acquire(entry.delivery);
            }
            if (entry.started) {
              started.add(entry.delivery);
            }
          }
        });
    return started;
  }

  private void acquire(TargetDelivery delivery) {
    if (delivery.runtime.acquire()) {
      acquired.add(delivery.runtime);
    } else {
      delivery.stop(Failure.fatal("TargetClosed", "the target was changed or the engine closed"));
    }
  }

  /** Does what is due; returns how long nothing else will be, or -1 if the call is over. */
  private long look(List<PackTask> packing, List<Attempt> started) {
    List<Runnable> events;
    long pause;
    signalled = false;
    lock.lock();
    try {
      if (deadline.isExpired() || stopRequested) {
        return -1;
      }
      List<TargetDelivery> targets = started();
      List<TargetDelivery> all = new ArrayList<>(targets);
      all.addAll(carriers.values());
      long now = services.nanoTime().getAsLong();
      long at = Long.MAX_VALUE;
      for (TargetDelivery delivery : all) {
        delivery.expire(now);
        PackTask task = delivery.startPacking(deadline, now);
        if (task != null) {
          packing.add(task);
        }
        startAll(delivery, now, started);
        at = TargetDelivery.earlier(at, delivery.nextLook(now), now);
      }
      // Last: what was done above may have been all there was, such as the end of a held lane's
      // pause.
      if (targets.stream().allMatch(TargetDelivery::isFinished)) {
        return -1;
      }
      long left = deadline.remainingNanos();
      pause = at == Long.MAX_VALUE ? left : Math.max(0, Math.min(left, at - now));
      events = takeLater();
    } finally {
      lock.unlock();
    }
    events.forEach(Runnable::run);
    return pause;
  }

  /**
   * Waits, unless something happened since the last look. The flag is needed beside the thread's
   * own permit: whatever blocks in between, such as the executor's queue, may use the permit up.
   */
  private void park(long pause) {
    if (pause > 0 && !signalled) {
      services.nanoTime().park(this, pause);
    }
  }

  /** Lets the calling thread look again; takes no lock. */
  public void wake() {
    signalled = true;
    Thread waiting = caller;
    if (waiting != null) {
      services.nanoTime().unpark(waiting);
    }
  }

  private void dispatch(Attempt attempt) {
    dispatch(
        () -> send(attempt),
        () -> {
          attempt.end();
          List<Outcome> skipped =
              Sends.all(attempt.messages.size(), Failure.notSent("the executor refused the send"));
          answered(attempt, skipped);
        },
        attempt.delivery);
  }

  private void dispatch(Runnable task, Runnable onRefusal, TargetDelivery delivery) {
    try {
      services.executor().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.warn("the executor refused work for target '{}'; its records are held", delivery.id(), e);
      underLock(
          () ->
              delivery.stop(
                  Failure.fatal("ExecutorRefused", "the host's executor takes no more work")));
      onRefusal.run();
    }
  }

  private void end() {
    List<Runnable> events;
    lock.lock();
    try {
      ended = true;
      live().forEach(TargetDelivery::endCall);
      carriers.values().forEach(TargetDelivery::endCall);
      acquired.forEach(TargetRuntime::release);
      acquired.clear();
      events = takeLater();
    } finally {
      lock.unlock();
    }
    caller = null;
    events.forEach(Runnable::run);
  }

  /** Ends the call that is under way as if its deadline had come. */
  public void endNow() {
    stopRequested = true;
    wake();
  }

  boolean isEnded() {
    return ended;
  }

  /** Runs something after the lock is released. */
  void later(Runnable event) {
    later.add(event);
  }

  private List<Runnable> takeLater() {
    if (begun && turns != Turns.ALONE) {
      noteSettled();
    }
    List<Runnable> events = later;
    later = new ArrayList<>();
    return events;
  }

  private void noteSettled() {
    entries.forEach(
        (id, entry) -> {
          if (!entry.settledNoted && entry.isSettled()) {
            entry.settledNoted = true;
            // First: what is told to listeners may take its time.
            later.add(0, () -> turns.settled(id));
          }
        });
  }

  /** Returns whether a target waits for its turn, since it has not settled an earlier batch. */
  public boolean isBehind(String targetId) {
    lock.lock();
    try {
      return !turns.isTurnOf(targetId);
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether a call has begun to deliver, so that it is to be resumed. */
  public boolean isBegun() {
    lock.lock();
    try {
      return begun;
    } finally {
      lock.unlock();
    }
  }

  void underLock(Runnable action) {
    List<Runnable> events;
    lock.lock();
    try {
      action.run();
      events = takeLater();
    } finally {
      lock.unlock();
    }
    events.forEach(Runnable::run);
  }

  // ---------------------------------------------------------------- on executor threads

  /** Sends, takes in the answer, and goes on with the target's next batch while there is one. */
  private void send(Attempt first) {
    for (Attempt next = first; next != null; ) {
      List<Outcome> outcomes = Sends.send(next);
      next = answered(next, outcomes);
    }
  }

  private @Nullable Attempt answered(Attempt attempt, List<Outcome> outcomes) {
    List<Runnable> events;
    List<Attempt> started = new ArrayList<>();
    TargetDelivery delivery = attempt.delivery;
    lock.lock();
    try {
      long now = services.nanoTime().getAsLong();
      announce(attempt, outcomes, now);
      delivery.answered(attempt, outcomes, now);
      services.budget().release(attempt.bytes);
      attempt.runtime.slots().release();
      startAll(delivery, now, started);
      events = takeLater();
    } finally {
      lock.unlock();
    }
    attempt.runtime.leave(attempt);
    events.forEach(Runnable::run);
    boolean stay = !started.isEmpty() && !Thread.currentThread().isInterrupted();
    for (int index = stay ? 1 : 0; index < started.size(); index++) {
      dispatch(started.get(index));
    }
    // The calling thread watches for time-outs, pauses and the end.
    wake();
    return stay ? started.get(0) : null;
  }

  /** Starts what a target may send after it was packed. */
  void proceed(TargetDelivery delivery) {
    List<Attempt> started = new ArrayList<>();
    underLock(() -> startAll(delivery, services.nanoTime().getAsLong(), started));
    for (int index = 1; index < started.size(); index++) {
      dispatch(started.get(index));
    }
    wake();
    if (!started.isEmpty()) {
      send(started.get(0));
    }
  }

  private void startAll(TargetDelivery delivery, long now, List<Attempt> started) {
    for (Attempt next = delivery.tryStart(deadline, now);
        next != null;
        next = delivery.tryStart(deadline, now)) {
      started.add(next);
    }
  }

  private void announce(Attempt attempt, List<Outcome> outcomes, long now) {
    int accepted = 0;
    Failure failure = null;
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Failed failed) {
        failure = failure == null ? failed.failure() : failure;
      } else {
        accepted++;
      }
    }
    SendEvent event =
        new SendEvent(
            batch.source(),
            batch.shard(),
            attempt.delivery.id(),
            outcomes.size(),
            accepted,
            attempt.bytesOnTheWire,
            Duration.ofNanos(Math.max(0, now - attempt.startedAt)),
            failure);
    later(() -> services.listener().sent(event));
  }

  // ---------------------------------------------------------------- results

  /** Returns what became of the batch at each target. */
  public List<TargetState> states() {
    lock.lock();
    try {
      List<TargetState> states = new ArrayList<>();
      entries.forEach((id, entry) -> states.add(entry.state(batch)));
      return states;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what became of each record at every target that is delivered to. */
  public List<TargetEnds> ends() {
    lock.lock();
    try {
      return live().stream().map(TargetDelivery::ends).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the counts that a listener is told of a target, and returns those it was told before. */
  public TargetCounts tell(String targetId, TargetCounts counts) {
    lock.lock();
    try {
      TargetCounts before = told.put(targetId, counts);
      return before == null ? TargetCounts.ZERO : before;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the prefix that a listener is told, and returns the longest it was told before. */
  public int tellSettled(int settled) {
    lock.lock();
    try {
      int before = toldSettled;
      toldSettled = Math.max(before, settled);
      return before;
    } finally {
      lock.unlock();
    }
  }
}
