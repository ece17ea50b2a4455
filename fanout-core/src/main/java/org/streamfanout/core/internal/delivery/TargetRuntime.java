package org.streamfanout.core.internal.delivery;

import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.CircuitEvent;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.FanoutListener.ConcurrencyEvent;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

/**
 * What an engine keeps of one target between calls: its sender, slots, breaker, retry budget, rate
 * limit and what was learned of its limits. Thread-safe. A changed row gets a new one, and the old
 * one closes its sender when its last send has returned.
 */
public final class TargetRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(TargetRuntime.class);

  /** More doublings than this make no pause longer. */
  private static final int MOST_THROTTLES = 64;

  private final TargetConfig config;
  private final Capabilities capabilities;
  private final TargetSender sender;
  private final @Nullable ClaimChecks claims;
  private final Slots slots;
  private final Circuit circuit;
  private final long probePace;
  private final RetryBudget retryBudget;
  private final RateLimit rateLimit;
  private final AtomicLong learnedMessageBytes = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong pausedUntil;
  private final AtomicLong recoveries = new AtomicLong();

  /** Whether the last answer was that the target takes nothing from us. */
  private volatile boolean denied;

  /** Who wants to know when the target takes calls again. */
  private final Set<Slots.Waiter> watchers = new LinkedHashSet<>();

  /** What listeners have not been told yet. */
  private final Queue<Consumer<FanoutListener>> news = new ConcurrentLinkedQueue<>();

  private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();

  /** Throttled sends in a row, each started after the one before was answered. */
  private int throttles;

  private long throttledAt;

  /** Messages of a call: fewer where a single call at a time is throttled still. */
  private int callMessages = Integer.MAX_VALUE;

  private int users;
  private boolean retired;
  private boolean closed;

  /** Opens a target's runtime around its sender, and the store of what is too large, if any. */
  public TargetRuntime(
      TargetConfig config,
      Capabilities capabilities,
      TargetSender sender,
      @Nullable PayloadStore store,
      CircuitOptions circuit,
      LongSupplier nanoTime) {
    this.config = config;
    this.capabilities = capabilities;
    this.sender = sender;
    this.claims = store == null ? null : new ClaimChecks(store, nanoTime);
    this.slots = new Slots(config.maxInFlight());
    this.pausedUntil = new AtomicLong(nanoTime.getAsLong());
    DeliveryPolicy policy = config.delivery();
    this.probePace = circuit.openFor().toNanos();
    boolean mayWait = policy.onOpen() == null || policy.onOpen() == OnOpen.HOLD;
    boolean rests = config.onOpen() != OnOpen.HOLD;
    this.circuit = new Circuit(config.id(), circuit, mayWait, rests, this::changed);
    this.retryBudget =
        new RetryBudget(policy.retryBudgetPercent(), probePace, nanoTime.getAsLong());
    this.rateLimit =
        new RateLimit(
            policy.maxRecordsPerSecond(), policy.maxBytesPerSecond(), nanoTime.getAsLong());
  }

  private void changed(Circuit.Change change) {
    CircuitEvent event =
        new CircuitEvent(config.source(), config.id(), change.from(), change.to(), change.why());
    news.add(listener -> listener.circuit(event));
    wakeWatchers();
  }

  /** Tells listeners what the one before this, of another row, has left them with. */
  void follow(TargetRuntime before) {
    CircuitState state = before.circuit.state();
    if (state != CircuitState.CLOSED) {
      changed(new Circuit.Change(state, CircuitState.CLOSED, "the target's row was changed"));
    }
    if (before.slots.limit() < before.config.maxInFlight()) {
      lock.lock();
      try {
        tellLimit();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns the row. */
  public TargetConfig config() {
    return config;
  }

  /** Returns what the destination can do. */
  public Capabilities capabilities() {
    return capabilities;
  }

  /** Returns the open destination. */
  public TargetSender sender() {
    return sender;
  }

  /** Returns how bodies go that are too large; null if they do not. */
  @Nullable ClaimChecks claims() {
    return claims;
  }

  Slots slots() {
    return slots;
  }

  Circuit circuit() {
    return circuit;
  }

  RetryBudget retryBudget() {
    return retryBudget;
  }

  RateLimit rateLimit() {
    return rateLimit;
  }

  /** Returns how often a target that takes nothing is tried, in nanoseconds. */
  long probePace() {
    return probePace;
  }

  /** Takes what listeners are to be told, after locks are released. */
  @Nullable Consumer<FanoutListener> takeNews() {
    return news.poll();
  }

  /** A send was answered with {@code FATAL}, or otherwise. */
  void denied(boolean newDenied) {
    denied = newDenied;
  }

  boolean isDenied() {
    return denied;
  }

  /**
   * Returns whether records are not to wait for this target, where their row says what becomes of
   * them then: at once if it says so itself, else once the target is down for longer than a moment.
   */
  boolean isNotWaitedFor(long now) {
    return switch (config.onOpen()) {
      case HOLD -> false;
      case PARK, SHED ->
          config.delivery().onOpen() != null
              ? isDown(now)
              : !denied && (circuit.isDownForLonger(now) || everySlotHangs(now, probePace));
    };
  }

  /** Returns when {@link #isNotWaitedFor} may change with nothing but time. */
  long nextNotWaitedForAt(long now) {
    if (config.onOpen() == OnOpen.HOLD || denied) {
      return Long.MAX_VALUE;
    }
    if (config.delivery().onOpen() != null) {
      return nextHangAt(now);
    }
    long at = circuit.downForLongerAt();
    for (Attempt attempt : underWay) {
      long hangsForLonger = attempt.hangsAt + probePace;
      if (attempt.givenUp && hangsForLonger - now > 0) {
        at = TargetDelivery.earlier(at, hangsForLonger, now);
      }
    }
    return at;
  }

  /**
   * Its breaker is open, or every send that it may have under way hangs; it does not deny. A send
   * that the end of a call has cut off hangs only when it has taken as long as an attempt may.
   */
  private boolean isDown(long now) {
    return !denied && (circuit.isDown() || everySlotHangs(now, 0));
  }

  /** Returns whether it is down, or throttles so that nothing may be sent for now. */
  boolean takesNoCalls(long now) {
    return isDown(now) || (!denied && pausedUntil.get() - now > 0);
  }

  private boolean everySlotHangs(long now, long forLonger) {
    int hanging = 0;
    for (Attempt attempt : underWay) {
      boolean longEnough = forLonger == 0 || now - attempt.hangsAt - forLonger >= 0;
      hanging += attempt.hangs(now) && longEnough ? 1 : 0;
    }
    return hanging >= slots.limit();
  }

  /** Returns when another send that a call's end has cut off hangs; the greatest long for never. */
  long nextHangAt(long now) {
    long at = Long.MAX_VALUE;
    for (Attempt attempt : underWay) {
      if (attempt.givenUp && !attempt.hangs(now)) {
        at = TargetDelivery.earlier(at, attempt.hangsAt, now);
      }
    }
    return at;
  }

  /** Has somebody woken whenever the target takes calls again, or takes them no more. */
  void watch(Slots.Waiter watcher) {
    lock.lock();
    try {
      watchers.add(watcher);
    } finally {
      lock.unlock();
    }
  }

  void unwatch(Slots.Waiter watcher) {
    lock.lock();
    try {
      watchers.remove(watcher);
    } finally {
      lock.unlock();
    }
  }

  private void wakeWatchers() {
    lock.lock();
    try {
      watchers.forEach(Slots.Waiter::wake);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how often the target took something after a time in which it took nothing. */
  long recoveries() {
    return recoveries.get();
  }

  /** Something got through. */
  void accepted() {
    if (retryBudget.accepted()) {
      recovered();
    }
  }

  private void recovered() {
    recoveries.incrementAndGet();
    wakeWatchers();
  }

  /**
   * A send was throttled: there are fewer at once from now on. Sends that were under way when the
   * last one was throttled say nothing new.
   *
   * @param inPart whether some of it was accepted
   * @param messages how many messages it carried
   * @return how many were throttled in a row
   */
  int throttled(long startedAt, long now, boolean inPart, int messages) {
    lock.lock();
    try {
      if (throttles == 0 || startedAt - throttledAt >= 0) {
        throttles = inPart ? 1 : Math.min(MOST_THROTTLES, throttles + 1);
        throttledAt = now;
        if (slots.limit() == 1) {
          callMessages = Math.max(1, Math.min(callMessages, messages) / 2);
        }
        if (slots.throttled()) {
          tellLimit();
        }
      }
      return throttles;
    } finally {
      lock.unlock();
    }
  }

  /** A send was accepted, and nothing of it throttled. */
  void speedUp() {
    boolean throttledBefore;
    lock.lock();
    try {
      throttledBefore = throttles > 0;
      throttles = 0;
      int more = Math.max(1, callMessages / 10);
      callMessages = callMessages > Integer.MAX_VALUE - more ? callMessages : callMessages + more;
      if (slots.accepted()) {
        tellLimit();
      }
    } finally {
      lock.unlock();
    }
    if (throttledBefore) {
      recovered();
    }
  }

  /** Called under the lock with every change, so that the limit told last is the one that holds. */
  private void tellLimit() {
    ConcurrencyEvent event =
        new ConcurrencyEvent(config.source(), config.id(), slots.limit(), config.maxInFlight());
    news.add(listener -> listener.concurrency(event));
  }

  /** Returns how many messages a call may carry, of those that fit. */
  int callMessages(int fitting) {
    lock.lock();
    try {
      if (callMessages > fitting) {
        callMessages = Integer.MAX_VALUE;
      }
      return Math.min(fitting, callMessages);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the limits to pack by: the destination's, lowered by the row and by refusals. */
  Limits limits(Limits known) {
    Limits lowered = config.lower(known);
    long learned = Math.max(1, Math.min(learnedMessageBytes.get(), lowered.maxMessageBytes()));
    return Limits.of(lowered.maxMessages(), lowered.maxBatchBytes(), learned);
  }

  /** Remembers that a message of this size was too large by itself. */
  void learnTooLarge(long size) {
    learnedMessageBytes.accumulateAndGet(Math.max(1, size - 1), Math::min);
  }

  /** Lets nothing out of this target before a time of the engine's ticker. */
  void pauseUntil(long time) {
    pausedUntil.accumulateAndGet(time, (a, b) -> a - b > 0 ? a : b);
  }

  long pausedUntil() {
    return pausedUntil.get();
  }

  /** Counts a call that uses this runtime; returns false if it is closed. */
  public boolean acquire() {
    lock.lock();
    try {
      if (!closed) {
        users++;
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a call's use. */
  public void release() {
    lock.lock();
    try {
      users--;
    } finally {
      lock.unlock();
    }
    closeIfIdle();
  }

  void enter(Attempt attempt) {
    underWay.add(attempt);
  }

  void leave(Attempt attempt) {
    underWay.remove(attempt);
    closeIfIdle();
  }

  /** Lets the runtime go: its sender is closed when no send is under way. */
  public void retire() {
    lock.lock();
    try {
      retired = true;
    } finally {
      lock.unlock();
    }
    closeIfIdle();
  }

  private void closeIfIdle() {
    lock.lock();
    try {
      if (!retired || closed || users > 0 || !underWay.isEmpty()) {
        return;
      }
      closed = true;
    } finally {
      lock.unlock();
    }
    try {
      sender.close();
      if (claims != null) {
        claims.close();
      }
    } catch (RuntimeException e) {
      LOG.warn("closing target '{}' failed", config.id(), e);
    }
  }

  /** Returns whether the sender has been closed. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts every send under way. */
  public void interruptAll() {
    underWay.forEach(Attempt::interrupt);
  }

  /** Returns how many sends are under way. */
  public int sendsUnderWay() {
    return underWay.size();
  }
}
